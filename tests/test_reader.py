import json
import re
import sys
import tracemalloc
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import reader
from credential.errors import FAULTS, MalformedToken

HEADER = {"alg": "ES256", "kid": "https://issuer.example/orgs/o/keys/k", "typ": "JWT"}
CLAIMS = {
    "id": "https://issuer.example/credentials/WG-1",
    "issuer": {"id": "https://issuer.example/orgs/o"},
    "credentialSubject": {"id": "urn:uuid:1"},
    "validFrom": "2026-11-21T18:00:00Z",
    "iss": "https://issuer.example/orgs/o",
    "jti": "https://issuer.example/credentials/WG-1",
    "sub": "urn:uuid:1",
    "nbf": 1795284000,
}


def segment(data: Any) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(header: Any = HEADER, claims: Any = CLAIMS, signature: bytes = b"s" * 64) -> str:
    return f"{segment(header)}.{segment(claims)}.{segment(signature)}"


def test_a_well_formed_token_is_read_and_nothing_in_it_is_believed() -> None:
    read = reader.read(token())
    assert (read.claimed_algorithm, read.claimed_issuer) == ("ES256", "https://issuer.example/orgs/o")
    assert read.claims == CLAIMS
    reader.registered_claims(read.claims)


# Reasons of verdicts, and names of functions, that look like faults.
NO_FAULTS = {"status_unavailable", "key_compromised", "status_list", "key_set"}
HOSTILE = {
    "two parts": ("a.b", "token_not_three_parts"),
    "four parts": ("a.b.c.d", "token_not_three_parts"),
    "nothing at all": ("", "token_not_three_parts"),
    "a megabyte": (token() + "A" * 1_000_000, "token_too_long"),
    "padding": (token(signature=b"s" * 63 + b"\x00").replace(".", "=.", 1), "token_not_base64url"),
    "base64 instead of base64url": (token().replace("_", "/").replace("-", "+") + "+/", "token_not_base64url"),
    "white space inside": (token()[:30] + "\n" + token()[30:], "token_not_base64url"),
    "a letter beyond ASCII": (token()[:-1] + "é", "token_not_base64url"),
    "spare bits in the last character": (token(signature=b"s")[:-1] + "x", "token_not_base64url"),
    "duplicate keys in the payload": (token(claims=b'{"iss":"a","iss":"b"}'), "token_duplicate_member"),
    "duplicate keys deep inside": (token(claims=b'{"a":[{"b":{"c":1,"c":2}}]}'), "token_duplicate_member"),
    "duplicate keys in the header": (token(header=b'{"alg":"none","alg":"ES256"}'), "token_duplicate_member"),
    "NaN": (token(claims=b'{"a":NaN}'), "token_not_json"),
    "Infinity": (token(claims=b'{"a":-Infinity}'), "token_not_json"),
    "a number that overflows": (token(claims=b'{"a":1e999}'), "token_number_out_of_range"),
    "an integer beyond 2^53": (token(claims=b'{"a":9007199254740993}'), "token_number_out_of_range"),
    "an integer of 5,000 digits": (token(claims=b'{"a":' + b"9" * 5000 + b"}"), "token_number_out_of_range"),
    "33 nested arrays": (token(claims=b'{"a":' + b"[" * 33 + b"]" * 33 + b"}"), "token_too_deep"),
    "10,000 nested arrays": (token(claims=b'{"a":' + b"[" * 10_000), "token_too_deep"),
    "a byte order mark": (token(claims=b"\xef\xbb\xbf{}"), "token_not_json"),
    "UTF-16": (token(claims='{"a":1}'.encode("utf-16")), "token_not_json"),
    "broken UTF-8": (token(claims=b'{"a":"\xff"}'), "token_not_json"),
    "an escaped lone surrogate": (token(claims=b'{"a":"\\ud800"}'), "token_not_json"),
    "an array as payload": (token(claims=b"[]"), "token_not_json"),
    "a comma too many": (token(claims=b'{"a":1,}'), "token_not_json"),
    "two documents": (token(claims=b"{}{}"), "token_not_json"),
    "a jwk that is no object": (token(header={**HEADER, "jwk": "https://evil.example/"}), "header_incomplete"),
    "a cty of another kind": (token(header={**HEADER, "cty": "JWT"}), "header_typ"),
    "a jku": (token(header={**HEADER, "jku": "https://evil.example/jwks.json"}), "header_not_allowed"),
    "an x5u": (token(header={**HEADER, "x5u": "https://evil.example/"}), "header_not_allowed"),
    "crit": (token(header={**HEADER, "crit": ["exp"]}), "header_not_allowed"),
    "b64 false": (token(header={**HEADER, "b64": False}), "header_not_allowed"),
    "zip": (token(header={**HEADER, "zip": "DEF"}), "header_not_allowed"),
    "no alg": (token(header={"typ": "JWT"}), "header_incomplete"),
    "an alg that is a list": (token(header={**HEADER, "alg": ["ES256"]}), "header_incomplete"),
    "a kid that is a number": (token(header={**HEADER, "kid": 7}), "header_incomplete"),
    "an access token's typ": (token(header={**HEADER, "typ": "at+jwt"}), "header_typ"),
    "typ in other letters": (token(header={**HEADER, "typ": "jwt"}), "header_typ"),
}


