"""The keyring: the signing keys of one organisation in a folder outside the code.

`keyring.json` holds what may be public: each key's JWK and the moments that decide its state (`keys.kept`).
`<thumbprint>.pem` holds the private half, PKCS#8, encrypted, mode 0600. A key that is spent loses its private file and
keeps its public half for ever, since what it signed must be verifiable for ever.
"""

import fcntl
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import msgspec

from credential.jwks import public_jwk, thumbprint
from keys.errors import KeyringMissing, KeyringUnreadable, NoActiveKey, RotationUnderWay, UnknownKey
from keys.kept import OVERLAP, KeptKey, Standing, spent, standing
from keys.signer import Algorithm, KeySigner, new_private_key, sealed, unsealed
from keys.wrapping import SALT_BYTES, Wrapping, is_exposed

__all__ = ["KeySigner", "Keyring", "Wrapping"]

FILE = "keyring.json"


class _File(msgspec.Struct, frozen=True, kw_only=True):
    salt: str
    keys: tuple[KeptKey, ...]


@dataclass(frozen=True)
class Keyring:
    """The keys of one organisation as read, the last to sign first.

    What changes the folder reads it anew under its lock, and gives the changed keyring: two processes at once lose nothing.
    """

    folder: Path
    salt: bytes
    keys: tuple[KeptKey, ...]
    wrapping: bytes = field(repr=False)

    @classmethod
    def make(cls, folder: Path, wrapping: Wrapping, now: datetime, algorithm: Algorithm = "ES256") -> "Keyring":
        """A new keyring with one active key. Raises `KeyringUnreadable` when the folder holds one or cannot be written."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise KeyringUnreadable(f"The key folder {folder} cannot be made: {error.strerror}.") from error
        with _alone(folder):
            if (folder / FILE).exists():
                raise KeyringUnreadable(f"{folder} already holds a keyring; it is not replaced.")
            salt = os.urandom(SALT_BYTES)
            return _with_new(cls(folder, salt, (), wrapping.key(salt)), algorithm, now, now)

    @classmethod
    def load(cls, folder: Path, wrapping: Wrapping) -> "Keyring":
        """The keyring in `folder`. Raises `KeyringMissing` or `KeyringUnreadable`; private files open when they are used."""
        kept = _read(folder)
        salt = b64decode(kept.salt)
        return cls(folder, salt, kept.keys, wrapping.key(salt))

    def find(self, key_id: str) -> KeptKey:
        """The key of an id. Raises `UnknownKey`."""
        for key in self.keys:
            if key.id == key_id:
                return key
        raise UnknownKey(f"There is no key {key_id[:100]}. `issuer keys list` shows all.")

    def standing(self, key: KeptKey, now: datetime) -> Standing:
        """The state of one of the keys at a moment, and since when."""
        return standing(self.keys, key, now)

    def active(self, now: datetime) -> KeptKey:
        """The one key that signs at this moment. Raises `NoActiveKey`, which only a wrong clock can cause."""
        for key in self.keys:
            if self.standing(key, now).state == "active":
                return key
        raise NoActiveKey(f"No key in {self.folder} signs at {now:%Y-%m-%d %H:%M:%S} UTC. Is the clock right?")

    def waiting(self, now: datetime) -> KeptKey | None:
        """The key that is published and will sign later, where there is one."""
        return next((key for key in self.keys if self.standing(key, now).state == "next"), None)

    def spent(self, now: datetime) -> list[KeptKey]:
        """The keys whose private half nobody needs any more."""
        return spent(self.keys, now)

    def exposed(self) -> list[Path]:
        """The private files that others than their owner may read or write."""
        return [file for file in sorted(self.folder.glob("*.pem")) if is_exposed(file)]

    def signer(self, key_url: Callable[[str], str], key_id: str) -> KeySigner:
        """Open a private file. `key_url` turns a thumbprint into its published `kid`."""
        file = self.folder / f"{key_id}.pem"
        try:
            return KeySigner(key_url(key_id), unsealed(file.read_bytes(), self.wrapping))
        except FileNotFoundError as error:
            raise KeyringMissing(
                f"The private half of key {key_id} is not in {self.folder}: it was retired or compromised. If it was "
                "not, the clock is wrong or the file was lost."
            ) from error
        except OSError as error:
            raise KeyringUnreadable(f"The private key {file} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise KeyringUnreadable(
                f"The private key {file} does not open: is ISSUER_KEY_PASSPHRASE, or the machine key, the one it was "
                "made with?"
            ) from error

    def rotate(self, now: datetime, *, algorithm: Algorithm | None = None, at_once: bool = False) -> "Keyring":
        """Publish a new key, which takes over after the overlap by the clock alone, or with `at_once` immediately.

        `algorithm` is by default that of the key that signs now. A key that waits already is only ever brought forward:
        raises `RotationUnderWay` for anything else.
        """
        with _alone(self.folder):
            current = self._again()
            waiting = current.waiting(now)
            if waiting is None:
                algorithm = algorithm or current.active(now).alg
                return _with_new(current, algorithm, now, _in_turn(current, now if at_once else now + OVERLAP))
            if not at_once or algorithm not in {None, waiting.alg}:
                raise RotationUnderWay(
                    f"Key {waiting.id} ({waiting.alg}) is already published and signs from "
                    f"{waiting.signs_from:%Y-%m-%d %H:%M} UTC on. Nothing was changed; --now makes it sign at once."
                )
            brought_forward = msgspec.structs.replace(waiting, signs_from=_in_turn(current, now, waiting))
            return _saved(_replacing(current, waiting, brought_forward))

    def mark_compromised(self, key_id: str, now: datetime) -> "Keyring":
        """Say that someone else may hold the key. It signs no more, and where it was active a new one signs at once.

        Cannot be taken back; marking again changes nothing. Raises `UnknownKey`.
        """
        with _alone(self.folder):
            current = self._again()
            key = current.find(key_id)
            if key.compromised_at is None:
                was_active = current.standing(key, now).state == "active"
                current = _replacing(current, key, msgspec.structs.replace(key, compromised_at=now))
                # One write for both: there is never a moment without a key that signs.
                current = _with_new(current, key.alg, now, now) if was_active else _saved(current)
        current.forget(key)
        return current

    def forget(self, key: KeptKey) -> None:
        """Delete a private file, for ever. Several processes may do so at once. Raises `KeyringUnreadable`."""
        file = self.folder / f"{key.id}.pem"
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise KeyringUnreadable(f"{file} cannot be deleted: {error.strerror}. Delete it by hand.") from error

    def _again(self) -> "Keyring":
        return replace(self, keys=_read(self.folder).keys)


def _with_new(keyring: Keyring, algorithm: Algorithm, now: datetime, signs_from: datetime) -> Keyring:
    private = new_private_key(algorithm)
    jwk = public_jwk(private.public_key())
    new = KeptKey(id=thumbprint(jwk), alg=algorithm, jwk=jwk, made=now, signs_from=signs_from)
    # The private half first: a crash between the two leaves an unused file, never an active key without one.
    _write(keyring.folder / f"{new.id}.pem", sealed(private, keyring.wrapping))
    return _saved(replace(keyring, keys=(new, *keyring.keys)))


def _in_turn(keyring: Keyring, moment: datetime, but: KeptKey | None = None) -> datetime:
    """The moment, or that of the last key before it where a clock was set back: a key only ever follows the others."""
    return max([moment, *(key.signs_from for key in keyring.keys if key != but and key.takes_over)])


def _replacing(keyring: Keyring, old: KeptKey, new: KeptKey) -> Keyring:
    return replace(keyring, keys=tuple(new if key == old else key for key in keyring.keys))


def _saved(keyring: Keyring) -> Keyring:
    keys = tuple(sorted(keyring.keys, key=lambda key: key.signs_from, reverse=True))  # stable: the newer of two first
    kept = _File(salt=b64encode(keyring.salt).decode(), keys=keys)
    _write(keyring.folder / FILE, msgspec.json.format(msgspec.json.encode(kept), indent=1))
    return replace(keyring, keys=keys)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which ends with the process. Raises `KeyringUnreadable`."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise KeyringUnreadable(f"The key folder {folder} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(folder: Path) -> _File:
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=_File)
    except FileNotFoundError as error:
        raise KeyringMissing(f"There is no keyring in {folder}. Run `issuer init` first.") from error
    except OSError as error:
        raise KeyringUnreadable(f"The keyring in {folder} cannot be read: {error.strerror}.") from error
    except msgspec.MsgspecError as error:
        raise KeyringUnreadable(f"{folder / FILE} is damaged: {error}. Restore it from a backup.") from error


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
