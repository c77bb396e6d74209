"""Documents in the procedure: what cannot be compared, or not wholly, is never green, and nothing odd is our fault."""

import io
import json
from typing import Any

import pikepdf
import pytest

from credential import document
from issuer.service import Service
from issuer.tables import Credential
from tests.conftest import Ask, FetcherInProcess, signed_anew, word
from verifier.errors import Unreachable


def pdf_with(token: str) -> bytes:
    """A blank page with the token attached."""
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments["credential.jwt"] = token.encode()
        written = io.BytesIO()
        document.save(written)
        return written.getvalue()


def test_a_document_that_cannot_be_compared_is_never_green(ask: Ask, service: Service, credential: Credential) -> None:
    foreign = signed_anew(service, credential, awardedDate=None)
    assert word(ask(foreign)) == "valid: ok"
    assert word(ask(pdf_with(foreign))) == "unchecked: document_not_compared"


def test_a_document_is_not_green_while_its_translations_cannot_be_had(
    ask: Ask, service: Service, credential: Credential, fetcher: FetcherInProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def without_achievements(url: str, accept: str = "*/*") -> bytes:
        if "/achievements/" in url:
            raise Unreachable(url)
        return await FetcherInProcess.get(fetcher, url, accept)

    monkeypatch.setattr(fetcher, "get", without_achievements)
    monkeypatch.setattr("verifier.verify.differences", lambda opened, renditions, complete: ())
    assert word(ask(pdf_with(credential.token or ""))) == "unchecked: document_not_compared"
    assert word(ask(credential.token or "")) == "valid: ok"


def test_a_blank_page_with_a_genuine_token_is_not_what_was_signed(ask: Ask, token: str) -> None:
    verdict = ask(pdf_with(token))
    assert word(verdict) == "invalid: document_differs"
    assert {difference.field for difference in verdict.document.differences} >= {"name", "achievement", "code"}


ODD_VERSIONS: list[dict[str, Any]] = [
    {"translations": []}, {"translations": "x"}, {"translations": {"en": "x"}}, {"translations": {"en": {"name": 5}}},
    {"translations": {"en": {}}}, {"translations": {"fr": {"name": "x"}}}, {"signatories": "x"},
    {"signatories": ["x", {"en": 5}]},
]  # fmt: skip


@pytest.mark.parametrize("version", ODD_VERSIONS, ids=map(str, ODD_VERSIONS))
def test_an_odd_achievement_version_is_never_a_fault_of_ours(
    ask: Ask, service: Service, credential: Credential, fetcher: FetcherInProcess,
    monkeypatch: pytest.MonkeyPatch, version: dict[str, Any],
) -> None:  # fmt: skip
    body = json.dumps(version).encode()
    address = "http://127.0.0.1:8000/orgs/glimmer/achievements/odd/1"

    async def odd(url: str, accept: str = "*/*") -> bytes:
        return body if url == address else await FetcherInProcess.get(fetcher, url, accept)

    monkeypatch.setattr(fetcher, "get", odd)
    related = [{"id": address, "digestSRI": document.digest_sri(body)}]
    odd_token = signed_anew(service, credential, relatedResource=related)
    assert word(ask(odd_token)) == "valid: ok"
    assert ask(pdf_with(odd_token)).reason == "document_differs"


@pytest.mark.parametrize(
    "changes",
    [
        {"validUntil": "9999-12-31T23:59:59Z", "exp": 253402300799},
        {"id": "http://127.0.0.1:8000/credentials/other", "jti": "http://127.0.0.1:8000/credentials/other"},
    ],
    ids=["the last second of the calendar", "an id without a code"],
)
def test_an_odd_credential_is_never_a_fault_of_ours(
    ask: Ask, service: Service, credential: Credential, changes: dict[str, Any]
) -> None:
    odd = signed_anew(service, credential, **changes)
    assert word(ask(odd)) == "valid: ok"
    assert word(ask(pdf_with(odd))) == "invalid: document_differs"


def test_a_credential_in_another_language_is_never_a_fault_of_ours(
    ask: Ask, service: Service, credential: Credential
) -> None:
    subject = json.loads(credential.document)["credentialSubject"]
    subject["achievement"]["inLanguage"] = "fr"
    odd = signed_anew(service, credential, credentialSubject=subject, relatedResource=[])
    assert word(ask(odd)) == "valid: ok"
    assert word(ask(pdf_with(odd))) == "invalid: document_differs"
