"""What every act of the issuer works with: the settings, the database, the files, the keys and the clock."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from issuer.addresses import Addresses
from issuer.certificate import use_extra_fonts
from issuer.certificate.pool import Pool
from issuer.database import Database, open_database
from issuer.errors import Misconfigured
from issuer.files import Files, open_files
from issuer.settings import Settings
from keys.errors import KeyringError, KeyringMissing
from keys.kept import KeptKey
from keys.keyring import Keyring, KeySigner
from keys.signer import Algorithm
from keys.wrapping import Wrapping, machine_key

__all__ = ["Keyrings", "Service", "open_service"]

log = logging.getLogger("issuer")


class Keyrings:
    """The organisations' keyrings. A folder that `issuer keys` changed is read again before its next use.

    Whichever process first uses a keyring after a key was spent deletes that key's private file.
    """

    def __init__(self, folder: Path, wrapping: Wrapping, addresses: Addresses, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self.wrapping = wrapping
        self.addresses = addresses
        self.now = now
        self._known: dict[str, tuple[tuple[int, int], Keyring]] = {}
        self._signers: dict[tuple[str, str], KeySigner] = {}
        self._forgotten: set[tuple[str, str]] = set()

    def of(self, organisation_id: str) -> Keyring:
        """The organisation's keyring as it is now. Raises `keys.errors.KeyringError`."""
        folder = self.folder / organisation_id
        try:
            found = (folder / "keyring.json").stat()
        except OSError:
            return Keyring.load(folder, self.wrapping)  # says in a sentence what is wrong
        version = found.st_mtime_ns, found.st_ino  # a file written twice within one tick of the clock is another file
        known = self._known.get(organisation_id)
        if known is None or known[0] != version:
            known = self._known[organisation_id] = (version, Keyring.load(folder, self.wrapping))
        self._forget_spent(organisation_id, known[1])
        return known[1]

    def make(self, organisation_id: str, algorithm: Algorithm) -> Keyring:
        """The keyring of a new organisation; one that an interrupted `init` left is taken as it is."""
        try:
            return self.of(organisation_id)
        except KeyringMissing:
            return Keyring.make(self.folder / organisation_id, self.wrapping, self.now(), algorithm)

    def active(self, organisation_id: str) -> KeptKey:
        """The key that signs now."""
        return self.of(organisation_id).active(self.now())

    def signer(self, organisation_id: str, key_id: str) -> KeySigner:
        """The signer of one key, its private file opened once: opening costs more than a thousand signatures."""
        known = self._signers.get((organisation_id, key_id))
        if known is None:
            keyring = self.of(organisation_id)
            known = keyring.signer(lambda id_: self.addresses.key(organisation_id, id_), key_id)
            self._signers[organisation_id, key_id] = known
        return known

    def _forget_spent(self, organisation_id: str, keyring: Keyring) -> None:
        for key in keyring.spent(self.now()):
            name = organisation_id, key.id
            if name in self._forgotten:
                continue
            self._forgotten.add(name)
            self._signers.pop(name, None)
            try:
                keyring.forget(key)
            except KeyringError as error:  # no reason not to issue
                log.warning("keys: %s", error)


@dataclass(frozen=True, kw_only=True)
class Service:
    """One running issuer. `clock` gives the present moment in UTC; tests give another."""

    settings: Settings
    addresses: Addresses
    database: Database
    files: Files
    keyrings: Keyrings
    drawing: Pool
    clock: Callable[[], datetime]

    def now(self) -> datetime:
        """The present moment in whole seconds, as credentials write it."""
        return self.clock().replace(microsecond=0)


def open_service(
    settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC), drawing: Pool | None = None
) -> Service:
    """Look at the operator's fonts, open the database (bringing it up to date) and the keys.

    The processes that draw start with the first certificate; `drawing` is whose they are when they outlive the service.
    Raises `issuer.errors.Misconfigured`.
    """
    use_extra_fonts(settings.extra_fonts)
    addresses = Addresses(settings.public_url)
    _private_folder(settings.data_dir)
    wrapping = Wrapping(passphrase=settings.passphrase, machine_key=lambda: machine_key(settings.machine_key_file))
    return Service(
        settings=settings,
        addresses=addresses,
        database=open_database(settings.database_url),
        files=open_files(settings.files_url),
        keyrings=Keyrings(settings.keys_dir, wrapping, addresses, lambda: clock().replace(microsecond=0)),
        drawing=drawing or Pool(settings.cache_dir, settings.extra_fonts),
        clock=clock,
    )


def _private_folder(folder: Path) -> None:
    """Learners' names and the keys lie here: for nobody else to read."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Misconfigured(f"The data folder {folder} cannot be made: {error.strerror}.") from error
