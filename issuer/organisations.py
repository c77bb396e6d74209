"""Organisations and the API keys that act for them."""

import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from credential import document
from credential.jwks import key_set
from issuer.descriptions.look import Look
from issuer.descriptions.organisation import DescribedOrganisation, read_organisation
from issuer.errors import Conflict, FieldProblem, Invalid, NotAuthorised, NotFound
from issuer.service import Service
from issuer.tables import ApiKey, Organisation

__all__ = [
    "change",
    "create",
    "directory_entry",
    "find",
    "hold",
    "listed",
    "make_api_key",
    "organisation_of_key",
    "platform_entry",
    "profile",
    "public_jwks",
    "published_keys",
    "the_only_one",
]

KEY_DAYS = 365


def create(service: Service, given: Mapping[str, Any], beside: Path = Path()) -> Organisation:
    """Record a new organisation and make its signing key. Raises `Invalid` or `Conflict`; then nothing was made.

    `given` is its description, `beside` the folder that files named there are in.
    """
    described, logo = read_organisation(given, beside)
    with service.database.writing() as session:
        if session.get(Organisation, described.id):
            raise Conflict(f"There is already an organisation {described.id}; it was left as it is.")
        organisation = Organisation(
            id=described.id,
            tag=described.tag,
            names=described.name,
            url=described.url,
            signatories=list(described.signatories),
            look=_look(described),
            logo=logo,
            created_at=service.now(),
        )
        session.add(organisation)
        session.flush()
        # Keys before the commit: an organisation in the database always has keys. What a crash leaves here is taken up
        # by the next try.
        service.keyrings.make(described.id, described.algorithm)
        session.commit()
        return organisation


def change(service: Service, organisation_id: str, given: Mapping[str, Any], beside: Path = Path()) -> Organisation:
    """Give an organisation the look, the signatories and the url of another description of it.

    What is already published stays as it is. Raises `Invalid` where the description is of another organisation.
    """
    described, logo = read_organisation(given, beside)
    first_key = service.keyrings.of(organisation_id).keys[-1]
    with service.database.writing() as session:
        organisation = find(session, organisation_id)
        if problems := tuple(_differences(organisation, first_key.alg, described)):
            raise Invalid(problems)
        organisation.url = described.url
        organisation.signatories = list(described.signatories)
        organisation.look = _look(described)
        organisation.logo = logo
        session.commit()
        return organisation


def _differences(
    organisation: Organisation, algorithm: str, described: DescribedOrganisation
) -> Iterator[FieldProblem]:
    """What of a description is not as credentials have it since the organisation was made."""
    for field, kept, said in (
        ("id", organisation.id, described.id),
        ("tag", organisation.tag, described.tag),
        ("name", organisation.names, described.name),
        ("algorithm", algorithm, described.algorithm),
    ):
        if kept != said:
            yield FieldProblem(field, f"was {kept!r} when the organisation was made and cannot become {said!r}")


def _look(described: DescribedOrganisation) -> dict[str, Any]:
    look = msgspec.structs.asdict(described.look)
    return {name: look[name] for name in Look.__struct_fields__}


