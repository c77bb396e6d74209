"""What a recruiter sees: the words, the pages in a real browser against a real verifier, and the command line."""

import json
import os
import re
import shutil
import socket
import string
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from credential import code as codes
from credential import document, errors, proof, status
from credential.jwks import public_jwk, thumbprint
from verifier.answer import answer_in
from verifier.findings import STEPS
from verifier.verdict import Document, Issuer, Signed, Step, Verdict, Word
from verifier.words import LANGUAGES, chosen_language, words_in

SOURCES = Path(__file__).parent.parent / "verifier"
GREEN = "rgb(31, 107, 69)"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}</bdi><svg onload=alert(1)>",
    "javascript:alert(1)",
)


def reasons() -> set[str]:
    """Every reason code that the verifier's sources can give a verdict."""
    given = {"ok", "incomplete"}
    for file in SOURCES.glob("*.py"):
        source = file.read_text(encoding="utf-8")
        given |= set(re.findall(r'(?:failed|not_checked)\(\s*"\w+",\s*"(\w+)"', source))
        given |= set(re.findall(r'problem="(\w+)"', source))
    return given | {error.code for error in (errors.MalformedToken, errors.BadSignature, errors.UnsupportedAlgorithm)}


def test_the_reasons_that_the_sources_give_are_found() -> None:
    assert {"revoked", "too_large", "unknown_issuer", "bad_signature", "no_credential_inside"} <= reasons()


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_the_same_keys_and_the_same_placeholders() -> None:
    first, *others = ({key: placeholders(text) for key, text in words_in(each).texts.items()} for each in LANGUAGES)
    assert all(other == first for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_result_of_every_step_has_its_words(language: str) -> None:
    texts = words_in(language).texts
    for reason in reasons():
        assert texts[f"reason.{reason}.means"] and texts[f"reason.{reason}.next"]
    for step in STEPS:
        for result in ("passed", "failed", "not_checked", "not_reached"):
            assert texts[f"step.{step}.{result}"]
    assert {texts[f"word.{word}"] for word in ("valid", "invalid", "unchecked")} & {"有效", "Valid"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted(reasons() | {"a_reason_of_tomorrow"}))
def test_every_verdict_can_be_said_without_a_gap(language: str, reason: str) -> None:
    word: Word = "valid" if reason == "ok" else "unchecked"
    answer = answer_in(words_in(language), verdict_of(word, reason))
    for text in (answer.means, answer.next, *(found.text for found in answer.steps)):
        assert text and "{" not in text and "  " not in text


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "zh-Hans"),
        (None, "zh-TW,zh;q=0.9,en;q=0.8", "zh-Hans"),
        (None, "en-GB,en;q=0.9,zh;q=0.8", "en"),
        (None, "zh;q=0.3, en;q=0.7", "en"),
        (None, "de,fr", "zh-Hans"),
        (None, "en;q=high,;;,", "zh-Hans"),
        ("en", "zh-CN", "en"),
        ("zh-Hant", "en", "zh-Hans"),
        ("<script>", "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_first_that_is_accepted(
    asked: str | None, accepted: str, language: str
) -> None:
    assert chosen_language(asked, accepted) == language


def test_a_step_behind_one_that_did_not_pass_is_said_to_be_unmade() -> None:
    verdict = verdict_of("unchecked", "unknown_issuer", results="pn----", credential=None)
    said = [found.text for found in answer_in(words_in("en"), verdict).steps]
    assert said[1] == "The issuer is not in our directory"
    assert said[2] == "The signature was not checked"


def test_a_directory_or_credential_with_strange_dates_is_still_shown() -> None:
    words = words_in("zh-Hans")
    assert words.day("2026-01-01") == "2026 年 1 月 1 日"
    assert words.day("2026-11-21T18:00:00Z") == "2026 年 11 月 22 日"
    assert [words.day(strange) for strange in ("spring", "", "9999-12-31T23:59:59Z")] == [
        "spring",
        "",
        "9999-12-31T23:59:59Z",
    ]


def test_a_name_that_the_directory_does_not_have_is_pointed_out() -> None:
    verdict = verdict_of("valid", "ok", issuer_name="徽光学院")
    assert "徽光学院" in answer_in(words_in("zh-Hans"), verdict).warning
    assert answer_in(words_in("zh-Hans"), verdict_of("valid", "ok")).warning == ""


# The pages, in a browser


