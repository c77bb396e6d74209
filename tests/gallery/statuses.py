"""Rightly signed and yet not, no longer, or not known to be in force."""

from datetime import timedelta

from demo import forgeries
from issuer import achievements, organisations
from issuer.credentials.revoke import revoke
from tests.gallery.exhibit import Handed, exhibit
from tests.gallery.workshop import CLOUDBRIDGE, GLIMMER, ISSUED, NOW, Workshop

COURSE = {"achievement": "ai-literacy", "completed_on": "2026-11-13"}
LIGHTHOUSE = {
    "id": "lighthouse",
    "tag": "WG",
    "url": "https://lighthouse.example",
    "name": {"zh-Hans": "灯塔学院", "en": "Lighthouse College"},
    "signatories": [{"zh-Hans": "沈星 院长", "en": "Shen Xing, Dean"}],
}
SHORT = {
    "slug": "short",
    "type": "CertificateOfCompletion",
    "name": "短期课程",
    "description": "一门短期课程。",
    "criteria": "完成全部课程。",
}


@exhibit("invalid: revoked")
def revoked(w: Workshop) -> bytes:
    """The genuine certificate of an exam that turned out to be another's work, and was withdrawn."""
    credential = w.credential("方圆", **COURSE)
    pdf = w.genuine(credential)
    revoke(w.service, GLIMMER, credential.code, "考核由他人代考")
    return pdf


@exhibit("invalid: superseded")
def superseded(w: Workshop) -> bytes:
    """A genuine certificate with a wrong name, which was replaced by a right one."""
    credential, newer = w.credential("梁晨", **COURSE), w.credential("梁宸", **COURSE)
    pdf = w.genuine(credential)
    revoke(w.service, GLIMMER, credential.code, "姓名更正", superseded_by=newer.code)
    return pdf


@exhibit("invalid: expired")
def expired(w: Workshop) -> bytes:
    """A genuine certificate whose last day was yesterday."""
    with w.at(ISSUED):
        credential = w.credential("何山", **COURSE, valid_until="2026-11-20T00:00:00Z")
    return w.genuine(credential)


@exhibit("invalid: not_yet_valid")
def not_yet_valid(w: Workshop) -> bytes:
    """Issued for the day of the ceremony, and shown before it."""
    with w.at(NOW + timedelta(days=30)):
        credential = w.credential("宋词", **COURSE)
    return w.genuine(credential)


@exhibit("invalid: revoked")
def revoked_and_edited(w: Workshop) -> bytes:
    """A withdrawn certificate with another name on it: the graver reason is named."""
    credential = w.credential("程雨", **COURSE)
    revoke(w.service, GLIMMER, credential.code, "考核由他人代考")
    return w.drawn(credential, lambda c: c["credentialSubject"]["identifier"][0].update(identityHash="李明"))


@exhibit("unchecked: status_unavailable")
def list_out_of_reach(w: Workshop) -> Handed:
    """A withdrawn certificate; somebody keeps the verifier from the list that says so."""
    credential = w.credential("方圆", **COURSE)
    return Handed(data=(credential.token or "").encode(), answers={w.status_list(credential): None})


@exhibit("unchecked: status_unavailable")
def list_of_the_day_before(w: Workshop) -> Handed:
    """Somebody answers for the issuer with its list of yesterday, in which the certificate still stood."""
    credential = w.credential("陈静")
    url = w.status_list(credential)
    return Handed(data=(credential.token or "").encode(), at=NOW + timedelta(hours=30), answers={url: w.published(url)})


@exhibit("unchecked: status_unavailable")
def list_of_another_issuer(w: Workshop) -> Handed:
    """In the place of the issuer's list stands that of another known one, rightly signed."""
    other = w.credential("周敏", organisation=CLOUDBRIDGE, achievement="short-course", completed_on="2026-11-15")
    answer = w.published(w.status_list(other))
    credential = w.credential("陈静")
    return Handed(data=(credential.token or "").encode(), answers={w.status_list(credential): answer})


@exhibit("unchecked: status_unavailable")
def list_signed_by_the_forger(w: Workshop) -> Handed:
    """The issuer's list, signed anew with the forger's key under the name of the issuer's."""
    return _listed(w, lambda token: forgeries.another_key(token).encode())


@exhibit("unchecked: status_unavailable")
def list_not_signed(w: Workshop) -> Handed:
    """The issuer's list with alg: none."""
    return _listed(w, lambda token: forgeries.unsigned(token).encode())


@exhibit("unchecked: status_unavailable")
def page_instead_of_a_list(w: Workshop) -> Handed:
    """The sign-in page of a network stands where the list should be."""
    return _listed(w, lambda _: b"<!doctype html><title>Sign in</title>")


def _listed(w: Workshop, forge: object) -> Handed:
    credential = w.credential("陈静")
    url = w.status_list(credential)
    assert callable(forge)
    return Handed(data=(credential.token or "").encode(), answers={url: forge((w.published(url) or b"").decode())})


@exhibit("unchecked: key_compromised")
def signed_with_a_stolen_key(w: Workshop) -> str:
    """灯塔学院's key was stolen, and says so. The thief dates a credential back to before the theft."""
    organisations.create(w.service, LIGHTHOUSE)
    achievements.publish(w.service, "lighthouse", SHORT)
    completion = {"achievement": "short", "completed_on": "2026-11-13"}
    token = w.signed(w.credential("吴忧", organisation="lighthouse", **completion), "lighthouse", name="证书")
    keyring = w.service.keyrings.of("lighthouse")
    keyring.mark_compromised(w.service.keyrings.active("lighthouse").id, w.service.now())
    return token
