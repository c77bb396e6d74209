"""The files of a credential. Each is drawn when it is first asked for, kept, and from then on given out as it was:
whatever became of the design, the organisation and the libraries since.

1. Is it kept? Then it is those bytes and no others.
2. Draw it, in the look that its achievement version was published with.
3. Put it into the store under its SHA-256.
4. Record it, unless another process recorded one since 1: then that one is given.

A kept file that was lost or damaged is drawn again. If that makes other bytes, both stay known as ours.
"""

import logging
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from credential import phrases
from credential.phrases import BILINGUAL
from issuer import achievements
from issuer.certificate import TooLong, Undrawable, picture
from issuer.certificate.design import LARGE
from issuer.certificate.pool import NotDrawn
from issuer.credentials.certificate import certificate, worded
from issuer.errors import IssuerError, NotFound
from issuer.looks import brand_of, design_of, look_of
from issuer.service import Service
from issuer.tables import Credential, File

__all__ = ["BADGE", "RENDITIONS", "check", "file_name", "kept", "made", "made_all", "recorded", "recorded_of"]

RENDITIONS = (*phrases.RENDITIONS, *(f"{LARGE}{name}" for name in phrases.RENDITIONS))  # of the PDF
BADGE = "badge"  # the PNG
OF_ONE = (NotDrawn, TooLong, Undrawable)  # what one certificate may be refused for, and the next one not
FILES = File.metadata.tables[File.__tablename__]
SHA256 = re.compile(r"[0-9a-f]{64}")
log = logging.getLogger("issuer")


def check(name: str) -> None:
    """Raise `NotFound`, which names all there are, unless `name` is a rendition of the PDF."""
    if name not in RENDITIONS:
        raise NotFound(f"There is no rendition {name[:40]!r}. There are {', '.join(RENDITIONS)}.")


def file_name(code: str, name: str) -> str:
    """What the file of a rendition is called where people keep it: the code, and the rendition unless it is the usual."""
    if name == BADGE:
        return f"{code}.png"
    return f"{code}.pdf" if name == BILINGUAL else f"{code}.{name}.pdf"


def kept(service: Service, credential: Credential, name: str) -> bytes | None:
    """The rendition as it was given out before, or None when it must be `made`. Raises `Unavailable`."""
    with service.database.reading() as session:
        files = _recorded(session, [credential.code], name)
    return _read(service, files[credential.code])  # 1


def made(service: Service, credential: Credential, name: str) -> bytes:
    """The rendition `name`, `BADGE` or one of `RENDITIONS`, drawn and kept unless it is.

    Raises `Unavailable` where it cannot be kept, `Misconfigured` where its look was lost or nothing can be drawn here.
    """
    content = made_all(service, [credential], name)[credential.code]
    if isinstance(content, IssuerError):
        raise content
    return content


def made_all(service: Service, credentials: Sequence[Credential], name: str) -> dict[str, bytes | IssuerError]:
    """The rendition of each by its code, with few transactions for all; or why this one cannot be drawn.

    Raises as `made` does where it is not for one certificate's sake.
    """
    with service.database.reading() as session:
        seen = recorded_of(session, credentials, name)
    given: dict[str, bytes | IssuerError] = {
        code: content
        for code, files in seen.items()
        if (content := _read(service, files))  # 1
    }
    missing = [each for each in credentials if each.code not in given]
    for each in missing:
        if seen[each.code]:
            log.warning("A kept %s of a credential was lost or damaged; it is drawn again.", name)
    digests: dict[str, str] = {}
    for code, drawn in _drawn(service, missing, name):  # 2
        given[code] = drawn
        if isinstance(drawn, bytes):
            digests[code] = sha256(drawn).hexdigest()
            service.files.put(_key(code, digests[code], name), drawn)  # 3
    overtaken = _record(service, name, digests, seen) if digests else set()  # 4
    return given | {each.code: made(service, each, name) for each in missing if each.code in overtaken}


def recorded_of(session: Session, credentials: Sequence[Credential], name: str) -> dict[str, list[File]]:
    """What was recorded of a rendition of each, by its code, the first file first."""
    return _recorded(session, [each.code for each in credentials], name)


def _record(service: Service, name: str, digests: Mapping[str, str], seen: Mapping[str, Sequence[File]]) -> set[str]:
    """Record what was drawn. Gives the codes of which another process recorded other bytes since they were `seen`."""
    overtaken: set[str] = set()
    rows: list[dict[str, object]] = []
    with service.database.writing() as session:
        # PostgreSQL alone needs to hold the rows, always in one order: two at once would else both find nothing recorded.
        session.execute(
            select(Credential.code)
            .where(Credential.code.in_(digests))
            .order_by(Credential.code)
            .with_for_update(key_share=True)
        )
        for code, files in _recorded(session, digests, name).items():
            known = {file.sha256 for file in files}
            if digests[code] in known:
                continue
            if known <= {file.sha256 for file in seen[code]}:
                rows.append({"code": code, "sha256": digests[code], "rendition": name, "made_at": service.now()})
            else:
                overtaken.add(code)
        if rows:
            session.execute(insert(FILES), rows)
            session.commit()
    return overtaken


def recorded(session: Session, credential: Credential, digest: str) -> File:
    """What was recorded of the file with this SHA-256 in hex, or `NotFound`: then we did not give it out."""
    if not SHA256.fullmatch(digest):
        raise NotFound("A SHA-256 is written as 64 hexadecimal digits in small letters.")
    found = session.scalars(
        select(File).where(File.code == credential.code, File.sha256 == digest).order_by(File.rendition)
    ).first()
    if found is None:
        raise NotFound("No file with this SHA-256 was given out for this credential.")
    return found


def _recorded(session: Session, codes: Collection[str], name: str) -> dict[str, list[File]]:
    found: dict[str, list[File]] = {code: [] for code in codes}
    for file in session.scalars(
        select(File).where(File.code.in_(found), File.rendition == name).order_by(File.made_at, File.sha256)
    ):
        found[file.code].append(file)
    return found


def _read(service: Service, files: Sequence[File]) -> bytes | None:
    """The first of the files that is in the store and whole."""
    for file in files:
        content = service.files.get(_key(file.code, file.sha256, file.rendition))
        if content is not None and sha256(content).hexdigest() == file.sha256:
            return content
    return None


def _drawn(service: Service, credentials: Sequence[Credential], name: str) -> Iterator[tuple[str, bytes | IssuerError]]:
    """Each as it is drawn, or what is wrong with this one."""
    languages = phrases.RENDITIONS[BILINGUAL if name == BADGE else name.removeprefix(LARGE)]
    with service.database.reading() as session:
        versions = [achievements.of(session, each) for each in credentials]  # held, so each is read once
        said = [worded(session, each, languages) for each in credentials]
    for credential, words, version in zip(credentials, said, versions, strict=True):
        look = look_of(version)
        chosen = look.badge if name == BADGE else look.large_print if name.startswith(LARGE) else look.certificate
        try:
            pdf = certificate(service, credential, words, design_of(service, chosen), brand_of(service, look))
        except OF_ONE as refusal:
            yield credential.code, refusal
            continue
        assert credential.token is not None
        yield credential.code, picture(pdf, credential.token) if name == BADGE else pdf


def _key(code: str, digest: str, name: str) -> str:
    return f"certificates/{code}/{digest}.{'png' if name == BADGE else 'pdf'}"