@pytest.mark.parametrize(("hostile", "fault"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_token_is_refused_before_any_cryptography(hostile: str, fault: str) -> None:
    with pytest.raises(MalformedToken) as refused:
        reader.read(hostile)
    assert refused.value.fault == fault


def test_a_megabyte_and_a_million_arrays_take_few_steps_and_little_memory() -> None:
    longest = 4 * 1024 * 1024  # as for a status list, and more
    for hostile in ("A" * 50_000_000, token(claims=b'{"a":' + b"[" * 1_000_000), "." * 2_000_000):
        steps = 0

        def step(_: object, event: str, __: object) -> Any:
            nonlocal steps
            steps += event == "line"
            return step

        others = sys.gettrace()
        tracemalloc.start()
        sys.settrace(step)
        try:
            with pytest.raises(MalformedToken):
                reader.read(hostile, longest=longest)
        finally:
            sys.settrace(others)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert 0 < steps < 1000
        assert most < 16 * 1024 * 1024


def test_every_fault_is_written_down_once_and_given_by_the_sources() -> None:
    sources = [*Path("credential").glob("*.py"), *Path("verifier").rglob("*.py")]
    text = "".join(file.read_text(encoding="utf-8") for file in sources if file.name != "errors.py")
    assert [fault for fault in FAULTS if f'"{fault}"' not in text] == []
    given = set(re.findall(r'"((?:token|header|claims|status|key)_[a-z_0-9]+)"[,)]', text))
    assert {fault for fault in given if fault not in FAULTS and not fault.startswith("key_ops")} <= NO_FAULTS


@pytest.mark.parametrize("claim", ["iss", "jti", "sub", "nbf", "exp"])
def test_a_registered_claim_must_say_what_the_credential_says(claim: str) -> None:
    for other in ("https://evil.example/", 1, None, True, 1795284001):
        with pytest.raises(MalformedToken, match=claim):
            reader.registered_claims({**CLAIMS, claim: other} if claim != "exp" or other else {**CLAIMS, "exp": 5})


@pytest.mark.parametrize("missing", ["iss", "jti", "nbf", "id", "issuer", "validFrom", "credentialSubject"])
def test_a_credential_must_say_who_what_and_when(missing: str) -> None:
    with pytest.raises(MalformedToken):
        reader.registered_claims({name: value for name, value in CLAIMS.items() if name != missing})


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda data: data.decode("latin-1")))
def test_noise_raises_nothing_but_our_own_error(noise: str) -> None:
    with pytest.raises(MalformedToken):
        reader.read(noise)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_noise_inside_a_token_raises_nothing_but_our_own_error(header: bytes, claims: bytes) -> None:
    with pytest.raises(MalformedToken):
        reader.read(token(header, claims))


@given(
    st.dictionaries(
        st.sampled_from([*CLAIMS, "exp", "validUntil"]), st.none() | st.integers() | st.text() | st.lists(st.text())
    )
)
def test_odd_claims_raise_nothing_but_our_own_error(odd: dict[str, Any]) -> None:
    try:
        reader.registered_claims({**CLAIMS, **odd})
    except MalformedToken:
        return
    assert {**CLAIMS, **odd}["iss"] == CLAIMS["iss"]


