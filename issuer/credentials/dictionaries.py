"""The dictionaries of QR codes: what the credentials of one achievement version and key have in common (docs/qr.md).

A certificate on paper needs its dictionary for as long as it exists. So each is stored before the first QR code is made
with it, and kept for ever, whatever a later release would make of the same version.
"""

from functools import lru_cache

import msgspec
from sqlalchemy.orm import Session

from credential.qr import LONGEST_DICTIONARY, dictionary_id
from issuer import achievements
from issuer.credentials.describe import skeleton
from issuer.database import INSERT
from issuer.errors import NotFound
from issuer.service import Service
from issuer.tables import Dictionary

__all__ = ["dictionary", "find"]


@lru_cache(maxsize=1000)
def dictionary(service: Service, organisation_id: str, slug: str, version: int, kid: str) -> bytes:
    """The dictionary for credentials of an achievement version whose header names the key `kid`. It is stored.

    In it stand the header, a line feed and the payload, as in what is compressed with it.
    """
    with service.database.reading() as session:
        achievement = achievements.find(session, organisation_id, slug, version)
    header = msgspec.json.encode({"alg": "ES256", "kid": kid, "typ": "JWT"})
    content = (header + b"\n" + skeleton(service.addresses, achievement))[-LONGEST_DICTIONARY:]
    row = {"id": dictionary_id(content), "content": content, "created_at": service.now()}
    with service.database.writing() as session:
        storing = INSERT[session.get_bind().dialect.name](Dictionary).on_conflict_do_nothing()
        session.execute(storing, [row])
        session.commit()
    return content


def find(session: Session, id_: str) -> Dictionary:
    """A stored dictionary, or `NotFound`."""
    found = session.get(Dictionary, id_)
    if found is None:
        raise NotFound("There is no such dictionary.")
    return found
