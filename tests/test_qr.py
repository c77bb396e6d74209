"""The QR code that is the credential: packed and unpacked bit for bit, and every other string of digits refused."""

import json
import re
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from credential import proof, qr, reader
from credential.errors import FAULTS, BadSignature, CredentialError, MalformedToken, NotPackable, UnsupportedFormat
from credential.jwks import read_key
from tests.vectors import workshop as w
from tests.vectors.complete import complete
from tests.vectors.make import FOLDER

TOKEN = w.token(complete())
HEADER, PAYLOAD = (w.unb64(part) for part in TOKEN.split(".")[:2])
DICTIONARY = HEADER + b"\n" + PAYLOAD.replace("欧阳雨泽".encode(), b"").replace(b"Ouyang Yuze", b"")
DIGITS = qr.pack(reader.read(TOKEN), DICTIONARY)
DOCUMENT = (FOLDER.parents[1] / "docs" / "qr.md").read_text(encoding="utf-8")
VECTORS: list[dict[str, Any]] = json.loads((FOLDER / "qr.json").read_bytes())


def data_of(digits: str) -> bytes:
    number = int(digits)
    return number.to_bytes((number.bit_length() + 7) // 8)[1:]


def digits_of(data: bytes, start: bytes = b"\x01") -> str:
    return str(int.from_bytes(start + data))


def deflated(text: bytes, dictionary: bytes = DICTIONARY) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=dictionary)
    return compressor.compress(text) + compressor.flush()


def fault(made: Callable[[], object]) -> str:
    with pytest.raises(CredentialError) as refused:
        made()
    assert refused.value.fault in FAULTS
    return refused.value.fault


def test_what_is_packed_comes_back_bit_for_bit_and_names_its_dictionary() -> None:
    assert qr.unpack(DIGITS, DICTIONARY) == TOKEN
    assert qr.dictionary_named(DIGITS) == qr.dictionary_id(DICTIONARY)
    assert DIGITS.isdigit() and len(DIGITS) < 400


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=200) | st.integers(-9, 9), max_size=5), st.binary())
def test_any_es256_token_comes_back_with_any_dictionary(claims: dict[str, object], dictionary: bytes) -> None:
    token = w.token(json.dumps(claims).encode())
    assert qr.unpack(qr.pack(reader.read(token), dictionary), dictionary) == token


def test_a_header_that_is_not_ours_comes_back_too() -> None:
    for header in (w.header(typ=None), w.header(typ="vc+jwt"), b'{ "kid" : "k" , "alg" : "ES256" }'):
        token = w.token(PAYLOAD, header)
        assert qr.unpack(qr.pack(reader.read(token), DICTIONARY), DICTIONARY) == token


def test_stored_blocks_in_front_do_what_a_preset_dictionary_does() -> None:
    """As a browser can, which has no preset dictionaries: RFC 1951 §3.2.4."""
    size = len(DICTIONARY)
    stored = b"\x00" + size.to_bytes(2, "little") + (65_535 - size).to_bytes(2, "little") + DICTIONARY
    inflater = zlib.decompressobj(-15)
    text = inflater.decompress(stored + data_of(DIGITS)[73:])
    assert text == DICTIONARY + HEADER + b"\n" + PAYLOAD
    assert inflater.eof and not inflater.unused_data


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["why"] for vector in VECTORS])
def test_each_vector_is_unpacked_or_refused_as_it_says(vector: dict[str, Any]) -> None:
    try:
        got = {"token": qr.unpack(vector["fragment"], vector["dictionary"].encode())}
    except CredentialError as error:
        got = {"fault": error.fault}
    assert got == vector["expect"]


def test_a_browser_needs_no_library_and_answers_to_each_vector_by_the_code_in_the_document(browser: Browser) -> None:
    (code,) = re.findall(r"```js\n(.*?)```", DOCUMENT, re.DOTALL)
    page = browser.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto("https://verify.example/")  # crypto.subtle is there for https alone
    ask = f"([digits, bytes]) => {{ {code}; return unpack(digits, Uint8Array.from(bytes)).then("
    ask += "token => ({token}), fault => ({fault})); }"
    for vector in [*VECTORS, {"fragment": DIGITS, "dictionary": DICTIONARY.decode(), "expect": {"token": TOKEN}}]:
        assert page.evaluate(ask, [vector["fragment"], [*vector["dictionary"].encode()]]) == vector["expect"]
    page.close()


def test_the_example_in_the_document_is_the_first_vector() -> None:
    first = VECTORS[0]
    start, end = re.findall(r"`(\d{24})…(\d{20})`", DOCUMENT)[0]
    assert first["fragment"].startswith(start) and first["fragment"].endswith(end)
    data = data_of(first["fragment"])
    shown = re.findall(r"^(\w+) … (\w+)  (?:the signature|DEFLATE)", DOCUMENT, re.MULTILINE)
    for (begun, ended), part in zip(shown, (data[9:73].hex(), data[73:].hex()), strict=True):
        assert part.startswith(begun) and part.endswith(ended)
    assert f"{qr.dictionary_id(first['dictionary'].encode())}       the dictionary" in DOCUMENT


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (w.token(PAYLOAD, w.header(alg="RS256")), "qr_not_es256"),
        (w.token(PAYLOAD, w.header(alg="EdDSA")), "qr_not_es256"),
        (TOKEN.rpartition(".")[0] + "." + "A" * 256, "qr_not_es256"),
        (TOKEN[:-3], "qr_not_es256"),
        (w.token(PAYLOAD, w.to_json(w.header()) + b"\n"), "qr_not_two_parts"),
        (w.token(PAYLOAD, w.to_json(w.header()).replace(b",", b",\n")), "token_not_json"),
        (w.token({"x": Random(1).randbytes(1600).hex()}), "qr_too_long"),
    ],
)
def test_what_would_not_come_back_is_not_packed(token: str, expected: str) -> None:
    with pytest.raises(NotPackable):
        qr.pack(reader.read(token), DICTIONARY)
    assert fault(lambda: qr.pack(reader.read(token), DICTIONARY)) == expected


