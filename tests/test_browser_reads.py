"""The small parts of verifier/browser/, each beside its counterpart in Python: JSON, base64url, dates, codes, QR codes."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from credential import code as codes
from credential import qr, reader
from credential.errors import CredentialError, MalformedCode
from tests.browser_desk import BrowserDesk
from tests.spellings import SPELLINGS
from tests.vectors.make import FOLDER

QR_CODES: list[dict[str, Any]] = json.loads((FOLDER / "qr.json").read_bytes())
SINGLE_FAULTS = {
    "token_not_json": [b"", b"[]", b"1", b"null", b'"x"', b"{", b"{}{}", b'{"x":1,}', b"\xef\xbb\xbf{}", b'{"x":"\xff"}',
                       b'{"x":"\xc0\xaf"}', b'{"x":"\xed\xa0\x80"}', b'{"x":NaN}', b'{"x":-Infinity}', b'{"x":01}',
                       b'{"x":"\\ud800"}', b'{"x":"\\udc00\\ud800"}', b'{"\\ud800":1}', b'{"x":"\n"}', b'{"x":+1}',
                       b"{'x':1}", b"{} \xc2\xa0", b'{"x":1.}', b'{"x":.5}', b'{"x":"\\x41"}', b'{"x":tru}', b"\x00{}"],
    "token_duplicate_member": [b'{"x":1,"x":1}', b'{"a":{"x":1,"x":1}}', b'{"a":[{"x":1,"\\u0078":1}]}',
                               b'{"__proto__":1,"__proto__":2}', b'{"":1,"":2}', b'{"x\\"":1,"x\\u0022":2}'],
    "token_number_out_of_range": [b'{"x":9007199254740993}', b'{"x":-9007199254740993}', b'{"x":1e999}',
                                  b'{"x":-1e309}', b'{"x":100000000000000000}', b'{"x":[' + b"9" * 5000 + b"]}"],
    "token_too_deep": [b'{"x":' + b"[" * 32 + b"]" * 32 + b"}", b'{"x":' * 33 + b"1" + b"}" * 33, b"[" * 9000],
}  # fmt: skip
READ = [
    b"{}", b' {\t"x"\r:\n1 } ', b'{"x":9007199254740992,"y":-9007199254740992}', b'{"x":-0,"y":1e-999,"z":1E2,"a":0.10}',
    b'{"x":"\\ud83d\\ude00 \\u0000 \\/ \\"}]"}', '{"名":"\U0001f600\u2028\x7f"}'.encode(), b'{"x":{"x":{"x":[]}}}',
    b'{"x":' + b"[" * 31 + b"]" * 31 + b"}", b'{"x":"' + b"[{" * 500 + b'"}', b'{"a":":","b":"a","c":["a","a"],"d":{"a":1}}',
    b'{"__proto__":{"x":1},"x":true,"y":false,"z":null}', b'{"x":"\xef\xbb\xbf"}',
]  # fmt: skip
JSON_OF = "readJson(new Uint8Array(argument)) && JSON.stringify(module.readJson(new Uint8Array(argument)))"


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[BrowserDesk]:
    with BrowserDesk(browser) as made:
        yield made


def told_by(reading: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"value": reading()}
    except CredentialError as error:
        return {"fault": error.fault}


def in_python(data: bytes) -> dict[str, Any]:
    return told_by(lambda: reader.read_json(data))


def in_browser(desk: BrowserDesk, data: bytes) -> dict[str, Any]:
    told: dict[str, Any] = desk.run("reader.js", f"{JSON_OF}", [*data])
    return {"value": json.loads(told["value"])} if "value" in told else {"fault": told["fault"]}


def test_json_that_could_mean_two_things_is_refused_for_the_same_fault(desk: BrowserDesk) -> None:
    for fault, texts in SINGLE_FAULTS.items():
        for text in texts:
            assert in_browser(desk, text) == in_python(text) == {"fault": fault}, text[:40]


def test_json_with_one_meaning_is_read_as_python_reads_it(desk: BrowserDesk) -> None:
    for text in READ:
        assert in_browser(desk, text) == in_python(text), text[:40]
        assert "value" in in_python(text), text[:40]


def test_the_json_test_suite_is_taken_and_refused_as_in_python(desk: BrowserDesk, conformance: Path) -> None:
    files = sorted((conformance / "jsontestsuite" / "test_parsing").glob("*.json"))
    assert len(files) > 300
    for file in files:
        if file.stat().st_size < 50_000:
            text = b'{"x":' + file.read_bytes() + b"}"
            mine, theirs = in_browser(desk, text), in_python(text)
            assert mine.keys() == theirs.keys() and mine.get("value") == theirs.get("value"), file.name


def test_base64url_has_one_spelling(desk: BrowserDesk) -> None:
    for text in ("", "AA", "AAA", "AAAA", "-_-_", "_w"):
        assert desk.run("reader.js", "encoded(module.decoded(argument))", text)["value"] == text
    for text in ("A", "AAAAA", "AB", "AAB", "AA=", "AA==", "A A", "AA\n", "++", "//", "é", "_x"):
        told = desk.run("reader.js", "decoded(argument)", text)
        assert told["fault"] == "token_not_base64url", text


@pytest.mark.parametrize(
    ("moment", "left_to_the_server"),
    [
        ("2026-11-20T18:00:00Z", False), ("2026-11-21T02:00:00+08:00", False), ("2026-11-20T12:30:00-05:30", False),
        ("2024-02-29T23:59:59Z", False), ("1969-12-31T23:59:59Z", False), ("9999-12-31T23:59:59Z", False),
        ("2026-02-29T00:00:00Z", False), ("2026-13-01T00:00:00Z", False), ("2026-00-10T00:00:00Z", False),
        ("2026-11-20T18:60:00Z", False), ("2026-11-20T18:00:60Z", False), ("2026-11-20T25:00:00Z", False),
        ("2026-11-20T18:00:00", False), ("2026-11-20T18:00:00+24:00", False), ("2026-11-31T00:00:00Z", False),
        (None, False), (20261120, False), (True, False), ([], False), ({"@value": "2026-11-20T18:00:00Z"}, False),
        ("2026-11-20T18:00:00.5Z", True), ("20261120T180000Z", True), ("2026-11-20", True), ("2026-11-20 18:00:00Z", True),
        ("2026-11-20T24:00:00Z", True), ("2026-11-20T18:00:00+01:60", True), ("0001-01-01T00:00:00Z", True), ("", True),
        ("2026-11-20T18:00Z", True), ("２０２６-11-20T18:00:00Z", True), ("2026-11-20T18:00:00Z\n", True),
    ],
)  # fmt: skip
def test_a_moment_is_read_as_in_python_or_left_to_the_server(
    moment: object, left_to_the_server: bool, desk: BrowserDesk
) -> None:
    told = desk.run("reader.js", "seconds(argument)", moment)
    if left_to_the_server:
        assert told["asks"]
    else:
        assert told == {"asks": False} | told_by(lambda: reader.seconds(moment))


def test_a_code_is_read_as_in_python(desk: BrowserDesk) -> None:
    genuine = "WG-7K4M9QXT2D8HC5RF"
    texts = [
        genuine, genuine.lower(), "WG 7K4M‐9QXT–2D8H\u2212C5RF", "ＷＧ７Ｋ４Ｍ９ＱＸＴ２Ｄ８ＨＣ５ＲＦ", "", "WG",
        "7K4M9QXT2D8HC5RF", "W-7K4M9QXT2D8HC5RF", "ABCDEFG-7K4M9QXT2D8HC5RF", f"{genuine}\n", "\u200b" + genuine,
        "W\u0131-7K4M9QXT2D8HC5RF", genuine + " " * 60, "\U0001d416\U0001d406" + genuine[2:], "\ufb00" + genuine,
    ]  # fmt: skip
    texts += [genuine[:place] + other + genuine[place + 1 :] for place in range(len(genuine)) for other in "0AZ!"]
    texts += [codes.new("WEI").replace("0", "o").replace("1", "I") for _ in range(20)]
    for text in texts:
        try:
            expected: str | None = codes.parse(text)
        except MalformedCode:
            expected = None
        assert desk.run("code.js", "parse(argument)", text)["value"] == expected, text
    assert desk.run("code.js", "printed(argument)", genuine)["value"] == codes.printed(genuine)


def test_two_spellings_are_one_name_or_not_as_in_python(desk: BrowserDesk) -> None:
    for one, other, same in SPELLINGS:
        for pair in ([one, other], [other, one]):
            told = desk.run("names.js", "sameName(...argument)", pair)
            assert told == {"value": same, "asks": False}, pair


def test_under_more_names_than_anyone_writes_nothing_is_compared(desk: BrowserDesk) -> None:
    names = [f"李{' ' * number}娜" for number in range(1, 23)]
    for known, expected in ((names[:21], False), (names, True), ([names[0], None], False), ([names[0], "王芳"], True)):
        assert desk.run("names.js", "clash(...argument)", [names[0], known])["value"] is expected


def test_the_digits_of_each_vector_unpack_to_the_same_token_or_are_refused_for_the_same_fault(
    desk: BrowserDesk,
) -> None:
    for vector in QR_CODES:
        fragment, dictionary = vector["fragment"], vector["dictionary"].encode()
        told = desk.run("qr.js", "unpack(argument[0], new Uint8Array(argument[1]))", [fragment, [*dictionary]])
        told.pop("asks")
        assert told == told_by(partial(qr.unpack, fragment, dictionary)), vector["why"]
