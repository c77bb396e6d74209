"""The database: SQLite in a file by default, PostgreSQL by its URL. The same code and the same promises on both."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from issuer.errors import Misconfigured, NotFound, Unavailable

__all__ = ["INSERT", "Database", "open_database"]

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30
# SQL has no insert that passes over what is there; both dialects have the same one.
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
MIGRATING = 7_365_126_291_046_187  # a number of our own for PostgreSQL's advisory lock; it only has to stay the same


class Database:
    """An engine and the two ways to use it. An act that writes commits for itself; what it did not commit never was."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.readers = engine.execution_options(reads=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading only. A database out of reach becomes `Unavailable`."""
        try:
            with _session(self.readers) as session:
                yield session
        except (DataError, OverflowError) as error:
            # A stranger asked for something that no column can hold, such as version 10^30: it was never stored.
            raise NotFound("There is no such thing.") from error

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that holds the write lock (SQLite) until it commits or ends; else as `reading`."""
        with _session(self.engine) as session:
            yield session


@contextmanager
def _session(engine: Engine) -> Iterator[Session]:
    try:
        with Session(engine, expire_on_commit=False) as session:
            yield session
    except (OperationalError, NoConnection) as error:
        raise Unavailable("The database cannot take this now. Nothing was lost; try again in a moment.") from error


def open_database(url: str) -> Database:
    """Connect, and bring the tables to this version's form. Raises `Misconfigured` with what to mend."""
    try:
        parsed = _with_driver(make_url(url))
        if parsed.drivername.startswith("sqlite") and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        # An error of the database must not carry names into a log.
        engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
        if parsed.drivername.startswith("sqlite"):
            _prepare_sqlite(engine)
        _migrate(engine)
    except ModuleNotFoundError as error:
        raise Misconfigured(
            f"ISSUER_DATABASE_URL needs a driver: {error}. For PostgreSQL, `pip install 'weizheng[postgresql]'`."
        ) from error
    except ArgumentError as error:
        raise Misconfigured(f"ISSUER_DATABASE_URL is not a database address that works here: {error}.") from error
    except (SQLAlchemyError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        raise Misconfigured(f"The database {parsed!r} cannot be opened: {reason}.") from error
    return Database(engine)


def _with_driver(url: URL) -> URL:
    """The URL with the one PostgreSQL driver that we use, also when written `postgresql://` or `postgres://`."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgresql", "postgres"} else url


def _prepare_sqlite(engine: Engine) -> None:
    """Durable and concurrent: a write-ahead log, a sync to disk at each commit, and writers that wait for each other."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's "begin" below starts transactions, not the driver
        for pragma in (
            f"busy_timeout = {BUSY_SECONDS * 1000}",  # first: the next ones may have to wait for a writer
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A writer takes its lock at the start: a transaction that reads first and writes later cannot be made to wait.
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    wanted = tuple(ScriptDirectory.from_config(config).get_heads())
    with engine.connect() as connection:
        if _heads(connection) == wanted:
            return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Several processes start at once: one migrates, the others wait here and find it done. SQLite's
            # transaction holds the only write lock there is.
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATING})
        if _heads(connection) != wanted:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _heads(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()
