"""Project Wycheproof's vectors: 0 invalid accepted, 0 uncaught. Valid ones of algorithms that we do not take are refused."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from credential import proof, reader
from credential.errors import CredentialError
from credential.jwks import PublicKey, read_key, read_key_set
from credential.reader import UnverifiedToken

# Labelled valid, and refused: the header's alg differs from the key's; a `?` is no base64url.
VALID_BUT_REFUSED = {346, 347, 350, 351, 372, 373}
# Labelled invalid, though their bytes are those of an accepted token.
INVALID_BUT_EQUAL = {367, 370}
PRIVATE = {"d", "p", "q", "dp", "dq", "qi"}


def vectors(file: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    groups = json.loads(file.read_bytes())["testGroups"]
    return [(group, test) for group in groups for test in group["tests"]]


def public(jwk: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in jwk.items() if name not in PRIVATE}


def signed(token: UnverifiedToken, key: PublicKey) -> bool:
    try:
        proof.verify(token, key)
    except CredentialError:
        return False
    return True


def strictly_read(jws: object) -> UnverifiedToken | None:
    """The token read strictly in all but its payload, which in most vectors is no JSON; None where it is refused."""
    if not isinstance(jws, str) or jws.count(".") != 2:
        return None
    header, payload, signature = jws.split(".")
    try:
        reader._decode(payload)
        return msgspec.structs.replace(reader.read(f"{header}.e30.{signature}"), text=jws)
    except CredentialError:
        return None


@pytest.mark.parametrize("name", ["json_web_signature_test", "json_web_crypto_test"])
def test_no_invalid_signature_of_a_jws_is_accepted_and_the_valid_ones_are(conformance: Path, name: str) -> None:
    wrongly_accepted, wrongly_refused, believed = [], [], 0
    for group, test in vectors(conformance / "wycheproof" / f"{name}.json"):
        if "jws" not in test:
            continue
        jwk = public(group.get("public") or group["private"])
        try:
            keys = read_key_set(jwk) if "keys" in jwk else {"": read_key({**jwk, "kid": str(jwk.get("kid", ""))})}
        except CredentialError:
            keys = {}
        token = strictly_read(test["jws"])
        believes = bool(token and any(signed(token, key) for key in keys.values()))
        believed += believes
        if believes and test["result"] == "invalid" and test["tcId"] not in INVALID_BUT_EQUAL:
            wrongly_accepted.append((name, test["tcId"], test["comment"]))
        if not believes and keys and test["result"] == "valid" and test["tcId"] not in VALID_BUT_REFUSED:
            wrongly_refused.append((name, test["tcId"], test["comment"]))
    assert wrongly_accepted == []
    assert wrongly_refused == []
    assert believed


def test_no_key_set_that_should_be_refused_verifies_anything(conformance: Path) -> None:
    wrong = []
    for group, test in vectors(conformance / "wycheproof" / "json_web_key_test.json"):
        for said in filter(None, (group.get("public"), group["private"])):
            try:
                keys = read_key_set(said)
            except CredentialError:
                continue
            token = strictly_read(test["jws"])
            if test["result"] == "invalid" and token and any(signed(token, key) for key in keys.values()):
                wrong.append((test["tcId"], test["comment"]))
    assert wrong == []


@pytest.mark.parametrize(
    ("alg", "name"),
    [
        ("ES256", "ecdsa_secp256r1_sha256_p1363_test"),
        ("ES384", "ecdsa_secp384r1_sha384_p1363_test"),
        ("EdDSA", "ed25519_test"),
        ("RS256", "rsa_signature_2048_sha256_test"),
    ],
)
def test_each_algorithm_tells_valid_signatures_from_invalid_ones(conformance: Path, alg: str, name: str) -> None:
    wrong = []
    for group, test in vectors(conformance / "wycheproof" / f"{name}.json"):
        key = load_der_public_key(bytes.fromhex(group["publicKeyDer"]))
        try:
            proof._VERIFYING[alg](key, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            believes = True
        except InvalidSignature:
            believes = False
        if test["result"] != "acceptable" and believes != (test["result"] == "valid"):
            wrong.append((test["tcId"], test["comment"]))
    assert wrong == []
