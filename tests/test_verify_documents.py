"""Documents in the procedure: what cannot be compared, or not wholly, is never green, and nothing odd is our fault."""

import asyncio
import io
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pikepdf
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from credential import document
from demo import forgeries
from issuer.service import Service
from issuer.tables import Credential
from tests.conftest import Ask, Clock, FetcherInProcess, asker, pdf_with, signed_anew, word
from verifier.directory import Directory
from verifier.errors import Unreachable
from verifier.published import Published
from verifier.verify import verify_file


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
    monkeypatch.setattr("verifier.steps.document.differences", lambda opened, renditions, hosts, complete: ())
    assert word(ask(pdf_with(credential.token or ""))) == "unchecked: document_not_compared"
    assert word(ask(credential.token or "")) == "valid: ok"


def test_the_issuer_knows_the_exact_file_that_it_made_and_no_other(
    issuer: TestClient[Litestar], directory: Directory, published: Published, clock: Clock, credential: Credential
) -> None:
    sure = asker(directory, published, clock, ask_issuer=True)
    pdf = issuer.get(f"/credentials/{credential.code}.pdf").content
    verdict = sure(pdf)
    assert (word(verdict), verdict.document.shows) == ("valid: ok", "as_issued")
    saved_again = resaved(pdf)
    verdict = sure(saved_again)
    assert (word(verdict), verdict.steps[5].code) == ("unchecked: document_not_confirmed", "file_not_known")
    assert word(asker(directory, published, clock)(saved_again)) == "valid: ok"
    digest = sha256(pdf).hexdigest()
    asked = asyncio.run(verify_file(credential.code, digest, directory, published, clock()))
    assert (word(asked), asked.document.shows) == ("valid: ok", "as_issued")
    for wrong in (sha256(saved_again).hexdigest(), "x", ""):
        asked = asyncio.run(verify_file(credential.code, wrong, directory, published, clock()))
        assert word(asked) == "unchecked: document_not_confirmed"


def test_an_issuer_out_of_reach_cannot_say_whose_file_it_is(
    issuer: TestClient[Litestar], directory: Directory, published: Published, clock: Clock, credential: Credential,
    fetcher: FetcherInProcess,
) -> None:  # fmt: skip
    pdf = issuer.get(f"/credentials/{credential.code}.pdf").content
    assert word(asker(directory, published, clock)(pdf)) == "valid: ok"  # keys and list are fresh now
    fetcher.down = True
    verdict = asker(directory, published, clock, ask_issuer=True)(pdf)
    assert (word(verdict), verdict.steps[5].code) == ("unchecked: document_not_confirmed", "issuer_unreachable")


def test_without_its_attachment_a_certificate_is_read_by_its_code_and_still_compared(
    ask: Ask, issuer: TestClient[Litestar], credential: Credential
) -> None:
    pdf = issuer.get(f"/credentials/{credential.code}.pdf").content
    bare = without_attachments(pdf)
    verdict = ask(bare)
    assert (word(verdict), verdict.document.shows) == ("valid: ok", "text_matches")
    edited = ask(without_attachments(forgeries.edited_pdf(pdf, "欧阳雨泽")))
    assert (word(edited), edited.document.differences[0].shown) == ("invalid: document_differs", "泽雨阳欧")


def resaved(pdf: bytes, change: Callable[[pikepdf.Pdf], None] = lambda _: None) -> bytes:
    """The same document in other bytes."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        written = io.BytesIO()
        opened.save(written)
        return written.getvalue()


def without_attachments(pdf: bytes) -> bytes:
    def change(opened: pikepdf.Pdf) -> None:
        del opened.Root.Names, opened.Root.AF

    return resaved(pdf, change)


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


def test_a_document_with_dates_that_are_none_is_not_compared(
    ask: Ask, service: Service, credential: Credential
) -> None:
    subject = json.loads(credential.document)["credentialSubject"]
    odd = signed_anew(service, credential, credentialSubject={**subject, "activityStartDate": "last spring"})
    assert word(ask(odd)) == "valid: ok"
    assert word(ask(pdf_with(odd))) == "unchecked: document_not_compared"


def test_a_credential_in_another_language_is_never_a_fault_of_ours(
    ask: Ask, service: Service, credential: Credential
) -> None:
    subject = json.loads(credential.document)["credentialSubject"]
    subject["achievement"]["inLanguage"] = "fr"
    odd = signed_anew(service, credential, credentialSubject=subject, relatedResource=[])
    assert word(ask(odd)) == "valid: ok"
    assert word(ask(pdf_with(odd))) == "invalid: document_differs"
