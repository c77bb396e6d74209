"""What the browser verifies by itself: each vector gets the server's verdict, or the server is to be asked."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from credential import code as codes
from credential import qr
from tests.browser_desk import BrowserDesk
from tests.packed import DICTIONARY, digits, in_our_shape, packed
from tests.test_vectors import FILES, FetcherOfVector
from tests.vectors import workshop as w
from tests.vectors.complete import complete
from tests.vectors.make import FOLDER
from verifier.directory import read_directory

CODE = "WG-7K4M9QXT2D8HC5RF"
VECTORS: dict[str, dict[str, Any]] = {
    file.relative_to(FOLDER).with_suffix("").as_posix(): json.loads(file.read_bytes()) for file in FILES
}
QR_CODES: list[dict[str, Any]] = json.loads((FOLDER / "qr.json").read_bytes())
COMPLETE = VECTORS["genuine/complete"]
TOKEN: str = COMPLETE["token"]
HEADER, PAYLOAD, SIGNATURE = map(w.unb64, TOKEN.split("."))
# What the digits of a QR code have no place for: another spelling of base64url, another length of the signature.
NOT_DIGITS = {
    "malformed/base64-alphabet", "malformed/four-parts", "malformed/letter-beyond-ascii", "malformed/padding",
    "malformed/signature-empty", "malformed/spare-bits", "signature/alg-hs256-with-the-public-key",
    "signature/alg-none", "signature/alg-none-in-capitals", "signature/signature-der", "signature/signature-too-long",
}  # fmt: skip
# What is left to the server though it is otherwise in the shape that our issuer gives it.
ASKED = {
    "genuine/issuer-as-text": "another_make",
    "header/embedded-jwk": "embedded_key",
    "signature/kid-unknown": "unknown_key",
    "status/index-absent": "another_make",
    "status/no-status": "another_make",
}


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[BrowserDesk]:
    with BrowserDesk(browser) as made:
        yield made


@pytest.fixture
def desk(opened: BrowserDesk, tmp_path: Path) -> BrowserDesk:
    """The verifier's page, which knows what the complete vector knows, and every dictionary of the vectors."""
    return stand(opened, tmp_path, COMPLETE)


def stand(desk: BrowserDesk, tmp_path: Path, vector: dict[str, Any]) -> BrowserDesk:
    file = tmp_path / "directory.json"
    file.write_text(json.dumps(vector["directory"]), encoding="utf-8")
    texts = [DICTIONARY.decode(), *(each["dictionary"] for each in QR_CODES)]
    dictionaries = {f"{w.HOST}/dictionaries/{qr.dictionary_id(text.encode())}": text for text in texts}
    at = datetime.fromisoformat(vector["at"])
    desk.stands(read_directory(file), FetcherOfVector(vector["published"] | dictionaries), lambda: at)
    return desk


def given(token: str) -> str:
    made = packed(token)
    assert made
    return made


@pytest.mark.parametrize("name", sorted({*VECTORS} - NOT_DIGITS))
def test_each_vector_gets_the_servers_verdict_or_the_server_is_to_be_asked(
    name: str, opened: BrowserDesk, tmp_path: Path
) -> None:
    vector = VECTORS[name]
    desk = stand(opened, tmp_path, vector)
    expect = f"{vector['expect']['verdict']}: {vector['expect']['reason']}"
    # A header that does not name ES256 is malformed in a QR code, whatever it is elsewhere.
    expect = expect.replace("unsupported_algorithm", "malformed_token")
    asks = f"ask: {ASKED.get(name, 'another_make')}"
    assert desk.agreed(given(vector["token"]), CODE) in {expect, asks}
    assert desk.agreed(given(in_our_shape(vector["token"])), CODE) == (asks if name in ASKED else expect)


def test_what_is_not_given_to_the_browser_has_no_place_in_digits() -> None:
    assert {name for name, vector in VECTORS.items() if packed(vector["token"]) is None} == NOT_DIGITS


