"""What the private key files are encrypted with: a passphrase stretched with Argon2id, or a machine-made key.

A key file under a plain passphrase opens in a quarter of a millisecond, which makes guessing cheap. The password of our
PEM files is therefore always 256 bits: from Argon2id (RFC 9106, 64 MiB, 3 passes) or from the random machine key.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from keys.errors import KeyringUnreadable

__all__ = ["SALT_BYTES", "Wrapping", "is_exposed", "machine_key", "stretched"]

SALT_BYTES = 16
KEY_BYTES = 32
OTHERS = 0o077  # the mode bits of everyone but the owner


@dataclass(frozen=True, kw_only=True)
class Wrapping:
    """What opens the private files: a passphrase or, without one, a machine key read when first needed."""

    passphrase: str | None = field(repr=False)
    machine_key: Callable[[], bytes]

    def key(self, salt: bytes) -> bytes:
        """The password of the PEM files, 64 hex characters."""
        return stretched(self.passphrase, salt) if self.passphrase else self.machine_key()


def stretched(passphrase: str, salt: bytes) -> bytes:
    """The wrapping key of a passphrase: 64 hex characters. `salt` is 16 random bytes kept beside the keys."""
    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=3, lanes=4, memory_cost=64 * 1024)
    return kdf.derive(passphrase.encode()).hex().encode()


def machine_key(file: Path) -> bytes:
    """The machine key in `file`, made on first use with mode 0600. Raises `KeyringUnreadable`."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "wb") as made:
                made.write(secrets.token_hex(KEY_BYTES).encode())
                made.flush()
                os.fsync(made.fileno())
        kept = file.read_bytes()
    except OSError as error:
        raise KeyringUnreadable(f"The machine key {file} cannot be read or made: {error.strerror}.") from error
    if len(kept) != 2 * KEY_BYTES:
        raise KeyringUnreadable(f"The machine key {file} is damaged: restore it from a backup; the keys need it.")
    return kept


def is_exposed(file: Path) -> bool:
    """Whether others than its owner may read or write a file."""
    return bool(file.stat().st_mode & OTHERS)
