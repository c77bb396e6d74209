"""The migrations, from nothing and from the release before, make the tables that the code speaks of."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, select, text

from issuer.database import MIGRATIONS, open_database
from issuer.tables import Organisation, Table


def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'issuer.db'}")
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_what_the_first_tables_held_is_kept(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'issuer.db'}"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with create_engine(url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text("INSERT INTO organisations VALUES ('glimmer', 'WG', '{}', NULL, '[]', '2026-11-21 00:00:00')")
        )
        connection.execute(
            text(
                "INSERT INTO status_lists (id, organisation_id, taken, changes, token, created_at) "
                "VALUES ('l', 'glimmer', 0, 0, 'a token', '2026-11-21 00:00:00')"
            )
        )
    with open_database(url).reading() as session:
        kept = session.execute(text("SELECT token, signed_by FROM status_lists")).one()
        organisation = session.scalars(select(Organisation)).one()
        assert (organisation.id, organisation.look, organisation.logo) == ("glimmer", None, None)
    assert tuple(kept) == ("a token", None)
