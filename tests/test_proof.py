import json
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwk as foreign_jwk
from joserfc import jws as foreign_jws

from credential import jwks, proof, reader
from credential.errors import BadSignature, CredentialError, MalformedKey, UnsupportedAlgorithm
from keys.keyring import KeySigner

PRIVATE = ec.derive_private_key(7, ec.SECP256R1())
SIGNER = KeySigner("https://issuer.example/orgs/o/keys/k", PRIVATE)
JWK = {**jwks.public_jwk(PRIVATE.public_key()), "kid": SIGNER.kid, "alg": "ES256"}
KEY = jwks.read_key(JWK)
FOREIGN_KEY = foreign_jwk.ECKey.import_key(dict(JWK))
TOKEN = proof.sign(b'{"name":"\xe7\x8e\x8b\xe5\xb0\x8f\xe6\x98\x8e"}', SIGNER)


def test_the_header_has_exactly_alg_kid_and_typ() -> None:
    assert reader.read(TOKEN).header == {"alg": "ES256", "kid": SIGNER.kid, "typ": "JWT"}


def test_the_payload_is_the_document_byte_for_byte() -> None:
    document = b'{ "b": 1,\n "a": 2 }'
    read = foreign_jws.deserialize_compact(proof.sign(document, SIGNER), FOREIGN_KEY)
    assert read.payload == document


def test_a_token_passes_a_jose_library_that_we_did_not_write() -> None:
    assert foreign_jws.deserialize_compact(TOKEN, FOREIGN_KEY, algorithms=["ES256"])


def test_a_token_of_another_library_is_verified_by_us() -> None:
    key = foreign_jwk.ECKey.generate_key("P-256")
    foreign = foreign_jws.serialize_compact({"alg": "ES256", "kid": "k"}, b'{"a":1}', key)
    public = {name: str(value) for name, value in key.as_dict(private=False).items()}
    proof.verify(reader.read(foreign), jwks.read_key({**public, "kid": "k"}))


def test_signing_again_makes_the_same_token() -> None:
    assert proof.sign(b'{"a":1}', SIGNER) == proof.sign(b'{"a":1}', SIGNER)


def test_the_thumbprint_is_the_one_other_libraries_compute() -> None:
    assert jwks.thumbprint(JWK) == FOREIGN_KEY.thumbprint()


@given(
    st.integers(0, len(TOKEN) - 1), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
)
def test_one_changed_character_is_never_believed(at: int, character: str) -> None:
    changed = TOKEN[:at] + character + TOKEN[at + 1 :]
    if changed != TOKEN:
        with pytest.raises(CredentialError):
            proof.verify(reader.read(changed), KEY)


RSA = KeySigner("https://issuer.example/orgs/o/keys/r", rsa.generate_private_key(public_exponent=65537, key_size=2048))
RSA_JWK = {**RSA.jwk, "kid": RSA.kid, "alg": "RS256"}


def test_an_rs256_token_passes_a_jose_library_that_we_did_not_write_and_ours() -> None:
    token = proof.sign(b'{"a":1}', RSA)
    assert reader.read(token).header == {"alg": "RS256", "kid": RSA.kid, "typ": "JWT"}
    assert foreign_jws.deserialize_compact(token, foreign_jwk.RSAKey.import_key(dict(RSA_JWK)), algorithms=["RS256"])
    proof.verify(reader.read(token), jwks.read_key(RSA_JWK))
    assert proof.sign(b'{"a":1}', RSA) == token
    with pytest.raises(BadSignature):
        proof.verify(reader.read(token[:-8] + "AAAAAAAA"), jwks.read_key(RSA_JWK))
    with pytest.raises(UnsupportedAlgorithm):
        proof.verify(reader.read(token), KEY)


def test_the_thumbprint_of_an_rsa_key_is_the_one_of_rfc_7638() -> None:
    # The example of RFC 7638 §3.1, whose thumbprint the RFC states.
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
        "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
        "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
        "nqDKgw"
    )
    jwk = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert jwks.thumbprint(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize(
    "wrong", [{"n": "AQAB"}, {"n": 5}, {"e": ""}, {"alg": "RS512"}, {"alg": "ES256"}, {"d": "AQAB"}]
)
def test_what_is_no_public_rsa_key_for_rs256_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(MalformedKey):
        jwks.read_key({**RSA_JWK, **wrong})


def test_another_key_is_never_believed() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(BadSignature):
        proof.verify(reader.read(TOKEN), jwks.read_key({**jwks.public_jwk(other.public_key()), "kid": SIGNER.kid}))


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES384", "RS256", "es256"])
def test_the_header_never_chooses_the_algorithm(algorithm: str) -> None:
    _, payload, signature = TOKEN.split(".")
    header = json.dumps({"alg": algorithm, "kid": SIGNER.kid, "typ": "JWT"}).encode()
    forged = urlsafe_b64encode(header).rstrip(b"=").decode()
    with pytest.raises(UnsupportedAlgorithm):
        proof.verify(reader.read(f"{forged}.{payload}.{signature}"), KEY)


@pytest.mark.parametrize(
    "wrong",
    [
        None, [], "key", {}, {"kid": "k"}, {**JWK, "kty": "RSA"}, {**JWK, "crv": "P-384"}, {**JWK, "alg": "ES384"},
        {**JWK, "x": "AAAA"}, {**JWK, "x": 5}, {**JWK, "y": JWK["x"]}, {**JWK, "d": "AAAA"}, {**JWK, "kid": 5},
    ],
)  # fmt: skip
def test_what_is_no_public_p256_key_is_refused(wrong: object) -> None:
    with pytest.raises(MalformedKey):
        jwks.read_key(wrong)


def test_keys_of_other_kinds_in_a_set_are_passed_over() -> None:
    assert list(jwks.read_key_set({"keys": [{"kty": "RSA", "kid": "r"}, JWK]})) == [SIGNER.kid]
    no_sets: list[object] = [None, [], {}, {"keys": {}}, {"keys": [{}] * 1001}]
    for no_set in no_sets:
        with pytest.raises(MalformedKey):
            jwks.read_key_set(no_set)