@pytest.mark.parametrize("path", ["/", "/v/WG-0000-0000-0000-000D", "/v/QQ-000000000000000M", "/v/WG-1"])
@pytest.mark.parametrize("width", [360, 1200])
def test_a_page_fits_its_window_has_one_first_heading_and_breaks_no_policy(
    verifier: str, page: Page, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(verifier + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
    assert page.title()


def test_a_genuine_credential_is_green_and_asks_who_stands_before_you(
    verifier: str, issuer: "SmallIssuer", page: Page
) -> None:
    paste(page, verifier, issuer.token())
    expect(page.get_by_role("status")).to_contain_text("有效")
    expect(page.get_by_role("status")).to_contain_text("面前的人是欧阳雨泽吗")
    expect(page.get_by_role("heading", level=1)).to_have_css("color", GREEN)
    expect(page.locator("dl.claims")).to_contain_text("微光学院")
    assert page.title().startswith("有效")


def test_a_revoked_credential_says_so_and_nothing_is_green(verifier: str, issuer: "SmallIssuer", page: Page) -> None:
    paste(page, verifier, issuer.token(index=7))
    expect(page.get_by_role("status")).to_contain_text("撤销")
    assert not green(page)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("eyJhbGciOiJFUzI1NiJ9.e30.YQ", "无效"),
        ("eyJhb", "未能核验"),
        ("WG-0000-0000-0000-0000", "未能核验"),
        ("", "未能核验"),
    ],
)
def test_what_is_broken_or_unknown_is_never_green(verifier: str, page: Page, given: str, word: str) -> None:
    paste(page, verifier, given)
    expect(page.get_by_role("heading", level=1)).to_have_text(word)
    assert page.locator("dl.claims").count() == 0
    assert not green(page)


