"""Credentials looked up by their code."""

from sqlalchemy.orm import Session

from credential import code as codes
from credential.errors import MalformedCode
from issuer.errors import NotFound
from issuer.tables import Credential

__all__ = ["find"]


def find(session: Session, code: str, organisation_id: str | None = None) -> Credential:
    """The issued credential of a code, however it is typed. All others are not found."""
    try:
        parsed = codes.parse(code)
    except MalformedCode as error:
        raise NotFound(f"There is no such credential. {error}") from error
    credential = session.get(Credential, parsed)
    if credential is None or credential.token is None or organisation_id not in (None, credential.organisation_id):
        raise NotFound("There is no such credential.")
    return credential
