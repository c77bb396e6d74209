"""The act *revoke*: the credential's bit in its status list, when and why. It cannot be taken back."""

from sqlalchemy import update

from issuer.credentials.records import find
from issuer.errors import FieldProblem, Invalid
from issuer.service import Service
from issuer.status import count_change
from issuer.tables import Credential
from issuer.text import TextRefused, clean

__all__ = ["revoke"]


def revoke(service: Service, organisation_id: str, code: str, reason: str) -> Credential:
    """Revoke a credential for `reason`, which anyone who holds it may read. Revoking again changes nothing.

    Raises `NotFound` for a code of no credential of this organisation, `Invalid` for a reason that cannot be shown.
    """
    try:
        reason = clean(reason)
    except TextRefused as refused:
        raise Invalid((FieldProblem("reason", str(refused)),)) from refused
    with service.database.writing() as session:
        credential = find(session, code, organisation_id)
        unrevoked = update(Credential).where(Credential.code == credential.code, Credential.revoked_at.is_(None))
        revoking = unrevoked.values(revoked_at=service.now(), revocation_reason=reason).returning(Credential.code)
        if session.execute(revoking).first():  # of two at once, the database lets one be the first
            count_change(session, credential.list_id)
        session.commit()
        return session.get_one(Credential, credential.code, populate_existing=True)
