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
from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from credential import phrases
from credential.phrases import BILINGUAL
from issuer import achievements
from issuer.certificate import picture
from issuer.certificate.design import LARGE
from issuer.credentials.certificate import certificate, worded
from issuer.errors import NotFound
from issuer.looks import brand_of, design_of, look_of
from issuer.service import Service
from issuer.tables import Credential, File

__all__ = ["BADGE", "RENDITIONS", "check", "file_name", "kept", "made", "recorded"]

RENDITIONS = (*phrases.RENDITIONS, *(f"{LARGE}{name}" for name in phrases.RENDITIONS))  # of the PDF
BADGE = "badge"  # the PNG
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
        files = _recorded(session, credential, name)
    return _read(service, files)  # 1


def made(service: Service, credential: Credential, name: str) -> bytes:
    """The rendition `name`, `BADGE` or one of `RENDITIONS`, drawn and kept unless it is.

    Raises `Unavailable` where it cannot be kept, `Misconfigured` where its look was lost or nothing can be drawn here.
    """
    with service.database.reading() as session:
        seen = _recorded(session, credential, name)
    if content := _read(service, seen):  # 1
        return content
    if seen:
        log.warning("A kept %s of a credential was lost or damaged; it is drawn again.", name)
    content = _drawn(service, credential, name)  # 2
    digest = sha256(content).hexdigest()
    service.files.put(_key(credential.code, digest, name), content)  # 3
    with service.database.writing() as session:  # 4
        # PostgreSQL alone needs to hold the row: two at once would else both find nothing recorded.
        session.execute(
            select(Credential.code).where(Credential.code == credential.code).with_for_update(key_share=True)
        )
        known = {file.sha256 for file in _recorded(session, credential, name)}
        first = known <= {file.sha256 for file in seen}
        if first and digest not in known:
            session.add(File(code=credential.code, sha256=digest, rendition=name, made_at=service.now()))
            session.commit()
    return content if first or digest in known else made(service, credential, name)


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


def _recorded(session: Session, credential: Credential, name: str) -> Sequence[File]:
    """The files of a rendition, the first one first."""
    return session.scalars(
        select(File).where(File.code == credential.code, File.rendition == name).order_by(File.made_at, File.sha256)
    ).all()


def _read(service: Service, files: Sequence[File]) -> bytes | None:
    """The first of the files that is in the store and whole."""
    for file in files:
        content = service.files.get(_key(file.code, file.sha256, file.rendition))
        if content is not None and sha256(content).hexdigest() == file.sha256:
            return content
    return None


def _drawn(service: Service, credential: Credential, name: str) -> bytes:
    languages = phrases.RENDITIONS[BILINGUAL if name == BADGE else name.removeprefix(LARGE)]
    with service.database.reading() as session:
        words = worded(session, credential, languages)
        look = look_of(achievements.of(session, credential))
    chosen = look.badge if name == BADGE else look.large_print if name.startswith(LARGE) else look.certificate
    pdf = certificate(service, credential, words, design_of(service, chosen), brand_of(service, look))
    assert credential.token is not None
    return picture(pdf, credential.token) if name == BADGE else pdf


def _key(code: str, digest: str, name: str) -> str:
    return f"certificates/{code}/{digest}.{'png' if name == BADGE else 'pdf'}"