def test_a_token_at_the_limits_of_the_reader_is_packed_or_refused_and_never_cut() -> None:
    outcomes: set[bool | str] = set()
    for length in range(11_900, 12_200):
        token = w.token(b'{"x":"' + b"a" * length + b'"}')
        try:
            outcomes.add(qr.unpack(qr.pack(reader.read(token), b""), b"") == token)
        except CredentialError as error:
            outcomes.add(error.fault)
    assert outcomes == {True, "qr_text_too_long", "token_too_long"}


DATA = data_of(DIGITS)
COMPRESSED = deflated(HEADER + b"\n" + PAYLOAD)
BOMB = deflated(b'{"alg":"ES256"}\n' + b"a" * 5_000_000)


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("", "qr_not_digits"),
        (f"0{DIGITS}", "qr_not_digits"),
        (f"{DIGITS} ", "qr_not_digits"),
        (f"-{DIGITS}", "qr_not_digits"),
        (f"+{DIGITS}", "qr_not_digits"),
        (f"{DIGITS[:9]}_{DIGITS[9:]}", "qr_not_digits"),
        (DIGITS.translate({ord("1"): "１"}), "qr_not_digits"),
        (DIGITS.translate({ord("1"): "١"}), "qr_not_digits"),
        ("0x1234", "qr_not_digits"),
        ("1" * (qr.MOST_DIGITS + 1), "qr_too_long"),
        ("1" * 10_000_000, "qr_too_long"),
        ("0", "qr_not_digits"),
        ("1", "qr_cut_off"),
        (digits_of(DATA[:73]), "qr_cut_off"),
        (digits_of(DATA, b"\x02"), "qr_cut_off"),
        (digits_of(DATA, b"\x01\x01"), "qr_other_dictionary"),
        (digits_of(b"\x02" + DATA[1:]), "qr_version"),
        (digits_of(b"\x00" + DATA[1:]), "qr_version"),
        (digits_of(DATA[:8] + bytes([DATA[8] ^ 1]) + DATA[9:]), "qr_other_dictionary"),
        (digits_of(DATA + b"\x00"), "qr_not_deflate"),
        (digits_of(DATA + DATA[73:]), "qr_not_deflate"),
        (digits_of(DATA[:-1]), "qr_not_deflate"),
        (digits_of(DATA[:73] + b"\xff\xff"), "qr_not_deflate"),
        (digits_of(DATA[:73] + COMPRESSED[:40]), "qr_not_deflate"),
        (digits_of(DATA[:73] + deflated(HEADER + PAYLOAD)), "qr_not_two_parts"),
        (digits_of(DATA[:73] + deflated(b"\n" + PAYLOAD)), "token_not_json"),
        (digits_of(DATA[:73] + deflated(b'{"alg":"none"}\n' + PAYLOAD)), "qr_not_es256"),
        (digits_of(DATA[:73] + BOMB[:1000]), "qr_text_too_long"),
    ],
)
def test_digits_that_are_not_in_order_are_refused_and_the_fault_says_why(digits: str, expected: str) -> None:
    assert fault(lambda: qr.unpack(digits, DICTIONARY)) == expected


def test_an_unknown_version_is_called_unsupported_and_not_malformed() -> None:
    with pytest.raises(UnsupportedFormat):
        qr.dictionary_named(digits_of(b"\x02" + DATA[1:]))


def test_a_dictionary_beyond_the_window_is_not_used() -> None:
    long = bytes(qr.LONGEST_DICTIONARY + 1)
    assert fault(lambda: qr.pack(reader.read(TOKEN), long)) == "qr_other_dictionary"
    assert qr.unpack(qr.pack(reader.read(TOKEN), long[1:]), long[1:]) == TOKEN


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_one_changed_digit_is_refused_or_breaks_the_signature_or_changes_nothing(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(DIGITS) - 1))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != DIGITS[place]]))
    try:
        got = qr.unpack(DIGITS[:place] + digit + DIGITS[place + 1 :], DICTIONARY)
        proof.verify(reader.read(got), read_key(w.published_key(w.PINNED)))
    except (MalformedToken, UnsupportedFormat, BadSignature):
        return
    assert got == TOKEN  # the spare bits of the last byte


@given(st.from_regex(r"[1-9][0-9]{0,1500}", fullmatch=True), st.binary(max_size=100))
def test_noise_raises_nothing_but_our_own_errors(digits: str, dictionary: bytes) -> None:
    with pytest.raises(CredentialError):
        qr.unpack(digits, dictionary)
