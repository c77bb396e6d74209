"""From a stored credential to what it looks like: a view of the token, made from signed bytes only."""

from collections.abc import Sequence

import msgspec
from sqlalchemy.orm import Session

from credential import reader
from credential.phrases import RENDITIONS
from credential.wording import Wording, wording
from issuer import achievements
from issuer.certificate import Brand, Design, render
from issuer.service import Service
from issuer.tables import Credential

__all__ = ["certificate", "worded"]


def worded(session: Session, credential: Credential, languages: Sequence[str] = RENDITIONS["bilingual"]) -> Wording:
    """What the certificate of an issued credential says in `languages`."""
    assert credential.token is not None  # `records.find` gives no other
    published = achievements.find(
        session, credential.organisation_id, credential.achievement_slug, credential.achievement_version
    )
    return wording(reader.read(credential.token).claims, msgspec.json.decode(published.document), languages)


def certificate(service: Service, credential: Credential, words: Wording, design: Design, brand: Brand) -> bytes:
    """The certificate, or what else `design` draws, as PDF, saying `words`.

    Raises `issuer.certificate.LibrariesMissing` where WeasyPrint cannot run.
    """
    assert credential.token is not None
    assert credential.issued_at is not None
    return render(
        words,
        credential.token,
        verify_url=f"{service.settings.verifier_url}/v/{credential.code}",
        issued_at=credential.issued_at,
        cache=service.settings.cache_dir,
        design=design,
        brand=brand,
    )
