"""The whole walk through two real services over HTTP, read back by programs that we did not write."""

import csv
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
import pytest
import zxingcpp
from joserfc import jwk as foreign_jwk
from joserfc import jwt as foreign_jwt
from playwright.sync_api import Browser, expect

from bench.applications import QR
from demo import forgeries
from demo.services import PROGRAMS, command, free_port, serving
from issuer.roster import fields_of
from tests.test_certificate import pdfium_picture

HERE = Path(__file__).parent.parent
NAMES = {"1": "欧阳雨泽", "2": "李㛃", "3": "Łukasz Østergård", "4": "阿依古丽·麦麦提", "5": "王" * 60}


@dataclass(frozen=True)
class Walk:
    """What the walk left: both addresses, their environment, and per learner the API's answer and the PDF."""

    issuer: str
    verifier: str
    environment: dict[str, str]
    api_key: str
    answers: dict[str, dict[str, Any]]
    pdfs: dict[str, Path]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("walk")
    issuer_port, verifier_port = free_port(), free_port()
    issuer, verifier = f"http://127.0.0.1:{issuer_port}", f"http://127.0.0.1:{verifier_port}"
    environment = {
        "ISSUER_PORT": str(issuer_port),
        "ISSUER_PUBLIC_URL": issuer,
        "ISSUER_DATA_DIR": str(folder / "issuer"),
        "ISSUER_KEY_PASSPHRASE": "correct horse battery staple",
        "VERIFIER_PORT": str(verifier_port),
        "VERIFIER_PUBLIC_URL": verifier,
        "VERIFIER_DIRECTORY": str(folder / "directory.json"),
    }
    printed = command("issuer", "init", str(HERE / "demo/organisation.toml"), environment=environment)
    api_key = next(line.split()[-1] for line in printed.splitlines() if line.startswith("API key"))
    for achievement in (HERE / "demo/achievements").glob("*.toml"):
        command("issuer", "achievement", str(achievement), environment=environment)
    (folder / "directory.json").write_text(command("issuer", "directory", environment=environment))
    with (
        serving("issuer", issuer, folder / "issuer.log", environment),
        serving("verifier", verifier, folder / "verifier.log", environment),
    ):
        answers, pdfs = {}, {}
        for number, name in NAMES.items():
            answers[number] = report(issuer, api_key, number, name).json()
            pdfs[number] = folder / f"{number}.pdf"
            pdfs[number].write_bytes(httpx.get(answers[number]["pdf"], timeout=60).content)
        yield Walk(issuer, verifier, environment, api_key, answers, pdfs)


def report(issuer: str, api_key: str, number: str, name: str) -> httpx.Response:
    body = {
        "completion_id": number,
        "achievement": "data-analysis",
        "name": name,
        "completed_on": "2026-11-15",
        "score": "88",
    }
    return httpx.post(
        f"{issuer}/api/completions", json=body, headers={"Authorization": f"Bearer {api_key}"}, timeout=60
    )


