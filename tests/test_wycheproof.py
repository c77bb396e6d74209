"""Project Wycheproof's vectors: 0 invalid accepted, 0 uncaught. Valid ones of algorithms that we do not take are refused."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest

from credential import proof, reader
from credential.errors import CredentialError
from credential.jwks import PublicKey, read_key, read_key_set
from credential.reader import UnverifiedToken

# Labelled valid, and refused: the header's alg differs from the key's; a `?` is no base64url.
VALID_BUT_REFUSED = {346, 347, 350, 351, 372, 373}
# Labelled invalid, though their bytes are those of an accepted token.
INVALID_BUT_EQUAL = {367, 370}
PRIVATE = {"d", "p", "q", "dp", "dq", "qi"}
ACCEPTED_TYPES = ("JWT", "vc+jwt", None)


def vectors(file: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    groups = json.loads(file.read_bytes())["testGroups"]
    return [(group, test) for group in groups for test in group["tests"]]


def public(jwk: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in jwk.items() if name not in PRIVATE}


def accepted(jws: str, keys: dict[str, PublicKey]) -> bool:
    """Whether any of the keys signed this. Only our own error may be raised; payloads that are no JSON are refused."""
    try:
        token = reader.read(jws)
    except CredentialError:
        return False
    return any(signed(token, key) for key in keys.values())


def signed(token: UnverifiedToken, key: PublicKey) -> bool:
    try:
        proof.verify(token, key)
    except CredentialError:
        return False
    return True


def with_json(jws: str) -> UnverifiedToken | None:
    """The token although its payload is no JSON object, as in most vectors: everything else is read strictly."""
    try:
        header, _, signature = jws.split(".")
        read = reader.read(f"{header}.e30.{signature}")
        reader.read(f"{header}.{jws.split('.')[1]}.{signature}", longest=len(jws))
    except CredentialError as error:
        if error.fault != "token_not_json":
            return None
    except ValueError:
        return None
    try:
        return UnverifiedToken(text=jws, header=read.header, claims={}, signature=read.signature)
    except UnboundLocalError:
        return None


@pytest.mark.parametrize("name", ["json_web_signature_test", "json_web_crypto_test"])
def test_no_invalid_signature_of_a_jws_is_accepted_and_the_valid_ones_are(conformance: Path, name: str) -> None:
    wrongly_accepted, wrongly_refused, believed = [], [], 0
    for group, test in vectors(conformance / "wycheproof" / f"{name}.json"):
        if not isinstance(test["jws"] if "jws" in test else None, str):
            continue
        jwk = public(group.get("public") or group["private"])
        try:
            keys = read_key_set(jwk) if "keys" in jwk else {"": read_key({**jwk, "kid": str(jwk.get("kid", ""))})}
        except CredentialError:
            keys = {}
        token = with_json(test["jws"])
        believes = accepted(test["jws"], keys) or bool(token and any(signed(token, key) for key in keys.values()))
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
            token = with_json(test["jws"])
            if test["result"] == "invalid" and token and any(signed(token, key) for key in keys.values()):
                wrong.append((test["tcId"], test["comment"]))
    assert wrong == []


def spelled(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def jwk_of(group: dict[str, Any]) -> dict[str, Any]:
    if "publicKeyJwk" in group or "jwk" in group:
        return {**(group.get("publicKeyJwk") or group["jwk"]), "kid": "k"}
    if "publicKey" in group and "wx" in group["publicKey"]:
        size = group["publicKey"]["keySize"] // 8
        x, y = (int(group["publicKey"][name], 16).to_bytes(size, "big") for name in ("wx", "wy"))
        return {"kty": "EC", "crv": f"P-{size * 8}", "x": spelled(x), "y": spelled(y), "kid": "k"}
    n, e = (int(group[name], 16) for name in ("n", "e"))
    n, e = (spelled(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (n, e))  # type: ignore[assignment]
    return {"kty": "RSA", "n": n, "e": e, "kid": "k"}


@pytest.mark.parametrize(
    "name",
    [
        "ecdsa_secp256r1_sha256_p1363_test",
        "ecdsa_secp384r1_sha384_p1363_test",
        "ed25519_test",
        "rsa_signature_2048_sha256_test",
    ],
)
def test_each_algorithm_tells_valid_signatures_from_invalid_ones(conformance: Path, name: str) -> None:
    wrong = []
    for group, test in vectors(conformance / "wycheproof" / f"{name}.json"):
        key = read_key(jwk_of(group))
        believes = proof._VERIFYING[key.alg].verify(bytes.fromhex(test["msg"]), key.key, bytes.fromhex(test["sig"]))
        if test["result"] != "acceptable" and believes != (test["result"] == "valid"):
            wrong.append((test["tcId"], test["comment"]))
    assert wrong == []
