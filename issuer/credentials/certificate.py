"""From a stored credential to its certificate: a view of the token, made from signed bytes only."""

import msgspec
from sqlalchemy.orm import Session

from credential import reader
from credential.wording import Wording, wording
from issuer import achievements
from issuer.service import Service
from issuer.tables import Credential

__all__ = ["certificate", "worded"]


def worded(session: Session, credential: Credential) -> Wording:
    """What the certificate of an issued credential says."""
    assert credential.token is not None  # `records.find` gives no other
    published = achievements.find(
        session, credential.organisation_id, credential.achievement_slug, credential.achievement_version
    )
    return wording(reader.read(credential.token).claims, msgspec.json.decode(published.document))


def certificate(service: Service, credential: Credential, words: Wording) -> bytes:
    """The certificate as PDF, saying `words`. Raises what `issuer.certificate.render` does, and `NotDrawn`."""
    assert credential.token is not None
    assert credential.issued_at is not None
    return service.drawing.render(
        words,
        credential.token,
        verify_url=f"{service.settings.verifier_url}/v/{credential.code}",
        issued_at=credential.issued_at,
        cache=service.settings.cache_dir,
    )
