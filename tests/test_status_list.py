import gzip
import json
import time
import tracemalloc
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import status
from credential.errors import MalformedStatusList

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def claims_of(revoked: set[int]) -> dict[str, dict[str, str]]:
    claims: dict[str, dict[str, str]] = json.loads(status.list_document("https://i/l", "https://i", revoked, NOW))
    return claims


def encoded(data: bytes) -> dict[str, dict[str, str]]:
    return {"credentialSubject": {"encodedList": "u" + urlsafe_b64encode(data).rstrip(b"=").decode()}}


@given(st.sets(st.integers(0, status.LENGTH - 1), max_size=20))
def test_exactly_the_bits_that_were_set_are_read(revoked: set[int]) -> None:
    bits = status.read_list(claims_of(revoked))
    assert len(bits) * 8 == status.LENGTH
    assert sum(byte.bit_count() for byte in bits) == len(revoked)
    assert all(status.is_set(bits, index) for index in revoked)


def test_index_0_is_the_left_most_bit_of_the_first_byte() -> None:
    published = claims_of({0, 7, 8, 131_071})["credentialSubject"]["encodedList"]
    # Decoded here by hand, with the standard library alone, as another implementation would.
    raw = gzip.decompress(urlsafe_b64decode(published[1:] + "=" * (-len(published[1:]) % 4)))
    assert (raw[0], raw[1], raw[-1], len(raw)) == (0b10000001, 0b10000000, 0b00000001, 16_384)


def test_a_list_is_the_same_bytes_whoever_makes_it() -> None:
    assert status.list_document("https://i/l", "https://i", [5, 3], NOW) == status.list_document(
        "https://i/l", "https://i", [3, 5], NOW
    )


@pytest.mark.parametrize("index", [-1, 131_072, 10**9])
def test_an_index_outside_of_the_list_is_refused(index: int) -> None:
    with pytest.raises(MalformedStatusList):
        status.is_set(status.read_list(claims_of(set())), index)
    with pytest.raises(IndexError):
        status.list_document("https://i/l", "https://i", [index], NOW)


def test_a_list_bomb_is_refused_before_it_is_inflated() -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(bomb.compress(bytes(1024 * 1024)) for _ in range(1024)) + bomb.flush()
    claims = encoded(packed)
    tracemalloc.start()
    begun = time.process_time()
    with pytest.raises(MalformedStatusList, match="4 MiB"):
        status.read_list(claims)
    taken, (_, most) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 2
    assert most < 32 * 1024 * 1024


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"credentialSubject": []}, {"credentialSubject": {}}, {"credentialSubject": {"encodedList": 5}},
        {"credentialSubject": {"encodedList": "z123"}}, {"credentialSubject": {"encodedList": "u"}},
        {"credentialSubject": {"encodedList": "u!!!"}}, encoded(b"not gzip"), encoded(gzip.compress(bytes(100))),
        encoded(gzip.compress(bytes(16_384))[:-9]), encoded(gzip.compress(bytes(16_384)) + b"more"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(MalformedStatusList):
        status.read_list(wrong)
