"""The act *issue*, for one completion or for a batch of some hundreds. The order of its effects is the design: nothing is
signed that was not recorded, nothing is acknowledged that was not stored, and a stored token is never made again.

1. Which of these completions have been reported before?
2. Describe the credentials of the others and commit those intents: code, status index, key and the document's bytes.
3. Sign those bytes.
4. Check each token with our own published key.
5. Store each where none is stored yet, and commit.

A crash after 2 leaves intents, which `finish_intents` completes from step 3 when the service starts again, and so does
whoever reports the same again. Signing is deterministic, so two workers at the same intent make the same token and the
loser of step 5 reads what the winner stored. Where a new key took over between them their tokens differ; the stored one
is stored together with its own key's id.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from credential import code as codes
from credential import proof, reader
from credential.errors import CredentialError
from credential.jwks import PublicKey, read_key
from issuer import achievements, organisations
from issuer.completions import Completion
from issuer.credentials.cohort import batches, check_same, check_still_ahead
from issuer.credentials.describe import describe
from issuer.errors import FieldProblem, Invalid, IssuerError, NotIssued
from issuer.service import Service
from issuer.status import take_indexes
from issuer.tables import Credential
from keys.errors import KeyringError

__all__ = ["Issued", "finish_intents", "issue", "issue_all"]

MOST_BYTES = reader.LONGEST_TOKEN * 3 // 4 - 512  # a third is added by base64url, and header and signature are short
CREDENTIALS = Credential.metadata.tables[Credential.__tablename__]
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
    (issued,) = issue_all(service, organisation_id, (completion,))
    return issued


def issue_all(service: Service, organisation_id: str, completions: Sequence[Completion]) -> list[Issued]:
    """Issue a batch of completions, no two with the same id; as `issue` for each, in order, and raises as that does.

    Where one is refused, nothing of the batch was recorded.
    """
    with service.database.reading() as session:
        known = _reported(session, organisation_id, completions)  # 1
    new: dict[str, Credential] = {}
    if unknown := [each for each in completions if each.completion_id not in known]:
        meanwhile, new = _record(service, organisation_id, unknown)  # 2
        known |= meanwhile
    intents = [each for each in (*known.values(), *new.values()) if each.token is None]
    finished, refused = _finish(service, organisation_id, intents)  # 3, 4, 5
    if refused:
        raise refused[0]
    issued = known | {each.completion_id: each for each in finished}
    return [Issued(issued[each.completion_id], each.completion_id in new) for each in completions]


def finish_intents(service: Service) -> list[Credential]:
    """Complete what a crash left between recording and storing. Run on start; several processes may run it at once.

    An intent that cannot be finished now, its keys being away for example, is logged and left for the next start.
    """
    with service.database.reading() as session:
        intents = session.scalars(
            select(Credential).where(Credential.token.is_(None)).order_by(Credential.organisation_id)
        ).all()
    finished: list[Credential] = []
    for organisation_id, of_it in groupby(intents, lambda intent: intent.organisation_id):
        for batch in batches(of_it):
            refused: Sequence[Exception]
            try:
                done, refused = _finish(service, organisation_id, batch)
                finished += done
            except (IssuerError, KeyringError) as error:
                refused = [error]
            for why in refused:
                log.error("An intent of %s was not finished: %s", organisation_id, why)
    return finished


def _reported(session: Session, organisation_id: str, completions: Iterable[Completion]) -> dict[str, Credential]:
    """What is recorded for these completions, by their ids. Raises `Conflict` where one had other content."""
    by_id = {each.completion_id: each for each in completions}
    known = session.scalars(
        select(Credential).where(Credential.organisation_id == organisation_id, Credential.completion_id.in_(by_id))
    ).all()
    found = {each.completion_id: each for each in known}
    for id_, completion in by_id.items():
        if before := found.get(id_):
            check_same(completion, before.completion_sha256, before.code)
    return found


def _record(
    service: Service, organisation_id: str, completions: Sequence[Completion]
) -> tuple[dict[str, Credential], dict[str, Credential]]:
    """Commit the intents, but where another process has just recorded the same; gives those and ours, by completion."""
    now = service.now()
    for completion in completions:
        check_still_ahead(completion, now)
    with service.database.writing() as session:
        organisation = organisations.find(session, organisation_id)
        organisations.hold(session, organisation_id)  # nobody else records for it until we have
        known = _reported(session, organisation_id, completions)
        new = [each for each in completions if each.completion_id not in known]
        newest = {
            slug: achievements.latest(session, organisation_id, slug) for slug in {each.achievement for each in new}
        }
        key_id = service.keyrings.active(organisation_id).id
        intents: list[dict[str, object]] = []
        for completion, (list_id, index) in zip(
            new, take_indexes(session, organisation_id, len(new), now), strict=True
        ):
            achievement = newest[completion.achievement]
            code = codes.new(organisation.tag)
            document = describe(
                service, organisation, achievement, completion, code=code, list_id=list_id, index=index, now=now
            )
            if len(document) > MOST_BYTES:
                whose = f"and the other texts of {completion.completion_id} together"
                raise Invalid((FieldProblem("name", f"{whose} are longer than a token can hold"),))
            intents.append(
                {
                    "code": code,
                    "organisation_id": organisation_id,
                    "completion_id": completion.completion_id,
                    "completion_sha256": completion.digest,
                    "achievement_slug": achievement.slug,
                    "achievement_version": achievement.version,
                    "list_id": list_id,
                    "list_index": index,
                    "document": document,
                    "key_id": key_id,
                    "recorded_at": now,
                }
            )
        if intents:
            session.execute(insert(CREDENTIALS), intents)
            session.commit()
    return known, {each.completion_id: each for each in (Credential(**intent) for intent in intents)}


def _finish(
    service: Service, organisation_id: str, intents: Sequence[Credential]
) -> tuple[list[Credential], list[NotIssued]]:
    """Sign, check and store. Gives what is stored then, and why the others are not."""
    if not intents:
        return [], []
    key = service.keyrings.active(organisation_id)
    if outdated := {each.code: {"key_id": key.id} for each in intents if each.key_id != key.id}:
        with service.database.writing() as session:
            again = {each.code: each for each in _where_unsigned(session, outdated)}
            session.commit()
        intents = [again.get(each.code, each) for each in intents]
    finished = [each for each in intents if each.token]  # another process finished them
    signer = service.keyrings.signer(organisation_id, key.id)
    signed: dict[str, dict[str, object]] = {}
    refused: list[NotIssued] = []
    for intent in intents:
        if intent.token:
            continue
        token = proof.sign(intent.document, signer)  # 3
        try:
            _check(service, intent, token)  # 4
        except NotIssued as error:
            refused.append(error)
        else:
            signed[intent.code] = {"token": token, "key_id": key.id, "issued_at": service.now()}
    if service.keyrings.of(organisation_id).find(key.id).compromised_at:
        # Marked while we signed: the tokens would be more of those that nobody believes.
        return _finish(service, organisation_id, intents)
    if signed:
        with service.database.writing() as session:  # 5
            finished += _where_unsigned(session, signed)
            session.commit()
    return finished, refused


def _where_unsigned(session: Session, values: Mapping[str, Mapping[str, object]]) -> Sequence[Credential]:
    """Set columns of credentials, by code, where no token is stored yet; gives them as they are then."""
    # In the order of their codes: two processes at the same intents would else wait for each other on PostgreSQL.
    rows = [{"of": code, **values[code]} for code in sorted(values)]
    session.execute(
        update(CREDENTIALS).where(CREDENTIALS.c.code == bindparam("of"), CREDENTIALS.c.token.is_(None)), rows
    )
    return session.scalars(select(Credential).where(Credential.code.in_(values))).all()


def _check(service: Service, intent: Credential, token: str) -> None:
    """Read the token as a stranger would, with the key as published: a wrong key or a damaged file ends here."""
    published = service.keyrings.of(intent.organisation_id).find(intent.key_id)
    kid = service.addresses.key(intent.organisation_id, published.id)
    try:
        read = reader.read(token)
        reader.registered_claims(read.claims)
        proof.verify(read, _key(kid=kid, alg=published.alg, **published.jwk))
    except CredentialError as error:
        raise NotIssued(
            f"The token of {intent.code} did not pass our own check ({error.code}); it was not issued."
        ) from error


@lru_cache(maxsize=100)
def _key(**jwk: str) -> PublicKey:
    """A published key, read once: that takes as long as a signature."""
    return read_key(jwk)
