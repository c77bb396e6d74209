"""Whatever is handed in, there is an answer or a refusal, and whoever asked has hardly grown."""

import sys
import tracemalloc
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile import HOSTILE, MEGABYTE
from tests.test_designs import drawn
from verifier.documents.child import LARGEST_ANSWER, open_document, warm
from verifier.documents.kinds import is_document
from verifier.documents.opened import Answer
from verifier.errors import CannotOpen

MOST_GROWN = 32 * MEGABYTE
BEGINNINGS = (b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBPVP8 ", b"<svg ")


def outcome(data: bytes) -> str:
    """The kind of what was opened, or the code of the refusal; anything else is a fault of ours."""
    try:
        return open_document(data).kind
    except CannotOpen as refused:
        return refused.code


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_and_its_asker_does_not_grow(name: str) -> None:
    data = HOSTILE[name]()
    warm()
    before = grown_to(anew=True)
    assert outcome(data) in {"pdf", "badge", "picture", "damaged", "protected", "too_large", "too_slow"}
    assert grown_to() - before < MOST_GROWN


@pytest.mark.parametrize("piece", ['["a"]', '{"code":""}', '"€"'], ids=["lines on pages", "traces", "addresses"])
def test_the_largest_answer_of_a_child_that_was_taken_over_fits(piece: str) -> None:
    """Many small things, which take the most memory for what they are as JSON."""
    where = {"[": "lines", "{": "traces", '"': "links"}[piece[0]]
    pieces = ",".join([piece] * (LARGEST_ANSWER // (len(piece.encode()) + 1)))
    answer = f'{{"opened":{{"kind":"pdf","{where}":[{pieces}]}}}}'.encode()
    tracemalloc.start()
    try:
        assert msgspec.json.decode(answer, type=Answer).opened
        assert tracemalloc.get_traced_memory()[1] < MOST_GROWN
    finally:
        tracemalloc.stop()


def test_a_certificate_that_breaks_off_is_damaged_wherever_it_does() -> None:
    whole = drawn("classic-landscape")
    assert {outcome(whole[:length]) for length in range(1024, len(whole), 1024)} == {"damaged"}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=4096))
def test_noise_is_damaged(beginning: bytes, noise: bytes) -> None:
    assert outcome(beginning + noise) in {"damaged", "too_large"}


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_certificate_with_some_bytes_changed_is_answered(data: st.DataObject) -> None:
    changed = bytearray(drawn("classic-landscape"))
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(16, len(changed) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(changed)) in {"pdf", "damaged", "too_large", "too_slow"}


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=300))
def test_what_is_no_document_is_never_opened(data: bytes) -> None:
    if not is_document(data):
        assert outcome(data) == "no_document"


def grown_to(*, anew: bool = False) -> int:
    """The most memory that this process had, in bytes, since the test asked `anew` (Linux; elsewhere nothing is said)."""
    if sys.platform != "linux":
        return 0
    if anew:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (most,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(most) * 1024