def test_a_document_that_shows_something_else_says_what_was_signed(
    verifier: str, issuer: "SmallIssuer", page: Page, tmp_path: Path
) -> None:
    file, token = tmp_path / "certificate.pdf", tmp_path / "credential.jwt"
    token.write_text(issuer.token())
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["credential.jwt"] = pikepdf.AttachedFileSpec.from_filepath(pdf, token)
        pdf.save(file)
    page.goto(verifier)
    page.locator("#file").set_input_files(file)
    page.locator("form button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("无效")
    expect(page.get_by_role("region", name="文件上没有这些签名内容")).to_contain_text("欧阳雨泽")
    assert not green(page)


def test_an_altered_credential_shows_none_of_its_claims(verifier: str, issuer: "SmallIssuer", page: Page) -> None:
    header, payload, _ = issuer.token().split(".")
    paste(page, verifier, f"{header}.{payload}.{issuer.token(name='李四').split('.')[2]}")
    expect(page.get_by_role("heading", level=1)).to_have_text("无效")
    assert "欧阳雨泽" not in page.locator("main").inner_text()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_in_signed_claims_is_text(verifier: str, issuer: "SmallIssuer", page: Page, hostile: str) -> None:
    paste(page, verifier, issuer.token(name=hostile, achievement=hostile, organisation=hostile, score=hostile))
    expect(page.locator("dl.claims .name")).to_contain_text(hostile)
    expect(page.locator("p.warning")).to_contain_text(hostile)
    assert page.locator("main script, main img, main svg[onload]").count() == 0


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_that_was_handed_in_is_text(verifier: str, page: Page, hostile: str) -> None:
    page.goto(f"{verifier}/?lang={quote(hostile)}")
    page.goto(f"{verifier}/v/{quote(hostile.replace('/', ''))}?lang={quote(hostile)}")
    expect(page.get_by_role("heading", level=1)).to_have_text("编号不对")
    paste(page, verifier, hostile)
    expect(page.get_by_role("heading", level=1)).to_have_text("未能核验")


def test_the_keyboard_alone_reaches_a_verdict(verifier: str, issuer: "SmallIssuer", page: Page) -> None:
    page.goto(verifier)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "text":
            break
    page.keyboard.insert_text(issuer.token())
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("有效")


def test_everything_works_without_scripts(
    verifier: str, issuer: "SmallIssuer", browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    file = tmp_path / "credential.jwt"
    file.write_text(issuer.token())
    page.goto(verifier)
    page.get_by_label("Choose the certificate PDF").set_input_files(file)
    page.get_by_label("Certificate number").fill("the file wins")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid")
    page.goto(f"{verifier}/v/WG-0000-0000-0000-000D")
    page.get_by_role("link", name="Check now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Could not check")
    context.close()


def test_a_chosen_file_is_named_and_one_that_is_too_large_is_not_taken(
    verifier: str, page: Page, tmp_path: Path
) -> None:
    page.goto(verifier)
    small, large = tmp_path / "证书.pdf", tmp_path / "large.pdf"
    small.write_bytes(b"%PDF-1.7")
    with large.open("wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    page.locator("#file").set_input_files(small)
    expect(page.locator("#hint")).to_contain_text("证书.pdf")
    page.locator("#file").set_input_files(large)
    expect(page.locator("#hint")).to_contain_text("20 MB")
    assert page.locator("#file").input_value() == ""


def test_a_file_dropped_anywhere_on_the_page_is_taken(verifier: str, page: Page) -> None:
    page.goto(verifier)
    page.evaluate(
        """() => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(["x"], "dropped.pdf"));
            for (const kind of ["dragenter", "dragover", "drop"])
                document.querySelector("footer").dispatchEvent(
                    new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#hint")).to_contain_text("dropped.pdf")
    assert page.locator("#file").input_value().endswith("dropped.pdf")


def test_the_language_is_kept_from_page_to_page(verifier: str, page: Page) -> None:
    page.goto(f"{verifier}/v/WG-0000-0000-0000-000D")
    page.get_by_role("link", name="English").click()
    assert "/v/WG-0000-0000-0000-000D" in page.url
    page.get_by_role("link", name="Check now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Could not check")
    page.get_by_role("link", name="Check another").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check a certificate")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Could not check")


def test_the_page_behind_a_qr_code_asks_the_issuer_only_when_told_to(
    verifier: str, issuer: "SmallIssuer", page: Page
) -> None:
    issuer.asked.clear()
    page.goto(f"{verifier}/v/{issuer.code}")
    expect(page.locator("p.number")).to_have_text(codes.printed(issuer.code))
    assert issuer.asked == []
    page.locator("a.button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("有效")
    assert f"/credentials/{issuer.code}.jwt" in issuer.asked


def test_a_mistyped_code_says_so_and_offers_no_check(verifier: str, page: Page) -> None:
    page.goto(f"{verifier}/v/WG-7K4M-9QXT-2D8H-C5RA")
    expect(page.get_by_role("heading", level=1)).to_have_text("编号不对")
    assert page.locator("a[href*=check]").count() == 0


def test_only_a_code_is_looked_up_under_the_address_of_a_code(verifier: str, issuer: "SmallIssuer") -> None:
    answer = httpx.get(f"{verifier}/v/{issuer.token()}/check")
    assert "mistyped_code" in answer.text and "欧阳雨泽" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("POST", "/"),
        ("GET", "/v/WG-0000-0000-0000-000D"),
        ("GET", "/v/WG-0000-0000-0000-000D/check"),
        ("GET", "/v/mistyped"),
        ("GET", "/verifier.css"),
        ("GET", "/drop.js"),
    ],
)
def test_every_answer_has_its_guarding_headers(verifier: str, method: str, path: str) -> None:
    answer = httpx.request(method, verifier + path)
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    if path.endswith((".css", ".js")):
        again = httpx.request(method, verifier + path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        return
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'"
    )
    assert "base-uri 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == ("no-cache" if (method, path) == ("GET", "/") else "no-store")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert not re.search(r"<[^>]+ (style|on\w+)=|<script(?! type=\"module\" src=)|<style", answer.text)


def test_a_body_beyond_the_limit_is_answered_with_a_page(verifier: str) -> None:
    answer = httpx.post(verifier, files={"file": ("large.pdf", b"%PDF-" + bytes(21 * 1024 * 1024))})
    assert answer.status_code == 413
    assert "too_large" in answer.text and "未能核验" in answer.text


@pytest.mark.parametrize("body", [b"", b"--x", b"--x\r\nno header\r\n\r\n1\r\n--x--\r\n", b"\xff" * 100])
def test_a_broken_form_is_refused_with_a_page(verifier: str, body: bytes) -> None:
    answer = httpx.post(verifier, content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


# The command line


def run(*arguments: str, directory: Path, port: int = 8001, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    settings = {"VERIFIER_DIRECTORY": str(directory), "VERIFIER_PORT": str(port), "LANG": "C.UTF-8", "LC_ALL": ""}
    ran = subprocess.run(
        [sys.executable, "-c", "from verifier.cli import main; main()", *arguments],
        input=given,
        capture_output=True,
        env=os.environ | settings,
        check=False,
    )
    assert b"Traceback" not in ran.stderr
    return subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def test_the_command_line_says_what_the_page_says(issuer: "SmallIssuer") -> None:
    ran = run("check", issuer.token(), directory=issuer.directory)
    assert ran.returncode == 0
    assert "✓ 有效" in ran.stdout and "面前的人是欧阳雨泽吗" in ran.stdout


def test_the_exit_code_is_the_verdict(issuer: "SmallIssuer") -> None:
    assert run("check", issuer.token(index=7), directory=issuer.directory).returncode == 1
    assert run("check", "--language", "en", "QQ-000000000000000M", directory=issuer.directory).returncode == 2


def test_json_is_the_verdict_and_nothing_else(issuer: "SmallIssuer", tmp_path: Path) -> None:
    ran = run(
        *("check", "-", "--json", "--directory", str(issuer.directory)),
        given=issuer.token().encode(),
        directory=tmp_path / "not used",
    )
    assert (ran.returncode, json.loads(ran.stdout)["verdict"]) == (0, "valid")


def test_a_file_is_checked_for_what_is_in_it_whatever_it_is_called(issuer: "SmallIssuer", tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_text(f"\ufeff {issuer.token()}\n", encoding="utf-8")
    assert run("check", str(file), directory=issuer.directory).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [[], ["check"], ["check", "absent.pdf"], ["check", "a/b"], ["check", "."], ["check", "--loud", "x"], ["sing"]],
)
def test_a_command_that_is_wrong_is_told_apart_from_a_verdict(issuer: "SmallIssuer", arguments: list[str]) -> None:
    assert run(*arguments, directory=issuer.directory).returncode == 64


def test_a_directory_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    ran = run("check", "WG-0000-0000-0000-000D", directory=tmp_path / "absent.json")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (64, "", 1)
    assert run("serve", directory=tmp_path / "absent.json").returncode == 1


def test_a_port_in_use_is_one_sentence(issuer: "SmallIssuer") -> None:
    ran = run("serve", directory=issuer.directory, port=issuer.port)
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "VERIFIER_PORT" in ran.stderr


def test_signed_text_cannot_drive_the_terminal(issuer: "SmallIssuer") -> None:
    ran = run("check", issuer.token(name="a\x1b[2J\x1b[32m有效\u202e"), directory=issuer.directory)
    assert "有效" in ran.stdout and "\x1b" not in ran.stdout and "\u202e" not in ran.stdout


# What they stand on


def verdict_of(
    word: Word,
    reason: str,
    *,
    results: str = "pppppn",
    credential: str | None = "欧阳雨泽",
    issuer_name: str = "微光学院",
) -> Verdict:
    """A verdict as the procedure could give it; `results` has a letter for each step."""
    made = {"p": "passed", "f": "failed", "n": "not_checked", "-": "not_checked"}
    return Verdict(
        verdict=word,
        reason=reason,
        steps=tuple(
            msgspec.convert({"step": step, "result": made[letter]}, Step)
            for step, letter in zip(STEPS, results, strict=True)
        ),
        issuer=Issuer(id="https://i.example", name={"zh-Hans": "微光学院", "en": "Glimmer"}, since="2026-01-01"),
        credential=Signed(
            id="https://i.example/credentials/1",
            names=(credential,),
            achievement={"zh-Hans": "数据分析"},
            issuer_name=issuer_name,
            valid_from="2026-11-21T02:00:00Z",
            valid_until="2029-11-21T02:00:00Z",
        )
        if credential
        else None,
        document=Document(shows="not_compared"),
        checked_at=datetime(2026, 11, 21, 13, 8, tzinfo=UTC),
    )


@dataclass(frozen=True)
class Key:
    """A signer whose key the verifier's directory pins."""

    kid: str
    private: ec.EllipticCurvePrivateKey
    alg: str = "ES256"

    def sign(self, data: bytes) -> bytes:
        return proof.es256(self.private, data)


class SmallIssuer:
    """An issuer on a port of this machine: signs what a test wants, publishes a status list in which entry 7 is revoked."""

    def __init__(self, folder: Path) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.id = f"{self.url}/orgs/glimmer"
        self.code = codes.new("WG")
        self.asked: list[str] = []
        private = ec.generate_private_key(ec.SECP256R1())
        jwk = public_jwk(private.public_key())
        self.key = Key(f"{self.id}/keys/{thumbprint(jwk)}", private)
        entry = {
            "id": self.id,
            "tag": "WG",
            "service": f"{self.url}/",
            "name": {"zh-Hans": "微光学院", "en": "Glimmer Academy"},
            "url_prefix": f"{self.url}/",
            "jwks": {"keys": [jwk | {"kid": self.key.kid}]},
            "since": "2026-01-01",
        }
        self.directory = folder / "directory.json"
        self.directory.write_text(json.dumps({"issuers": [entry]}))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(
        self,
        *,
        name: str = "欧阳雨泽",
        achievement: str = "数据分析微专业",
        organisation: str = "微光学院",
        score: str = "88",
        index: int = 3,
    ) -> str:
        """A signed credential."""
        now = datetime.now(UTC) - timedelta(days=1)
        list_url = f"{self.id}/status/1"
        described = document.ResultDescription(id=f"{self.id}/a#score", name="成绩", result_type="RawScore")
        credential_id = f"{self.url}/credentials/{self.code}"
        what = document.Credential(
            id=credential_id,
            name=achievement,
            issuer=document.Profile(id=self.id, name=organisation),
            valid_from=document.moment(now),
            awarded_date=document.moment(now),
            credential_subject=document.AchievementSubject(
                id="urn:uuid:9d6f6b0e-2f6a-4a58-9a25-0d3a3f8c3a11",
                identifier=(document.name_identifier(name),),
                achievement=document.Achievement(
                    id=f"{self.id}/a",
                    achievement_type="MicroCredential",
                    name=achievement,
                    description="…",
                    criteria=document.Criteria(narrative="…"),
                    in_language="zh-Hans",
                    version="1",
                    result_description=(described,),
                ),
                result=(document.Result(result_description=described.id, value=score),),
            ),
            related_resource=(),
            credential_status=document.StatusEntry(
                id=f"{list_url}#{index}", status_list_index=str(index), status_list_credential=list_url
            ),
            iss=self.id,
            jti=credential_id,
            sub="urn:uuid:9d6f6b0e-2f6a-4a58-9a25-0d3a3f8c3a11",
            nbf=int(now.timestamp()),
        )
        return proof.sign(document.encode(what), self.key)

    def answer(self, path: str) -> bytes | None:
        """What is published at `path`."""
        self.asked.append(path)
        if path == "/orgs/glimmer/status/1":
            made = status.list_document(f"{self.id}/status/1", self.id, [7], datetime.now(UTC))
            return proof.sign(made, self.key, typ="vc+jwt").encode()
        return self.token().encode() if path == f"/credentials/{self.code}.jwt" else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = issuer.answer(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallIssuer]:
    made = SmallIssuer(tmp_path_factory.mktemp("issuer"))
    yield made
    made.server.shutdown()


@pytest.fixture(scope="module")
def verifier(issuer: SmallIssuer) -> Iterator[str]:
    """A verifier as `verifier serve` starts it, knowing the small issuer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    running = subprocess.Popen(
        [sys.executable, "-c", "from verifier.cli import main; main()", "serve"],
        env=os.environ | {"VERIFIER_PORT": str(port), "VERIFIER_DIRECTORY": str(issuer.directory)},
        stderr=subprocess.PIPE,
    )
    for _ in range(300):
        try:
            httpx.get(url)
            break
        except httpx.TransportError:
            assert running.poll() is None, running.stderr and running.stderr.read().decode()
            time.sleep(0.1)
    yield url
    running.terminate()
    running.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    named = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, named)), None)
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
    ]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=quiet)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="zh-CN")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which a dialog, a script's error or a breach of the policy fails the test."""
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("dialog", lambda dialog: wrong.append(dialog.message))
    opened.on("dialog", lambda dialog: dialog.dismiss())
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield opened
    assert wrong == []


def paste(page: Page, verifier: str, text: str) -> None:
    page.goto(verifier)
    page.locator("#text").fill(text)
    page.locator("form button").click()


def green(page: Page) -> bool:
    """Whether anything on the page has the colour of a valid credential."""
    found: bool = page.evaluate(
        "green => [...document.querySelectorAll('main *')].some(e => getComputedStyle(e).color === green)", GREEN
    )
    return found
