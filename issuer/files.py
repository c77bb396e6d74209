"""The store of files: a folder, or a bucket of S3 and friends, by its URL. What lies in it never changes.

Every key names its content, by a hash or by a version made of one, so two processes that put the same key put the same
bytes.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from issuer.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from obstore.store import RetryConfig  # it exists for type checkers only

__all__ = ["Files", "open_files"]

# A request waits for the store: better an error that says "try again" than a minute of silence.
PATIENCE: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}
EXAMINED = "examined"  # the one key whose content changes
log = logging.getLogger("issuer")


class Files:
    """Files by key, such as `logos/SHA256.png`. A store out of reach becomes `Unavailable`, and nothing was changed."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`, if it is not there; something else under that key was damaged and is replaced."""
        with _reaching():
            try:
                obstore.put(self._store, key, content, mode="create")
            except AlreadyExistsError:
                if self.get(key) != content:
                    obstore.put(self._store, key, content)

    def get(self, key: str) -> bytes | None:
        """The content, or None where there is none."""
        with _reaching():
            try:
                return bytes(obstore.get(self._store, key).bytes())
            except FileNotFoundError:
                return None

    def below(self, prefix: str) -> dict[str, bytes]:
        """Every file whose key begins with `prefix` and a slash, by the rest of its key."""
        with _reaching():
            keys = [meta["path"] for batch in obstore.list(self._store, prefix) for meta in batch]
        found = {key.removeprefix(f"{prefix}/"): self.get(key) for key in keys}
        return {name: content for name, content in found.items() if content is not None}

    def examine(self) -> None:
        """Write something and read it again. Raises `Unavailable` where that does not work."""
        written = secrets.token_hex(16).encode()
        with _reaching():
            obstore.put(self._store, EXAMINED, written)
        if self.get(EXAMINED) != written:
            raise Unavailable("The store of files did not give back what was just written to it.")


def open_files(url: str) -> Files:
    """The store at `url`: `file:///folder`, `s3://bucket/prefix`, `gs://…`, `az://…`. Nothing is connected to yet.

    Keys, regions and endpoints come from the environment variables that obstore reads. Raises `Misconfigured`.
    """
    try:
        if url.startswith("file:"):
            return Files(LocalStore.from_url(url, mkdir=True))
        return Files(from_url(url, retry_config=PATIENCE))
    except (BaseError, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise Misconfigured(
            f"ISSUER_FILES_URL {url} cannot be opened: {reason}. It is an address such as file:///srv/issuer/files or "
            "s3://bucket/folder."
        ) from error


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        # The reason names folders, buckets and codes: it is for the operator and not for whoever asked.
        log.error("The store of files: %s", str(error).partition("\n")[0])  # noqa: TRY400
        raise Unavailable(
            "The store of files cannot take this now. Nothing was lost; try again in a moment."
        ) from error
