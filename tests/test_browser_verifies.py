"""What the browser verifies by itself: every vector of our format gets the server's verdict, or the server is to be asked."""

import json
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from credential import qr
from credential.errors import CredentialError
from tests.browser_copies import BrowserDesk
from tests.test_vectors import FILES, FetcherOfVector
from tests.vectors import workshop as w
from tests.vectors.complete import complete
from tests.vectors.make import FOLDER
from verifier.directory import read_directory

CODE = "WG-7K4M9QXT2D8HC5RF"
DICTIONARY = w.to_json(w.header()) + b"\n" + w.to_json(complete())
NAMES = [file.relative_to(FOLDER).with_suffix("").as_posix() for file in FILES]
QR_CODES: list[dict[str, Any]] = json.loads((FOLDER / "qr.json").read_bytes())


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[BrowserDesk]:
    made = BrowserDesk(browser)
    yield made
    made.page.close()


@pytest.fixture
def desk(opened: BrowserDesk) -> Iterator[BrowserDesk]:
    """The verifier's page; nothing may fail in it that was not foreseen."""
    opened.errors.clear()
    yield opened
    assert [error for error in opened.errors if "Failed to load resource" not in error] == []


def digits_of(token: str, dictionary: bytes = DICTIONARY) -> str | None:
    """The token as digits, whatever it holds; None where the format has no place for it."""
    parts = token.split(".")
    try:
        header, payload, signature = map(w.unb64, parts)
    except ValueError:
        return None
    if [w.b64(part) for part in (header, payload, signature)] != parts or len(signature) != 64:
        return None
    return digits(signature, header + b"\n" + payload, dictionary)


def digits(signature: bytes, text: bytes, dictionary: bytes = DICTIONARY, after: bytes = b"") -> str:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=dictionary)
    deflated = compressor.compress(text) + compressor.flush() + after
    return str(int.from_bytes(b"\x01\x01" + bytes.fromhex(qr.dictionary_id(dictionary)) + signature + deflated))


def stand(desk: BrowserDesk, tmp_path: Path, vector: dict[str, Any]) -> None:
    """The desk knows what the vector knows, and when."""
    file = tmp_path / "directory.json"
    file.write_text(json.dumps(vector["directory"]), encoding="utf-8")
    dictionary = f"{w.HOST}/dictionaries/{qr.dictionary_id(DICTIONARY)}"
    fetcher = FetcherOfVector({**vector["published"], dictionary: DICTIONARY.decode()})
    at = datetime.fromisoformat(vector["at"])
    desk.stands(read_directory(file), fetcher, lambda: at)


def agreed(desk: BrowserDesk, digits: str, code: str = CODE) -> str:
    """What both say, `verdict: reason`; or `ask: why` where the browser leaves it to the server."""
    said = desk.in_browser(digits, code)
    if "ask" in said:
        return f"ask: {said['ask']}"
    verdict = said["verdict"]
    server = json.loads(desk.at_server(digits, code).as_json())
    if verdict["credential"]:  # the browser has no translations
        achievement = verdict["credential"]["achievement"]
        assert achievement.items() <= server["credential"]["achievement"].items()
        server["credential"]["achievement"] = achievement
    for mine, theirs in zip(verdict["steps"], server["steps"], strict=True):
        if "detail" not in mine:  # the sentences for people about what is malformed are the server's alone
            theirs.pop("detail", None)
    assert verdict == server
    return f"{verdict['verdict']}: {verdict['reason']}"


def test_the_digits_of_each_vector_unpack_to_the_same_token_or_are_refused_for_the_same_fault(
    desk: BrowserDesk,
) -> None:
    unpack = """([digits, dictionary]) => import("/qr.js").then(({ unpack }) => unpack(digits, Uint8Array.from(dictionary)))
        .then((token) => ({ token }), ({ fault }) => ({ fault }))"""
    for vector in QR_CODES:
        dictionary = vector["dictionary"].encode()
        try:
            expected = {"token": qr.unpack(vector["fragment"], dictionary)}
        except CredentialError as error:
            expected = {"fault": error.fault}
        assert desk.page.evaluate(unpack, [vector["fragment"], [*dictionary]]) == expected, vector["why"]


@pytest.mark.parametrize("name", NAMES)
def test_probe(name: str, desk: BrowserDesk, tmp_path: Path) -> None:
    vector = json.loads((FOLDER / f"{name}.json").read_bytes())
    stand(desk, tmp_path, vector)
    for kind, token in (("as is", vector["token"]), ("ours", in_our_shape(vector["token"]))):
        made = digits_of(token) if token else None
        print(name, kind, agreed(desk, made) if made else None, vector["expect"])


def in_our_shape(token: str) -> str | None:
    """The token with what our issuer always writes, signed again where the key is at hand; None where it cannot be."""
    head, payload, signature = token.split(".")[:3]
    text = w.unb64(payload) if payload.isascii() else b""
    if not text.startswith(b"{") or not text.endswith(b"}") or b"relatedResource" in text:
        return None
    added = w.b64(text[:-1] + b',"relatedResource":[]}')
    for key in (w.PINNED, w.ROTATED, w.OTHERS, w.STRANGERS):
        if w.b64(w.signature(key, f"{head}.{payload}".encode())) == signature:
            return f"{head}.{added}.{w.b64(w.signature(key, f'{head}.{added}'.encode()))}"
    return f"{head}.{added}.{signature}"
