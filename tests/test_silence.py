"""Silence is never consent: whatever is wrong with the status list, nothing is green in any form of a credential."""

import asyncio
import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import proof, status
from credential.errors import CredentialError
from credential.phrases import BILINGUAL
from issuer.credentials.certificate import qr_address
from issuer.credentials.renditions import made
from issuer.service import Service
from issuer.tables import Credential
from tests.conftest import Clock, FetcherInProcess
from verifier.directory import Directory
from verifier.published import Published
from verifier.published.lists import entry_of, list_of
from verifier.verdict import Verdict
from verifier.verify import verify

Claims = dict[str, Any]
FORMS = ("token", "pdf", "code", "qr", "foreign")


class Issuer:
    """The real issuer, but for its status list: `wrong` says what is served in its place, None for nothing."""

    def __init__(self, service: Service, credential: Credential, fetcher: FetcherInProcess) -> None:
        self.service, self.credential, self.fetcher = service, credential, fetcher
        self.signer = service.keyrings.signer("glimmer", credential.key_id)
        self.id = service.addresses.organisation("glimmer")
        self.list_url = service.addresses.status_list("glimmer", credential.list_id)

    def claims(self, revoked: tuple[int, ...] = (), *, later: timedelta = timedelta()) -> Claims:
        made: Claims = json.loads(status.list_document(self.list_url, self.id, revoked, self.service.now() + later))
        return made

    def sign(self, claims: Claims, typ: str = "vc+jwt") -> bytes:
        return proof.sign(json.dumps(claims).encode(), self.signer, typ=typ).encode()

    def serve(self, answer: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
        async def get(url: str, accept: str = "*/*") -> bytes:
            if url != self.list_url:
                return await FetcherInProcess.get(self.fetcher, url, accept)
            if answer is None:
                return await FetcherInProcess.get(self.fetcher, f"{url}-not-there", accept)
            return answer

        monkeypatch.setattr(self.fetcher, "get", get)


@pytest.fixture
def real(service: Service, credential: Credential, fetcher: FetcherInProcess) -> Issuer:
    return Issuer(service, credential, fetcher)


@pytest.fixture
def forms(real: Issuer) -> dict[str, bytes]:
    """One credential in each form in which it can be handed in; `foreign` as a vc+jwt without registered claims."""
    pdf = made(real.service, real.credential, BILINGUAL)
    token = (real.credential.token or "").encode()
    bare = {
        k: v for k, v in json.loads(real.credential.document).items() if k not in {"iss", "jti", "sub", "nbf", "exp"}
    }
    in_the_qr = qr_address(real.service, real.credential).encode()
    return {
        "token": token,
        "pdf": pdf,
        "code": real.credential.code.encode(),
        "qr": in_the_qr,
        "foreign": real.sign(bare),
    }


def change(path: str, value: Any) -> Callable[[Claims], Claims]:
    def changed(claims: Claims) -> Claims:
        *way, last = path.split(".")
        at = claims
        for name in way:
            at = at[name]
        at[last] = value
        return claims

    return changed


def packed(data: bytes, times: int = 1) -> str:
    squeezed = zlib.compressobj(9, zlib.DEFLATED, 31)
    gzipped = b"".join(squeezed.compress(data) for _ in range(times)) + squeezed.flush()
    return "u" + urlsafe_b64encode(gzipped).rstrip(b"=").decode()


BITS = "credentialSubject.encodedList"
WRONG: dict[str, tuple[Callable[[Issuer], bytes | None], str]] = {
    "it is not there": (lambda i: None, "status_unreachable"),
    "it is empty": (lambda i: b"", "status_malformed"),
    "it is a page": (lambda i: b"<html>", "status_malformed"),
    "it is not signed": (lambda i: json.dumps(i.claims()).encode(), "status_malformed"),
    "it was edited": (lambda i: i.sign(i.claims())[:-8] + b"AAAAAAAA", "status_bad_signature"),
    "it is by another issuer": (
        lambda i: i.sign(change("issuer", "http://127.0.0.1:8000/orgs/other")(i.claims())),
        "status_other_issuer",
    ),
    "it is another list": (lambda i: i.sign(change("id", f"{i.list_url}x")(i.claims())), "status_other_list"),
    "it is the credential itself": (lambda i: (i.credential.token or "").encode(), "status_other_list"),
    "it is for another purpose": (
        lambda i: i.sign(change("credentialSubject.statusPurpose", "suspension")(i.claims())),
        "status_other_purpose",
    ),
    "it has expired": (lambda i: i.sign(i.claims(later=timedelta(hours=-25))), "status_expired"),
    "it is from tomorrow": (lambda i: i.sign(i.claims(later=timedelta(days=1))), "status_from_future"),
    "it has no end": (lambda i: i.sign(change("validUntil", None)(i.claims())), "status_malformed"),
    "it is cut off": (lambda i: i.sign(change(BITS, packed(bytes(16_384))[:-6])(i.claims())), "status_malformed"),
    "it is too short": (lambda i: i.sign(change(BITS, packed(bytes(100)))(i.claims())), "status_list_too_short"),
    "it is a bomb": (
        lambda i: i.sign(change(BITS, packed(bytes(1024 * 1024), 64))(i.claims())),
        "status_list_bomb",
    ),
}  # fmt: skip


def ask(given: bytes, directory: Directory, published: Published, clock: Clock) -> Verdict:
    return asyncio.run(verify(given, directory, published, clock()))


def found(verdict: Verdict) -> tuple[str, str | None]:
    step = next(step for step in verdict.steps if step.step == "status")
    return f"{verdict.verdict}: {verdict.reason}", step.code


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_no_failure_of_a_status_list_is_consent_in_any_form(
    real: Issuer, forms: dict[str, bytes], directory: Directory, clock: Clock,
    monkeypatch: pytest.MonkeyPatch, wrong: tuple[Callable[[Issuer], bytes | None], str],
) -> None:  # fmt: skip
    make, code = wrong
    real.serve(make(real), monkeypatch)
    for form in FORMS:
        verdict = ask(forms[form], directory, Published(real.fetcher, clock), clock)
        assert found(verdict) == ("unchecked: status_unavailable", code), form


def test_by_the_same_means_a_right_list_is_consent_and_a_set_bit_is_not(
    real: Issuer, forms: dict[str, bytes], directory: Directory, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for revoked, expected in (((), "valid: ok"), ((real.credential.list_index,), "invalid: revoked")):
        real.serve(real.sign(real.claims(revoked)), monkeypatch)
        for form in FORMS:
            verdict = ask(forms[form], directory, Published(real.fetcher, clock), clock)
            assert found(verdict)[0] == expected, form


def test_a_list_that_goes_back_in_time_says_so(
    real: Issuer, forms: dict[str, bytes], directory: Directory, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = Published(real.fetcher, clock)
    older = real.sign(real.claims(later=timedelta(hours=-1)))
    real.serve(real.sign(real.claims()), monkeypatch)
    assert ask(forms["token"], directory, published, clock).verdict == "valid"
    clock.move(minutes=5)
    real.serve(older, monkeypatch)
    assert found(ask(forms["token"], directory, published, clock)) == (
        "unchecked: status_unavailable",
        "status_rolled_back",
    )


@pytest.mark.parametrize("index", ["-1", "131072", "9" * 10, "9" * 4000, "1e3", "٣", 5, None, "", []])
def test_an_index_that_is_none_of_the_lists_says_so(
    real: Issuer, directory: Directory, published: Published, clock: Clock, index: Any
) -> None:
    claims = json.loads(real.credential.document)
    claims["credentialStatus"]["statusListIndex"] = index
    assert found(ask(real.sign(claims, "JWT"), directory, published, clock)) == (
        "unchecked: status_unavailable",
        "status_index_out_of_range",
    )


def test_clocks_that_are_a_day_off_are_never_green(
    real: Issuer, forms: dict[str, bytes], directory: Directory, clock: Clock
) -> None:
    right = clock()
    for days, expected in ((-1, "invalid: not_yet_valid"), (1, "valid: ok")):
        clock.now = right + timedelta(days=days)
        verdict = ask(forms["token"], directory, Published(real.fetcher, clock), clock)  # the issuer's clock goes too
        assert found(verdict)[0] == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@given(JSON, st.dictionaries(st.sampled_from(["id", "type", "validFrom", "validUntil", "credentialSubject"]), JSON))
def test_noise_in_a_list_or_an_entry_raises_nothing_but_our_own_error(entry: Any, claims: Claims) -> None:
    with pytest.raises(CredentialError):
        entry_of(entry)
    with pytest.raises(CredentialError):
        list_of(claims, "https://i.example/l", Clock()(), None)
