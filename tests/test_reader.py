import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import reader
from credential.errors import MalformedToken

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


HOSTILE = {
    "two parts": "a.b",
    "four parts": "a.b.c.d",
    "nothing at all": "",
    "a megabyte": token() + "A" * 1_000_000,
    "padding": token(signature=b"s" * 63 + b"\x00").replace(".", "=.", 1),
    "base64 instead of base64url": token().replace("_", "/").replace("-", "+") + "+/",
    "white space inside": token()[:30] + "\n" + token()[30:],
    "a letter beyond ASCII": token()[:-1] + "é",
    "spare bits in the last character": token(signature=b"s")[:-1] + "x",
    "duplicate keys in the payload": token(claims=b'{"iss":"a","iss":"b"}'),
    "duplicate keys deep inside": token(claims=b'{"a":[{"b":{"c":1,"c":2}}]}'),
    "duplicate keys in the header": token(header=b'{"alg":"none","alg":"ES256"}'),
    "NaN": token(claims=b'{"a":NaN}'),
    "Infinity": token(claims=b'{"a":-Infinity}'),
    "a number that overflows": token(claims=b'{"a":1e999}'),
    "an integer beyond 2^53": token(claims=b'{"a":9007199254740993}'),
    "an integer of 5,000 digits": token(claims=b'{"a":' + b"9" * 5000 + b"}"),
    "33 nested arrays": token(claims=b'{"a":' + b"[" * 33 + b"]" * 33 + b"}"),
    "10,000 nested arrays": token(claims=b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}")[:16_000],
    "a byte order mark": token(claims=b"\xef\xbb\xbf{}"),
    "UTF-16": token(claims='{"a":1}'.encode("utf-16")),
    "broken UTF-8": token(claims=b'{"a":"\xff"}'),
    "an escaped lone surrogate": token(claims=b'{"a":"\\ud800"}'),
    "an array as payload": token(claims=b"[]"),
    "a comma too many": token(claims=b'{"a":1,}'),
    "two documents": token(claims=b"{}{}"),
    "a jwk that is no object": token(header={**HEADER, "jwk": "https://evil.example/"}),
    "a cty of another kind": token(header={**HEADER, "cty": "JWT"}),
    "a jku": token(header={**HEADER, "jku": "https://evil.example/jwks.json"}),
    "an x5u": token(header={**HEADER, "x5u": "https://evil.example/"}),
    "crit": token(header={**HEADER, "crit": ["exp"]}),
    "b64 false": token(header={**HEADER, "b64": False}),
    "zip": token(header={**HEADER, "zip": "DEF"}),
    "no alg": token(header={"typ": "JWT"}),
    "an alg that is a list": token(header={**HEADER, "alg": ["ES256"]}),
    "a kid that is a number": token(header={**HEADER, "kid": 7}),
    "an access token's typ": token(header={**HEADER, "typ": "at+jwt"}),
    "typ in other letters": token(header={**HEADER, "typ": "jwt"}),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_token_is_refused_before_any_cryptography(hostile: str) -> None:
    with pytest.raises(MalformedToken):
        reader.read(hostile)


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
