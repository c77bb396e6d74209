"""The act *issue*. The order of its effects is the design: nothing is signed that was not recorded, nothing is
acknowledged that was not stored, and a stored token is never made again.

1. Has this completion been reported before?
2. Describe the credential and commit that intent: code, status index, key and the document's bytes.
3. Sign those bytes.
4. Check the token with our own published key.
5. Store it where none is stored yet, and commit.

A crash after 2 leaves an intent, which `finish_intents` completes from step 3 when the service starts again. Signing is
deterministic, so two workers at the same intent make the same token and the loser of step 5 reads what the winner stored.
Where a new key took over between them their tokens differ; the stored one is stored together with its own key's id.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from credential import code as codes
from credential import proof, reader
from credential.errors import CredentialError
from credential.jwks import read_key
from issuer import achievements, organisations
from issuer.completions import Completion
from issuer.credentials.describe import describe
from issuer.errors import Conflict, FieldProblem, Invalid, IssuerError, NotIssued
from issuer.service import Service
from issuer.status import take_index
from issuer.tables import Credential
from keys.errors import KeyringError

__all__ = ["Issued", "check_still_ahead", "finish_intents", "issue", "seen"]

MOST_BYTES = reader.LONGEST_TOKEN * 3 // 4 - 512  # a third is added by base64url, and header and signature are short
log = logging.getLogger("issuer")


@dataclass(frozen=True)
class Issued:
    """A credential that is signed and stored, and whether this call was the first to report its completion."""

    credential: Credential
    new: bool


def issue(service: Service, organisation_id: str, completion: Completion) -> Issued:
    """Issue the credential of a completion, once. Reporting the same again gives the same credential.

    Raises `Conflict` for other content under a known completion id, `Invalid` for an unknown achievement, a `valid_until`
    that has passed, or so much text that no token could hold it. Then nothing was recorded.
    """
    known = seen(service, organisation_id, completion)  # 1
    recorded = None if known else _record(service, organisation_id, completion)  # 2
    # Neither known nor recorded: another process recorded the same completion between 1 and 2.
    intent = known or recorded or seen(service, organisation_id, completion)
    assert intent is not None
    credential = intent if intent.token else _finish(service, intent)  # 3, 4, 5
    return Issued(credential, new=recorded is not None)


def finish_intents(service: Service) -> list[Credential]:
    """Complete what a crash left between recording and storing. Run on start; several processes may run it at once.

    An intent that cannot be finished now, its keys being away for example, is logged and left for the next start.
    """
    with service.database.reading() as session:
        intents = session.scalars(select(Credential).where(Credential.token.is_(None))).all()
    finished = []
    for intent in intents:
        try:
            finished.append(_finish(service, intent))
        except (IssuerError, KeyringError) as error:
            log.error("An intent of %s was not finished: %s", intent.organisation_id, error)  # noqa: TRY400
    return finished


def seen(service: Service, organisation_id: str, completion: Completion) -> Credential | None:
    """What is recorded for this completion, if anything. Raises `Conflict` when it was reported with other content."""
    with service.database.reading() as session:
        known = session.scalars(
            select(Credential).where(
                Credential.organisation_id == organisation_id, Credential.completion_id == completion.completion_id
            )
        ).first()
    if known and known.completion_sha256 != completion.digest:
        raise Conflict(
            f"Completion {completion.completion_id} was reported before with other content; its credential is "
            f"{codes.printed(known.code)}. To correct it, revoke that credential and report the correction under a new id."
        )
    return known


def _record(service: Service, organisation_id: str, completion: Completion) -> Credential | None:
    """Commit the intent, or give None where another process has just recorded the same completion."""
    now = service.now()
    check_still_ahead(completion, now)
    with service.database.writing() as session:
        organisation = organisations.find(session, organisation_id)
        achievement = achievements.latest(session, organisation_id, completion.achievement)
        code = codes.new(organisation.tag)
        list_id, index = take_index(session, organisation_id, now)
        intent = Credential(
            code=code,
            organisation_id=organisation_id,
            completion_id=completion.completion_id,
            completion_sha256=completion.digest,
            achievement_slug=achievement.slug,
            achievement_version=achievement.version,
            list_id=list_id,
            list_index=index,
            document=describe(
                service, organisation, achievement, completion, code=code, list_id=list_id, index=index, now=now
            ),
            key_id=service.keyrings.active(organisation_id).id,
            recorded_at=now,
        )
        if len(intent.document) > MOST_BYTES:
            raise Invalid((FieldProblem("name", "and the other texts together are longer than a token can hold"),))
        session.add(intent)
        try:
            session.commit()
        except IntegrityError:
            session.rollback()
            if seen(service, organisation_id, completion) is None:
                raise  # not the completion's id but something that must not happen
            return None
        return intent


def check_still_ahead(completion: Completion, now: datetime) -> None:
    """Refuse to issue what would already have expired. Raises `Invalid`."""
    if completion.valid_until and completion.valid_until <= now:
        raise Invalid((FieldProblem("valid_until", "is not in the future"),))


def _finish(service: Service, intent: Credential) -> Credential:
    key = service.keyrings.active(intent.organisation_id)
    if intent.key_id != key.id:
        with service.database.writing() as session:
            _where_unsigned(session, intent.code, key_id=key.id)
            intent = session.get_one(Credential, intent.code, populate_existing=True)
            session.commit()
        if intent.token:  # another process finished it
            return intent
    token = proof.sign(intent.document, service.keyrings.signer(intent.organisation_id, key.id))  # 3
    _check(service, intent, token)  # 4
    if service.keyrings.of(intent.organisation_id).find(key.id).compromised_at:
        return _finish(service, intent)  # marked while we signed: the token would be one more that nobody believes
    with service.database.writing() as session:  # 5
        _where_unsigned(session, intent.code, token=token, key_id=key.id, issued_at=service.now())
        session.commit()
        return session.get_one(Credential, intent.code, populate_existing=True)


def _where_unsigned(session: Session, code: str, **values: object) -> None:
    session.execute(update(Credential).where(Credential.code == code, Credential.token.is_(None)).values(**values))


def _check(service: Service, intent: Credential, token: str) -> None:
    """Read the token as a stranger would, with the key as published: a wrong key or a damaged file ends here."""
    published = service.keyrings.of(intent.organisation_id).find(intent.key_id)
    try:
        read = reader.read(token)
        reader.registered_claims(read.claims)
        kid = service.addresses.key(intent.organisation_id, published.id)
        proof.verify(read, read_key({**published.jwk, "kid": kid, "alg": published.alg}))
    except CredentialError as error:
        raise NotIssued(
            f"The token of {intent.code} did not pass our own check ({error.code}); it was not issued."
        ) from error
