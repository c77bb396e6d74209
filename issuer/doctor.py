"""`issuer doctor`: is everything there that issuing needs, and if not, what mends it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from issuer import organisations
from issuer.certificate import added_characters, missing_libraries, undrawable
from issuer.errors import IssuerError
from issuer.service import Service, open_service
from issuer.settings import Settings, settings_from
from keys.errors import KeyringError
from keys.keyring import Keyring
from keys.wrapping import is_exposed

__all__ = ["Finding", "examine"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    good: bool
    detail: str


def examine() -> list[Finding]:
    """Look at everything, and go on where one thing is wrong."""
    missing = missing_libraries()
    findings = [Finding("libraries for PDF", not missing, ", ".join(missing) or "found"), _fonts()]
    try:
        settings = settings_from()
        findings.append(_address("ISSUER_PUBLIC_URL", settings.public_url))
        findings.append(_address("VERIFIER_PUBLIC_URL", settings.verifier_url))
        service = open_service(settings)
        findings += [
            Finding("extra font", added > 0, f"{face.family} ({face.file}) adds {added:,} characters")
            for face, added in added_characters().items()
        ]
        findings.append(Finding("database", True, service.database.engine.url.render_as_string()))
        findings.append(_files(service))
        with service.database.reading() as session:
            organisation = organisations.the_only_one(session)
        findings.append(Finding("organisation", True, f"{organisation.id} ({organisation.names['zh-Hans']})"))
        active = service.keyrings.active(organisation.id).id
        service.keyrings.signer(organisation.id, active)
        findings.append(Finding("signing key", True, f"{active} opens"))
        findings.append(_guard(settings))
        findings.append(_private_files(settings, service.keyrings.of(organisation.id)))
    except (IssuerError, KeyringError) as error:
        findings.append(Finding("stopped here", False, str(error)))
    return findings


def _fonts() -> Finding:
    try:
        missing = undrawable("微证㛃Łőế")
    except IssuerError as error:
        return Finding("fonts", False, str(error))
    return Finding("fonts", not missing, f"cannot draw {missing}" if missing else "Chinese and extended Latin")


def _files(service: Service) -> Finding:
    try:
        service.files.examine()
    except IssuerError as error:
        return Finding("files", False, f"{service.settings.files_url}: {error}")
    return Finding("files", True, f"{service.settings.files_url} can be written and read")


def _guard(settings: Settings) -> Finding:
    if settings.passphrase:
        return Finding("keys guarded by", True, "a passphrase (Argon2id)")
    return Finding(
        "keys guarded by",
        True,
        f"the machine key {settings.machine_key_file}, next to the data: whoever can read this machine's files has both "
        "(ISSUER_KEY_PASSPHRASE_FILE keeps them apart)",
    )


def _private_files(settings: Settings, keyring: Keyring) -> Finding:
    machine_key = settings.machine_key_file
    exposed = [*keyring.exposed(), *([machine_key] if machine_key.exists() and is_exposed(machine_key) else [])]
    if not exposed:
        return Finding("private files", True, "for their owner only")
    files = " ".join(map(str, exposed))
    return Finding("private files", False, f"others can read {files}: chmod 600 {files}, and rotate if anyone did")


def _address(name: str, url: str) -> Finding:
    local = urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}
    if local:
        return Finding(
            name, True, f"{url} (this machine only: choose the public address before the first real credential)"
        )
    return Finding(name, url.startswith("https://"), f"{url}{'' if url.startswith('https://') else ' must be https'}")
