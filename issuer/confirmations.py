"""Confirmations: which credentials of a compromised key we did issue, said under a key that is sound."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from credential import proof
from credential.confirmed import PREFIX, TYP, confirmed_document, signing_input_sha256
from issuer.database import INSERT
from issuer.errors import Conflict, NotFound
from issuer.service import Service
from issuer.tables import Confirmation, Credential

__all__ = ["confirm", "confirmed"]

AT_ONCE = 1000  # credentials that are held in memory and committed together


def confirm(service: Service, organisation_id: str, key_id: str, until: datetime | None = None) -> int:
    """Confirm every credential in our database that a compromised key signed; their number.

    Only those issued before `until`: by default the moment the key was marked, earlier where it may have been stolen
    together with the right to report completions. Commits page by page; doing it again changes nothing and completes what
    was interrupted. Raises `Conflict` when the key is not marked compromised, `keys.errors.UnknownKey`.
    """
    compromised_at = service.keyrings.of(organisation_id).find(key_id).compromised_at
    if compromised_at is None:
        raise Conflict(
            f"Key {key_id} is not marked compromised: what it signed needs no confirmation. If it may have been stolen: "
            f"issuer keys compromised {key_id}"
        )
    signed = (
        select(Credential.code, Credential.token)
        .where(
            Credential.organisation_id == organisation_id,
            Credential.key_id == key_id,
            Credential.token.is_not(None),
            Credential.issued_at < (until or compromised_at),
        )
        .order_by(Credential.code)
        .limit(AT_ONCE)
    )
    count, last = 0, ""
    while True:
        with service.database.writing() as session:
            page = session.execute(signed.where(Credential.code > last)).all()
            if not page:
                return count
            rows = [
                {"organisation_id": organisation_id, "key_id": key_id, "sha256": signing_input_sha256(token or "")}
                for _, token in page
            ]
            insert = INSERT[session.get_bind().dialect.name]
            session.execute(insert(Confirmation).on_conflict_do_nothing(), rows)
            session.commit()
        count, last = count + len(page), page[-1].code


def confirmed(service: Service, organisation_id: str, key_id: str, prefix: str) -> str:
    """The signed list of what is confirmed of a key and whose hash begins with `prefix`, two hex digits.

    Signed at this moment with the key that is active now. Raises `NotFound` when nothing was ever confirmed of that key.
    """
    with service.database.reading() as session:
        if not PREFIX.fullmatch(prefix) or not _of(session, organisation_id, key_id, "", limit=1):
            raise NotFound("Nothing is confirmed there.")
        hashes = _of(session, organisation_id, key_id, prefix)
    addresses, active = service.addresses, service.keyrings.active(organisation_id)
    unsigned = confirmed_document(
        addresses.organisation(organisation_id), addresses.key(organisation_id, key_id), prefix, hashes, service.now()
    )
    return proof.sign(unsigned, service.keyrings.signer(organisation_id, active.id), typ=TYP)


def _of(session: Session, organisation_id: str, key_id: str, prefix: str, limit: int | None = None) -> list[str]:
    found = select(Confirmation.sha256).where(
        Confirmation.organisation_id == organisation_id,
        Confirmation.key_id == key_id,
        Confirmation.sha256.between(prefix, prefix + "g"),  # beyond every hex digit; unlike LIKE it uses the index
    )
    return list(session.scalars(found.limit(limit)))
