"""What is written down of a request, and what is not."""

import json
import logging
import sys

import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from tests.facing import URL
from verifier.documents.kinds import is_document
from verifier.facing.kinds import kind_of
from verifier.facing.logs import Lines, Readable


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (b"%PDF-1.7", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"RIFF....WEBP", "webp"),
        (b"\xef\xbb\xbf <svg>", "svg"),
        (b"WG-7K4M-9QXT-2D8H-C5RF", "code"),
        (b"https://issuer.example/credentials/WG-0000-0000-0000-000D", "code"),
        (b"https://verify.example/v/WG-0000-0000-0000-000D#123", "qr"),
        (b"eyJhbGciOiJFUzI1NiJ9.e30.YQ", "token"),
        (b" \n", "nothing"),
        (b"\x00\xff" * 99, "other"),
        (b"Ouyang Yuze", "other"),
        (b"x" * 70_000, "other"),
    ],
)
def test_what_was_given_is_told_in_one_word(given: bytes, kind: str) -> None:
    assert kind_of(given, document=is_document(given)) == kind


def test_a_fault_is_written_down_without_what_a_stranger_handed_in() -> None:
    try:
        try:
            json.loads("欧阳雨泽")
        except ValueError as error:
            raise RuntimeError("WG-7K4M-9QXT-2D8H-C5RF") from error
    except RuntimeError:
        record = logging.LogRecord("verifier.x", logging.ERROR, __file__, 1, "fault", None, sys.exc_info())
    said = json.loads(Lines().format(record))
    assert [fault["type"] for fault in said["faults"]] == ["RuntimeError", "JSONDecodeError"]
    assert any("json/decoder.py:" in place for place in said["faults"][1]["places"])
    for text in (str(said), Readable().format(record)):
        assert "欧阳雨泽" not in text and "WG-" not in text and "RuntimeError" in text


def test_what_libraries_say_is_not_written_down_but_that_they_said_something() -> None:
    record = logging.LogRecord("asyncio", logging.ERROR, "/x/base_events.py", 7, "Task %s", ("WG-7K4M",), None)
    said = json.loads(Lines().format(record))
    assert (said["library"], said["place"]) == ("asyncio", "base_events:7")
    assert "WG-7K4M" not in str(said)


def test_a_fault_behind_the_door_is_ours_and_counted(verifier_app: Litestar, caplog: pytest.LogCaptureFixture) -> None:
    @get("/fault", sync_to_thread=False)
    def fault() -> None:
        raise ZeroDivisionError("欧阳雨泽")

    verifier_app.register(fault)
    with TestClient(verifier_app, base_url=URL, raise_server_exceptions=False) as client:
        assert client.get("/fault").status_code == 500
    written = [json.loads(Lines().format(record)) for record in caplog.records if record.name.startswith("verifier")]
    assert [said["event"] for said in written if said["level"] == "error"] == ["A fault of ours"]
    assert "欧阳雨泽" not in str(written)
