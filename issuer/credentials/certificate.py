"""From a stored credential to what it looks like: a view of the token, made from signed bytes only."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec
from sqlalchemy.orm import Session

from credential import reader
from credential.errors import NotPackable
from credential.phrases import BILINGUAL, RENDITIONS
from credential.qr import pack
from credential.wording import Wording, wording
from issuer import achievements
from issuer.certificate import Brand, Design
from issuer.credentials.dictionaries import dictionary
from issuer.service import Service
from issuer.tables import Credential

__all__ = ["certificate", "qr_address", "worded"]

# Once for a certificate's words and its QR code; nobody changes what was read. Some threads at once word dozens.
_read = lru_cache(maxsize=128)(reader.read)
MOST_PRINTED = 1300  # digits; with an address of 80 characters a QR code of version 20, 0.36 mm per module on 35 mm


def worded(session: Session, credential: Credential, languages: Sequence[str] = RENDITIONS[BILINGUAL]) -> Wording:
    """What the certificate of an issued credential says in `languages`."""
    assert credential.token is not None  # `records.find` gives no other
    published = achievements.of(session, credential)
    return wording(_read(credential.token).claims, msgspec.json.decode(published.document), languages)


def qr_address(service: Service, credential: Credential) -> str:
    """What the QR code of an issued credential holds: the verifier's page of its code, and behind the # the whole token.

    The bare address where the token cannot be packed: RS256, or more text than a printed QR code can hold. Needs the
    database for the first credential of an achievement version and key only. Not to be called within a session.
    """
    assert credential.token is not None
    address = f"{service.settings.verifier_url}/v/{credential.code}"
    unverified = _read(credential.token)
    if unverified.claimed_algorithm != "ES256":
        return address
    common = dictionary(
        service,
        credential.organisation_id,
        credential.achievement_slug,
        credential.achievement_version,
        unverified.claimed_kid,
    )
    try:
        digits = pack(unverified, common)
    except NotPackable:
        return address
    return f"{address}#{digits}" if len(digits) <= MOST_PRINTED else address


def certificate(service: Service, credential: Credential, words: Wording, design: Design, brand: Brand) -> bytes:
    """The certificate, or what else `design` draws, as PDF, saying `words`.

    Raises what `issuer.certificate.render` does, and `NotDrawn`.
    """
    assert credential.token is not None
    assert credential.issued_at is not None
    return service.drawing.render(
        words,
        credential.token,
        verify_url=qr_address(service, credential),
        issued_at=credential.issued_at,
        cache=service.settings.cache_dir,
        design=design,
        brand=brand,
    )