NUMBERS = (
    "0", "-0", "-1", "0.1", "1.0", "-0.0", "1e5", "1E400", "5e-324", "1e22", "0.30000000000000004", "9007199254740992",
    "-9007199254740993", "9007199254740993", "18446744073709551616", "9007199254740993.0", "NaN", "Infinity", "01",
)  # fmt: skip
TEXTS = ('""', '"a"', '"\u0061"', '"\\u0061"', '"欧"', '"\\ud800"', '"\\u0001"', '"\x01"', '"\x7f"', '"\\/"', '"\\n"')
JSON = st.recursive(
    st.sampled_from((*NUMBERS, *TEXTS, "true", "null", " 1", "{}", "[]", "9007199254740993 " * 2)),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: f"[{','.join(items)}]")
        | st.lists(st.tuples(st.sampled_from(TEXTS), inner), max_size=3).map(
            lambda pairs: f"{{{','.join(f'{name}:{value}' for name, value in pairs)}}}"
        )
    ),
    max_leaves=8,
)


@given(st.lists(st.tuples(st.sampled_from(TEXTS), JSON), max_size=3))
def test_json_that_is_written_as_we_write_it_is_read_as_all_other_json_is(pairs: list[tuple[str, str]]) -> None:
    def found(data: bytes) -> str:
        try:
            return repr(reader.read_json(data))
        except MalformedToken:
            return "refused"

    written = f"{{{','.join(f'{name}:{value}' for name, value in pairs)}}}".encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_plain", lambda _: None)
        expected = found(written)
    assert found(written) == expected


def deepest(text: str) -> int:
    """How deep brackets are nested at most outside of strings, mark by mark."""
    depth = most = 0
    within = escaped = False
    for mark in text:
        if escaped or mark == "\\":
            escaped = not escaped
        elif mark == '"':
            within = not within
        elif not within and mark in "[]{}":
            depth += 1 if mark in "[{" else -1
            most = max(most, depth)
    return most


@given(
    st.lists(st.sampled_from(["[", "{", "]", "}", "[]", "{}", '"', '""', '"[', '\\"', "\\", "a", "[" * 31, "]}" * 16])),
    st.lists(st.sampled_from("[{"), min_size=30, max_size=34),
)
def test_nesting_is_refused_beyond_32_levels_wherever_brackets_stand(marks: list[str], opening: list[str]) -> None:
    closing = "".join("]" if mark == "[" else "}" for mark in reversed(opening))
    for text in ("".join(marks), "".join([*opening, *marks]), "".join([*opening, *marks, closing])):
        try:
            reader._depth(text.encode())
        except MalformedToken:
            assert deepest(text) > 32
        else:
            assert deepest(text) <= 32


@given(st.text("AQgw_-+/= \n", max_size=9))
def test_base64url_is_read_in_its_one_canonical_spelling_alone(text: str) -> None:
    try:
        data = reader._decode(text)
    except MalformedToken:
        canonical = len(text) % 4 != 1 and set(text) <= set("AQgw_-")
        assert not canonical or urlsafe_b64encode(urlsafe_b64decode(text + "==")).rstrip(b"=").decode() != text
    else:
        assert segment(data) == text


def test_the_json_test_suite_finds_nothing_to_complain_about(conformance: Path) -> None:
    wrongly_read, wrongly_refused = [], []
    files = sorted((conformance / "jsontestsuite" / "test_parsing").glob("[ny]_*.json"))
    assert len(files) > 200
    for file in files:
        try:
            reader.read_json(b'{"a":' + file.read_bytes() + b"}")
        except MalformedToken:
            # Refused on purpose: duplicate keys, lone surrogates, numbers beyond what every reader agrees on.
            if file.name.startswith("y_") and not any(word in file.name for word in ("duplicated", "surrogate")):
                wrongly_refused.append(file.name)
        else:
            if file.name.startswith("n_"):
                wrongly_read.append(file.name)
    assert (wrongly_read, wrongly_refused) == ([], [])