def test_the_digits_of_the_qr_vectors_get_the_servers_verdict(desk: BrowserDesk) -> None:
    said = {vector["why"]: desk.agreed(vector["fragment"], CODE) for vector in QR_CODES}
    tokens = [said[vector["why"]] for vector in QR_CODES if "token" in vector["expect"]]
    assert tokens == ["valid: ok", *["ask: another_make"] * 2, "valid: ok", "invalid: bad_signature"]
    # Which dictionary is at hand is the issuer's business: what is named is there, or it is not.
    others = {
        "qr_version": {"ask: qr_version"},
        "qr_other_dictionary": {"valid: ok", "unchecked: dictionary_unavailable"},
    }
    for vector in QR_CODES[len(tokens) :]:
        refused = {"ask: no_digits"} if vector["fragment"] == "" else {"invalid: malformed_token"}
        assert said[vector["why"]] in others.get(vector["expect"]["fault"], refused), vector["why"]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: digits(HEADER + b"\n" + PAYLOAD, SIGNATURE, after=b"\x00"), "qr_not_deflate"),
        (lambda: digits(HEADER + b"\n" + PAYLOAD, SIGNATURE, after=b"more of it"), "qr_not_deflate"),
        (lambda: digits(HEADER + b"\n" + PAYLOAD, SIGNATURE)[:-30], "qr_cut_off"),
        (lambda: digits(HEADER + b"\n" + PAYLOAD + b" " * 12_220, SIGNATURE), "qr_text_too_long"),
        (lambda: digits(HEADER + b"\n" + b" " * 1_000_000, SIGNATURE), "qr_text_too_long"),
        (lambda: digits(HEADER + PAYLOAD, SIGNATURE), "qr_not_two_parts"),
        (lambda: given(w.token(PAYLOAD[:-1] + b',"jti":"x"}')), "token_duplicate_member"),
        (lambda: given(w.token(PAYLOAD, HEADER[:-1] + b',"alg":"ES256"}')), "token_duplicate_member"),
        (lambda: given(w.token(PAYLOAD.replace(b'"result":', b'"\\u0072esult":1,"result":'))), "token_duplicate_member"),
        (lambda: given(w.token({**complete(), "type": ["VerifiableCredential"]})), "not_an_achievement"),
        (lambda: given(TOKEN) + " ", None),
        (lambda: "\n".join((given(TOKEN)[:100], given(TOKEN)[100:])), None),
    ],
)  # fmt: skip
def test_what_is_odd_in_the_digits_is_the_same_to_browser_and_server(
    made: Callable[[], str], expected: str | None, desk: BrowserDesk
) -> None:
    said = desk.agreed(made(), CODE)
    assert said == ("invalid: malformed_token" if expected else "valid: ok")
    assert desk.in_browser(made(), CODE)["verdict"]["steps"][0].get("code") == expected


def test_a_code_that_is_not_the_credentials_own_is_refused_before_anything_is_said_of_it(desk: BrowserDesk) -> None:
    another = codes.new("WG")
    assert desk.agreed(given(TOKEN), another) == "invalid: malformed_token"
    verdict = desk.in_browser(given(TOKEN), another)["verdict"]
    assert verdict["steps"][0]["code"] == "code_of_another" and verdict["credential"] is None
    assert desk.agreed(given(TOKEN), CODE.lower()) == "valid: ok"
    assert desk.agreed(given(TOKEN), codes.new("ZZ")) == "unchecked: unknown_issuer"
    desk.asked.clear()
    assert desk.in_browser(given(TOKEN), f"{CODE[:-1]}G")["verdict"]["reason"] == "mistyped_code"
    assert desk.asked == ["/directory"]


def test_a_changed_digit_is_never_valid(desk: BrowserDesk) -> None:
    genuine = given(TOKEN)
    for place in range(0, len(genuine) - 3, 5):  # the last digits reach into the spare bits of the last byte
        changed = genuine[:place] + str((int(genuine[place]) + 1) % 10) + genuine[place + 1 :]
        assert desk.agreed(changed, CODE).split(":")[0] in {"invalid", "unchecked", "ask"}, place


def test_everything_that_an_issuer_of_ours_may_sign_is_read_as_the_server_reads_it(desk: BrowserDesk) -> None:
    claims = complete()
    subject = claims["credentialSubject"]
    achievement = subject["achievement"]
    kinds = {"level": "PerformanceLevel", "m1": "ext:ModuleScore", "m2": "ext:ModuleScore", "m3": "ext:ModuleScore"}
    for name, kind in kinds.items():
        described = {"id": f"{w.ISSUER}/a#{name}", "type": ["ResultDescription"], "name": name, "resultType": kind}
        achievement["resultDescription"].append(described)
        if name != "m3":
            subject["result"].append({"type": ["Result"], "resultDescription": described["id"], "value": f"{name} 优"})
    subject["creditsEarned"] = 2.5
    claims["evidence"] = [{"id": "https://learner.example/report", "type": ["Evidence"]}]
    for changed in ({}, {"inLanguage": "en", "tag": []}, {"inLanguage": "__proto__"}):
        achievement |= changed
        assert desk.agreed(given(w.token(claims)), CODE) == "valid: ok"
    signed = desk.in_browser(given(w.token(claims)), CODE)["verdict"]["credential"]
    assert signed["facts"] == [["level", "level 优"], ["hours", "96"], ["score", "88"], ["credits", "2.5"]]
    assert [score for _, score in signed["modules"]] == ["m1 优", "m2 优"]


def test_nothing_that_is_asked_for_names_the_credential(desk: BrowserDesk) -> None:
    assert desk.agreed(given(TOKEN), CODE) == "valid: ok"
    assert [path.partition("?")[0] for path in desk.asked] == [
        "/directory", f"/dictionaries/WG/{qr.dictionary_id(DICTIONARY)}", "/keys", "/lists"
    ]  # fmt: skip
    assert not any(secret in path for path in desk.asked for secret in (CODE[3:], "7K4M", given(TOKEN)[:20], "%23"))


def test_a_browser_that_cannot_do_it_leaves_it_to_the_server(desk: BrowserDesk) -> None:
    ask = """async ([digits, code]) => {
        const { verify } = await import("/verify.js");
        const kept = globalThis.DecompressionStream;
        delete globalThis.DecompressionStream;
        const said = await verify(digits, code, { fetch: window.fetch, now: new Date() });
        globalThis.DecompressionStream = kept;
        return said;
    }"""
    assert desk.page.evaluate(ask, [given(TOKEN), CODE]) == {"ask": "browser_cannot"}
