"""SQLite and PostgreSQL: opened by many at once, in use by others, out of reach, asked for what cannot be."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from issuer import achievements
from issuer.completions import Completion
from issuer.credentials.issue import issue
from issuer.database import open_database
from issuer.errors import Misconfigured, Unavailable
from issuer.service import Service, open_service
from tests.conftest import ACHIEVEMENT
from tests.postgresql import Postgresql, both_databases

OPEN = "import sys; from issuer.database import open_database; open_database(sys.argv[1])"


@both_databases
def test_several_processes_may_start_on_a_new_database_at_once(database_url: str) -> None:
    starting = [subprocess.Popen([sys.executable, "-c", OPEN, database_url], stderr=subprocess.PIPE) for _ in range(6)]
    said = [process.communicate(timeout=60)[1].decode() for process in starting]
    assert [process.returncode for process in starting] == [0] * 6, said
    with open_database(database_url).engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1


@both_databases
def test_an_achievement_published_by_many_at_once_is_one_version_each(service: Service) -> None:
    def publish(number: int) -> int:
        return achievements.publish(service, "glimmer", {**ACHIEVEMENT, "description": f"{number}"}).version

    with ThreadPoolExecutor(8) as operators:
        assert sorted(operators.map(publish, range(8))) == list(range(2, 10))


@both_databases
@pytest.mark.parametrize(
    "path",
    [
        "/orgs/%00",
        "/orgs/glimmer/status/%00",
        "/orgs/glimmer/achievements/%00/1",
        "/orgs/glimmer/achievements/data-analysis/2147483648",
        "/orgs/glimmer/achievements/data-analysis/99999999999999999999999999",
        "/credentials/%00",
    ],
)
def test_what_no_column_can_hold_is_not_found(issuer: TestClient[Litestar], path: str) -> None:
    assert issuer.get(path).status_code == 404


def test_a_database_that_another_program_holds_is_said_to_be_unavailable(
    service: Service, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuer.database.BUSY_SECONDS", 0.1)
    restarted = open_service(service.settings, service.clock)
    holder = sqlite3.connect(str(service.database.engine.url.database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        issue(restarted, "glimmer", completion)
    holder.execute("ROLLBACK")
    assert issue(restarted, "glimmer", completion).new


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_postgresql_that_crashes_loses_nothing_and_is_used_again_by_itself(
    service: Service, completion: Completion, postgresql: Postgresql
) -> None:
    issued = issue(service, "glimmer", completion).credential
    postgresql.crash()
    with pytest.raises(Unavailable):
        issue(service, "glimmer", completion)
    postgresql.start()
    again = issue(service, "glimmer", completion)
    assert (again.new, again.credential.token) == (False, issued.token)
    assert issue(service, "glimmer", msgspec.structs.replace(completion, completion_id="2")).new


def test_a_url_without_a_driver_is_the_one_that_we_have(postgresql: Postgresql) -> None:
    with postgresql.database() as url:
        open_database(url.replace("postgresql+psycopg", "postgresql"))
        open_database(url.replace("postgresql+psycopg", "postgres"))


@pytest.mark.parametrize("url", ["", "nothing", "oracle://x", "postgresql://user:secret@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_opened_is_named_without_its_password(url: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        open_database(url)
    assert "secret" not in str(refused.value)