def verdict(walk: Walk, given: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.post(f"{walk.verifier}/api/verify", content=given, timeout=60).json()
    return answer


def said_by(program: list[str]) -> str:
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("number", NAMES)
def test_mupdf_poppler_and_pdfium_all_read_the_name(walk: Walk, number: str) -> None:
    pdf = str(walk.pdfs[number])
    pages = pypdfium2.PdfDocument(pdf)
    texts = {
        "MuPDF": said_by(["mutool", "draw", "-F", "txt", pdf]),
        "Poppler": said_by(["pdftotext", pdf, "-"]),
        "pdfium": pages[0].get_textpage().get_text_bounded(),
    }
    for program, text in texts.items():
        assert "".join(NAMES[number].split()) in "".join(text.split()), program
    assert len(pages) == 1


def test_the_token_is_the_one_attachment(walk: Walk, tmp_path: Path) -> None:
    pdf = str(walk.pdfs["1"])
    assert said_by(["pdfdetach", "-list", pdf]).splitlines() == ["1 embedded files", "1: credential.jwt"]
    said_by(["pdfdetach", "-save", "1", "-o", str(tmp_path / "token"), pdf])
    assert (tmp_path / "token").read_text() == walk.answers["1"]["token"]


def test_another_jose_library_verifies_each_token_with_the_jwk_its_kid_answers_with(walk: Walk) -> None:
    for answer in walk.answers.values():
        decoded = foreign_jwt.decode(
            answer["token"],
            lambda obj: foreign_jwk.ECKey.import_key(httpx.get(obj.headers()["kid"]).json()),
            algorithms=["ES256"],
        )
        assert list(decoded.header) == ["alg", "kid", "typ"]


@pytest.mark.parametrize("number", NAMES)
def test_the_pdf_and_the_code_are_valid(walk: Walk, number: str) -> None:
    by_pdf = verdict(walk, walk.pdfs[number].read_bytes())
    document = by_pdf["document"]
    assert (document["differences"], document["traces"]) == ([], [])  # first: it says what is wrong, if anything is
    assert (by_pdf["verdict"], document["shows"]) == ("valid", "text_matches")
    assert by_pdf["credential"]["names"] == [NAMES[number]]
    by_code = verdict(walk, walk.answers[number]["code"].encode())
    assert (by_code["verdict"], by_code["document"]["shows"]) == ("valid", "not_compared")


@pytest.mark.parametrize("number", NAMES)
def test_the_printed_qr_code_is_read_by_a_decoder_and_is_valid(walk: Walk, number: str) -> None:
    picture = pdfium_picture(walk.pdfs[number].read_bytes(), dpi=200)
    (printed,) = zxingcpp.read_barcodes(picture, formats=QR)
    assert printed.text == walk.answers[number]["qr"] and "#" in printed.text
    by_qr = verdict(walk, printed.text.encode())
    assert (by_qr["verdict"], by_qr["credential"]["names"]) == ("valid", [NAMES[number]])


def test_a_pdf_sent_as_a_form_field_is_read_too(walk: Walk) -> None:
    files = {"file": ("certificate.pdf", walk.pdfs["1"].read_bytes(), "application/pdf")}
    assert httpx.post(f"{walk.verifier}/api/verify", files=files, timeout=60).json()["verdict"] == "valid"


def test_an_edited_pdf_is_found_out(walk: Walk) -> None:
    answer = verdict(walk, forgeries.edited_pdf(walk.pdfs["1"].read_bytes(), NAMES["1"]))
    assert (answer["verdict"], answer["reason"]) == ("invalid", "document_differs")
    assert answer["document"]["differences"] == [{"field": "name", "signed": "欧阳雨泽", "shown": "泽雨阳欧"}]


def test_the_certificate_of_one_with_the_token_of_another_is_found_out(walk: Walk) -> None:
    import io

    import pikepdf

    with pikepdf.open(walk.pdfs["1"]) as document:
        del document.attachments["credential.jwt"]
        document.attachments["credential.jwt"] = walk.answers["2"]["token"].encode()
        swapped = io.BytesIO()
        document.save(swapped)
    answer = verdict(walk, swapped.getvalue())
    assert (answer["verdict"], answer["reason"]) == ("invalid", "document_differs")
    differences = answer["document"]["differences"]
    assert {difference["field"] for difference in differences} == {"name", "code"}
    assert {difference["shown"] for difference in differences} >= {"欧阳雨泽"}


def test_a_real_browser_checks_a_certificate(walk: Walk, browser: Browser) -> None:
    page = browser.new_page(locale="zh-CN")
    page.goto(walk.verifier)
    page.set_input_files("input[type=file]", walk.pdfs["1"])
    page.locator("main form button").click()
    assert page.get_by_role("heading", level=1).inner_text() == "有效"
    assert "欧阳雨泽" in page.inner_text("main")
    page.goto(walk.answers["2"]["verify"])
    assert page.get_by_role("heading", name="有效").count() == 0  # the address alone looks nothing up
    page.locator("a[href*='/check']").click()
    assert page.get_by_role("heading", level=1).inner_text() == "有效"
    assert "李㛃" in page.inner_text("main")
    page.close()


@pytest.mark.parametrize("number", NAMES)
def test_the_browser_verifies_each_qr_code_by_itself_and_names_it_to_nobody(
    walk: Walk, browser: Browser, number: str
) -> None:
    answer = walk.answers[number]
    page = browser.new_page(locale="zh-CN")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
    page.goto(answer["qr"])
    expect(page.locator("section.verdict h1")).to_have_text("有效")
    assert NAMES[number] in page.inner_text("main")
    secret = [
        answer["code"],
        answer["code"].replace("-", ""),
        answer["qr"].partition("#")[2][:20],
        answer["token"][-40:],
    ]
    assert [url for url in asked[1:] for each in secret if each in url] == []
    assert any("/lists" in url for url in asked)
    page.close()


def test_the_browser_verifies_the_qr_code_of_every_sample_credential(walk: Walk, browser: Browser) -> None:
    with (HERE / "demo/roster.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    page = browser.new_page(locale="zh-CN")
    seen = 0
    for row in rows:
        reported = httpx.post(
            f"{walk.issuer}/api/completions",
            json=fields_of(row),
            headers={"Authorization": f"Bearer {walk.api_key}"},
            timeout=60,
        )
        if reported.status_code == 422:  # the fonts lack a character of the last one's name
            continue
        answer = reported.json()
        page.goto(answer["qr"])
        expect(page.locator("section.verdict h1")).to_have_text("有效")
        assert row["name"] in page.inner_text("main")
        assert verdict(walk, answer["qr"].encode())["verdict"] == "valid"
        seen += 1
    page.close()
    assert seen == len(rows) - 1


def test_an_issuer_killed_outright_has_lost_nothing_when_it_is_back(walk: Walk, tmp_path: Path) -> None:
    environment = {**walk.environment, "ISSUER_PORT": str(free_port())}
    second = f"http://127.0.0.1:{environment['ISSUER_PORT']}"
    process = subprocess.Popen(
        [PROGRAMS / "issuer", "serve"],
        env={**os.environ, **environment},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    try:
        acknowledged = {}
        for attempt in range(200):
            try:
                acknowledged[f"killed-{attempt}"] = report(second, walk.api_key, f"killed-{attempt}", "王芳").json()[
                    "token"
                ]
            except httpx.TransportError:
                if acknowledged:
                    break
            if len(acknowledged) == 20:
                os.killpg(process.pid, signal.SIGKILL)
    finally:
        process.wait()
    assert acknowledged
    with serving("issuer", second, tmp_path / "issuer.log", environment):
        for number, token in acknowledged.items():
            again = report(second, walk.api_key, number, "王芳")
            assert (again.status_code, again.json()["token"]) == (200, token)


def check(environment: dict[str, str], *arguments: str, given: str = "") -> tuple[int, str]:
    done = subprocess.run(
        [PROGRAMS / "verifier", "check", *arguments, "--json"],
        input=given, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)["reason"]


def test_the_command_line_answers_with_its_exit_code(walk: Walk) -> None:
    token = walk.answers["1"]["token"]
    assert check(walk.environment, str(walk.pdfs["1"])) == (0, "ok")
    assert check(walk.environment, "-", given=forgeries.edited_payload(token)) == (1, "bad_signature")
    assert check(walk.environment, "-", given=forgeries.unknown_issuer(token)) == (2, "unknown_issuer")


def test_with_the_issuer_stopped_the_command_line_says_unchecked_and_an_edit_is_still_invalid(tmp_path: Path) -> None:
    environment = {
        "ISSUER_PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
        "ISSUER_DATA_DIR": str(tmp_path / "issuer"),
        "VERIFIER_DIRECTORY": str(tmp_path / "directory.json"),
    }
    command("issuer", "init", str(HERE / "demo/organisation.toml"), environment=environment)
    command("issuer", "achievement", str(HERE / "demo/achievements/data-analysis.toml"), environment=environment)
    (tmp_path / "directory.json").write_text(command("issuer", "directory", environment=environment))
    (tmp_path / "roster.csv").write_text(
        "completion_id,achievement,name,completed_on\n1,data-analysis,王芳,2026-11-15\n"
    )
    command("issuer", "issue", str(tmp_path / "roster.csv"), "--out", str(tmp_path), environment=environment)
    (pdf,), (token,) = tmp_path.glob("*.pdf"), tmp_path.glob("*.jwt")
    assert check(environment, str(pdf)) == (2, "status_unavailable")
    assert check(environment, "-", given=forgeries.edited_payload(token.read_text())) == (1, "bad_signature")
