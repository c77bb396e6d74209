"""The act *revoke*: the credential's bit in its status list, when and why, and which credential replaces it, if one does.

It cannot be taken back.
"""

from sqlalchemy import update
from sqlalchemy.orm import Session

from issuer.credentials.records import find
from issuer.errors import FieldProblem, Invalid, NotFound
from issuer.service import Service
from issuer.status import count_change
from issuer.tables import Credential
from issuer.text import TextRefused, clean

__all__ = ["revoke"]


def revoke(
    service: Service, organisation_id: str, code: str, reason: str, *, superseded_by: str | None = None
) -> Credential:
    """Revoke a credential for `reason`, which anyone who holds it may read. `superseded_by` is the code of its successor.

    Revoking again changes neither moment nor reason, but may name the successor where none was named. Raises `NotFound`
    for a code of no credential of this organisation, `Invalid` for a reason that cannot be shown and for a successor that
    is not another credential of this organisation in force.
    """
    try:
        reason = clean(reason)
    except TextRefused as refused:
        raise Invalid((FieldProblem("reason", str(refused)),)) from refused
    with service.database.writing() as session:
        credential = find(session, code, organisation_id)
        if superseded_by is not None and credential.superseded_by is None:
            credential.superseded_by = _successor(session, credential, superseded_by).code
        unrevoked = update(Credential).where(Credential.code == credential.code, Credential.revoked_at.is_(None))
        revoking = unrevoked.values(revoked_at=service.now(), revocation_reason=reason).returning(Credential.code)
        if session.execute(revoking).first():  # of two at once, the database lets one be the first
            count_change(session, credential.list_id)
        session.commit()
        return session.get_one(Credential, credential.code, populate_existing=True)


def _successor(session: Session, credential: Credential, code: str) -> Credential:
    try:
        successor = find(session, code, credential.organisation_id)
    except NotFound as error:
        raise Invalid((FieldProblem("superseded_by", str(error)),)) from error
    if successor.code == credential.code:
        raise Invalid((FieldProblem("superseded_by", "A credential cannot replace itself."),))
    if successor.revoked_at:
        raise Invalid((FieldProblem("superseded_by", "That credential is revoked itself."),))
    return successor