def find(session: Session, organisation_id: str) -> Organisation:
    """The organisation, or `NotFound`."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound("There is no such organisation.")
    return organisation


def listed(session: Session) -> Sequence[Organisation]:
    """All organisations, the oldest first."""
    return session.scalars(select(Organisation).order_by(Organisation.created_at)).all()


def hold(session: Session, organisation_id: str) -> None:
    """Let others who would write for this organisation wait until this transaction ends.

    PostgreSQL alone needs it: what is read and then written by (the newest version, the open status list) would else be
    read by two at once. SQLite's writers wait for each other anyway. Rows that refer to the organisation are not held.
    """
    session.execute(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    ).first()


def the_only_one(session: Session) -> Organisation:
    """The organisation that commands act for as long as a service has just one."""
    organisations = listed(session)
    if not organisations:
        raise NotFound("There is no organisation yet. Run `issuer init ORGANISATION.toml` first.")
    return organisations[0]


def profile(service: Service, organisation: Organisation) -> document.Profile:
    """The organisation as the issuer of a credential."""
    names = organisation.names
    return document.Profile(
        id=service.addresses.organisation(organisation.id),
        name=names["zh-Hans"],
        url=organisation.url or msgspec.UNSET,
    )


def public_jwks(service: Service, organisation_id: str) -> list[dict[str, str]]:
    """Every key of the organisation as a bare public JWK with its `kid`, retired ones too."""
    return [
        {**key.jwk, "kid": service.addresses.key(organisation_id, key.id), "alg": key.alg, "use": "sig"}
        for key in service.keyrings.of(organisation_id).keys
    ]


def published_keys(service: Service, organisation_id: str) -> dict[str, Any]:
    """The JWK set of the organisation and beside it, by `kid`, how each key stands now.

    `state` is `next`, `active`, `retired` or `compromised`, `since` when; a next key also says when it `signs_from`.
    """
    keyring, now = service.keyrings.of(organisation_id), service.now()
    states: dict[str, dict[str, str]] = {}
    for key in keyring.keys:
        stands = keyring.standing(key, now)
        said = {"state": stands.state, "since": document.moment(stands.since)}
        if stands.state == "next":
            said["signs_from"] = document.moment(key.signs_from)
        states[service.addresses.key(organisation_id, key.id)] = said
    return key_set(public_jwks(service, organisation_id), states)


def directory_entry(service: Service, organisation: Organisation) -> dict[str, Any]:
    """What a verifier's operator puts into the directory to know this issuer, its keys pinned."""
    address = service.addresses
    return {
        "id": address.organisation(organisation.id),
        "tag": organisation.tag,
        "service": f"{address.public_url}/",
        "name": organisation.names,
        "url_prefix": f"{address.public_url}/",
        "jwks": published_keys(service, organisation.id),
        "jwks_uri": address.key_set(organisation.id),
        "verifiers": [service.settings.verifier_url],
        "since": f"{organisation.created_at:%Y-%m-%d}",
    }


def platform_entry(service: Service, organisation: Organisation) -> dict[str, Any]:
    """One entry for this service and every organisation it will ever have, under the names of one that runs it.

    No key is pinned: a verifier fetches those of an organisation when it first meets it.
    """
    entry = directory_entry(service, organisation)
    organisations = entry["id"].removesuffix(organisation.id)
    return {"organisations": organisations} | {
        name: value for name, value in entry.items() if name not in {"id", "jwks", "jwks_uri"}
    }


def make_api_key(service: Service, organisation: Organisation, label: str) -> str:
    """A new API key, `wz_ID_SECRET`. This is the one time it can be seen: only its hash is kept."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    now = service.now()
    with service.database.writing() as session:
        session.add(
            ApiKey(
                id=key_id,
                organisation_id=organisation.id,
                label=label,
                secret_sha256=sha256(secret.encode()).hexdigest(),
                created_at=now,
                expires_at=now + timedelta(days=KEY_DAYS),
            )
        )
        session.commit()
    return f"wz_{key_id}_{secret}"


def organisation_of_key(service: Service, presented: str) -> str:
    """The id of the organisation that an API key acts for. Raises `NotAuthorised`, the same for every wrong key."""
    prefix, _, rest = presented.partition("_")
    key_id, _, secret = rest.partition("_")
    with service.database.reading() as session:
        kept = session.get(ApiKey, key_id) if prefix == "wz" else None
    expected = kept.secret_sha256 if kept else ""
    # Compared in constant time even when there is no such key, so that timing tells nothing about ids.
    right = hmac.compare_digest(sha256(secret.encode("utf-8", "replace")).hexdigest(), expected or "0" * 64)
    if kept is None or not right or kept.expires_at <= service.now():
        raise NotAuthorised("The API key is missing, wrong or expired. Make a new one with `issuer api-key`.")
    return kept.organisation_id
