"""`issuer doctor`: is everything there that issuing needs, and if not, what mends it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from issuer import organisations
from issuer.certificate import missing_libraries, undrawable
from issuer.errors import IssuerError
from issuer.service import open_service
from issuer.settings import settings_from
from keys.errors import KeyringError

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
        findings.append(Finding("database", True, service.database.engine.url.render_as_string()))
        with service.database.reading() as session:
            organisation = organisations.the_only_one(session)
        findings.append(Finding("organisation", True, f"{organisation.id} ({organisation.names['zh-Hans']})"))
        active = service.keyrings.of(organisation.id).active.id
        service.keyrings.signer(organisation.id, active)
        findings.append(Finding("signing key", True, f"{active} opens"))
    except (IssuerError, KeyringError) as error:
        findings.append(Finding("stopped here", False, str(error)))
    return findings


def _fonts() -> Finding:
    try:
        missing = undrawable("微证㛃Łőế")
    except IssuerError as error:
        return Finding("fonts", False, str(error))
    return Finding("fonts", not missing, f"cannot draw {missing}" if missing else "Chinese and extended Latin")


def _address(name: str, url: str) -> Finding:
    local = urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}
    if local:
        return Finding(
            name, True, f"{url} (this machine only: choose the public address before the first real credential)"
        )
    return Finding(name, url.startswith("https://"), f"{url}{'' if url.startswith('https://') else ' must be https'}")
