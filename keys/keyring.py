"""The keyring: the signing keys of one organisation in a folder outside the code.

`keyring.json` holds what may be public: each key's JWK, its state and since when. `<thumbprint>.pem` holds the private
half, PKCS#8, encrypted, mode 0600. A retired key loses its private file and keeps its public half for ever, since
what it signed must be verifiable for ever.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from credential.jwks import public_jwk, thumbprint
from credential.proof import es256
from keys.errors import KeyringMissing, KeyringUnreadable
from keys.wrapping import SALT_BYTES, stretched

__all__ = ["KeptKey", "KeySigner", "Keyring", "Wrapping"]

State = Literal["active", "retired"]
FILE = "keyring.json"


class KeptKey(msgspec.Struct, frozen=True, kw_only=True):
    """The public half of a key: `id` is its RFC 7638 thumbprint, `since` the moment of its present state."""

    id: str
    alg: str = "ES256"
    jwk: dict[str, str]
    state: State
    since: datetime


class _File(msgspec.Struct, frozen=True, kw_only=True):
    salt: str
    keys: tuple[KeptKey, ...]


@dataclass(frozen=True, kw_only=True)
class Wrapping:
    """What opens the private files: a passphrase or, without one, a machine key read when first needed."""

    passphrase: str | None = field(repr=False)
    machine_key: Callable[[], bytes]

    def key(self, salt: bytes) -> bytes:
        """The password of the PEM files, 64 hex characters."""
        return stretched(self.passphrase, salt) if self.passphrase else self.machine_key()


@dataclass(frozen=True)
class KeySigner:
    """Signs with one key that is held in memory (a `credential.proof.Signer`)."""

    kid: str
    private: ec.EllipticCurvePrivateKey
    alg: str = "ES256"

    def sign(self, data: bytes) -> bytes:
        """The raw ES256 signature over `data`, r ‖ s."""
        return es256(self.private, data)


@dataclass(frozen=True)
class Keyring:
    """The keys of one organisation, newest first. `make` or `load` one; `rotate` changes the folder."""

    folder: Path
    salt: bytes
    keys: tuple[KeptKey, ...]
    wrapping: bytes = field(repr=False)

    @classmethod
    def make(cls, folder: Path, wrapping: Wrapping, now: datetime) -> "Keyring":
        """A new keyring with one active key. Raises `KeyringUnreadable` when the folder holds one or cannot be written."""
        if (folder / FILE).exists():
            raise KeyringUnreadable(f"{folder} already holds a keyring; it is not replaced.")
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise KeyringUnreadable(f"The key folder {folder} cannot be made: {error.strerror}.") from error
        salt = os.urandom(SALT_BYTES)
        return cls(folder, salt, (), wrapping.key(salt)).rotate(now)

    @classmethod
    def load(cls, folder: Path, wrapping: Wrapping) -> "Keyring":
        """The keyring in `folder`. Raises `KeyringMissing` or `KeyringUnreadable`; private files open when they are used."""
        try:
            kept = msgspec.json.decode((folder / FILE).read_bytes(), type=_File)
        except FileNotFoundError as error:
            raise KeyringMissing(f"There is no keyring in {folder}. Run `issuer init` first.") from error
        except OSError as error:
            raise KeyringUnreadable(f"The keyring in {folder} cannot be read: {error.strerror}.") from error
        except msgspec.MsgspecError as error:
            raise KeyringUnreadable(f"{folder / FILE} is damaged: {error}. Restore it from a backup.") from error
        salt = b64decode(kept.salt)
        return cls(folder, salt, kept.keys, wrapping.key(salt))

    @property
    def active(self) -> KeptKey:
        """The key that signs from now on."""
        return next(key for key in self.keys if key.state == "active")

    def signer(self, key_url: Callable[[str], str], key_id: str | None = None) -> KeySigner:
        """Open a private file (the active key's by default). `key_url` turns a thumbprint into its published `kid`."""
        key_id = key_id or self.active.id
        file = self.folder / f"{key_id}.pem"
        try:
            private = load_pem_private_key(file.read_bytes(), self.wrapping)
        except FileNotFoundError as error:
            raise KeyringMissing(
                f"The private half of key {key_id} is not in {self.folder}: it was retired."
            ) from error
        except OSError as error:
            raise KeyringUnreadable(f"The private key {file} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise KeyringUnreadable(
                f"The private key {file} does not open: is ISSUER_KEY_PASSPHRASE, or the machine key, the one it was "
                "made with?"
            ) from error
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise KeyringUnreadable(f"The private key {file} is not an EC key.")
        return KeySigner(key_url(key_id), private)

    def rotate(self, now: datetime) -> "Keyring":
        """Add a new active key and retire the old one: its private file goes, its public half stays."""
        private = ec.generate_private_key(ec.SECP256R1())
        jwk = public_jwk(private.public_key())
        new = KeptKey(id=thumbprint(jwk), jwk=jwk, state="active", since=now)
        old = [
            msgspec.structs.replace(key, state="retired", since=now) if key.state == "active" else key
            for key in self.keys
        ]
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(self.wrapping))
        made = Keyring(self.folder, self.salt, (new, *old), self.wrapping)
        # The private half first: a crash between the two leaves an unused file, never an active key without one.
        _write(self.folder / f"{new.id}.pem", pem)
        _write(self.folder / FILE, msgspec.json.format(msgspec.json.encode(made._file()), indent=1))
        for key in old:
            (self.folder / f"{key.id}.pem").unlink(missing_ok=True)
        return made

    def _file(self) -> _File:
        return _File(salt=b64encode(self.salt).decode(), keys=self.keys)


def _write(file: Path, data: bytes) -> None:
    """Write whole or not at all, mode 0600, on disk before it has its name."""
    new = file.with_suffix(".new")
    try:
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(file)
    except OSError as error:
        raise KeyringUnreadable(f"{file} cannot be written: {error.strerror}.") from error
