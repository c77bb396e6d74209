"""Credentials that other software made: checked like our own when their issuer is in the directory, else named."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import did
from credential.errors import MalformedKey
from tests.conftest import Clock
from tests.foreign_issuer import ID, KID, LIST, ForeignIssuer, new_key, public
from verifier.answer import answer_in
from verifier.claims import signed_claims
from verifier.errors import Misconfigured
from verifier.published import Published
from verifier.verdict import Verdict
from verifier.verify import verify
from verifier.words import LANGUAGES, words_in


class Ask(Protocol):
    """Verifies what is given, with an issuer's entry in the directory changed as named."""

    def __call__(self, issuer: ForeignIssuer, given: str | bytes, /, **entry: Any) -> Verdict: ...


@pytest.fixture
def foreign(clock: Clock) -> ForeignIssuer:
    return ForeignIssuer(clock)


@pytest.fixture
def ask(clock: Clock, tmp_path: Path) -> Ask:
    def asked(issuer: ForeignIssuer, given: str | bytes, /, **entry: Any) -> Verdict:
        data = given.encode() if isinstance(given, str) else given
        return asyncio.run(verify(data, issuer.directory(tmp_path, **entry), Published(issuer, clock), clock()))

    return asked


def word(verdict: Verdict) -> str:
    return f"{verdict.verdict}: {verdict.reason}"


def code(verdict: Verdict) -> str | None:
    return next((step.code for step in verdict.steps if step.code), None)


@pytest.mark.parametrize("typ", ["JWT", "vc+jwt", None])
@pytest.mark.parametrize("alg", ["ES256", "ES384", "RS256", "EdDSA"])
def test_a_badge_of_other_software_is_valid_under_each_algorithm_and_type(
    ask: Ask, clock: Clock, alg: str, typ: str | None
) -> None:
    issuer = ForeignIssuer(clock, alg)
    verdict = ask(issuer, issuer.sign(issuer.claims(), typ=typ))
    assert word(verdict) == "valid: ok"
    assert verdict.credential and verdict.credential.names == ("Ana Souza",)
    assert verdict.credential.achievement == {"": "Welding"}
    assert verdict.credential.issuer_name == "Badges Inc."


def test_a_credential_with_nothing_but_its_properties_needs_the_type_vc_jwt(ask: Ask, foreign: ForeignIssuer) -> None:
    claims = foreign.claims(registered=False)
    assert word(ask(foreign, foreign.sign(claims, typ="vc+jwt", cty="vc"))) == "valid: ok"
    assert code(ask(foreign, foreign.sign(claims, typ="JWT"))) == "claims_disagree"
    assert code(ask(foreign, foreign.sign(claims, typ=None))) == "claims_disagree"


@pytest.mark.parametrize(
    "other",
    [
        {"iss": "https://badges.example/issuers/8"}, {"jti": "https://badges.example/assertions/43"}, {"sub": "mailto:x@y"},
        {"nbf": 5}, {"nbf": True}, {"exp": "tomorrow"}, {"exp": True},
    ],
)  # fmt: skip
def test_registered_claims_that_are_there_must_agree_in_every_type(
    ask: Ask, foreign: ForeignIssuer, other: dict[str, Any]
) -> None:
    verdict = ask(foreign, foreign.sign(foreign.claims(**other), typ="vc+jwt"))
    assert (word(verdict), code(verdict)) == ("invalid: malformed_token", "claims_disagree")


def test_dates_are_honoured_wherever_they_stand(ask: Ask, foreign: ForeignIssuer, clock: Clock) -> None:
    past, future = clock() - timedelta(hours=1), clock() + timedelta(hours=1)
    for said, expected in (
        ({"exp": int(past.timestamp())}, "invalid: expired"),
        ({"validUntil": past.isoformat()}, "invalid: expired"),
        ({"nbf": future.timestamp() + 0.5, "validFrom": None}, "invalid: not_yet_valid"),
        ({"validFrom": future.isoformat()}, "invalid: not_yet_valid"),
        ({"validFrom": None}, "valid: ok"),
    ):
        assert word(ask(foreign, foreign.sign(foreign.claims(registered=False, **said), typ="vc+jwt"))) == expected


ODD_SHAPES: dict[str, tuple[dict[str, Any], str]] = {
    "an issuer that is a text": ({"issuer": ID}, "valid: ok"),
    "a type that is a text": ({"type": "OpenBadgeCredential"}, "valid: ok"),
    "entries of a context that nobody knows": ({"@context": [{"x": 5}, "https://x.example"]}, "valid: ok"),
    "members that nobody knows": ({"x": {"y": [None, 1.5]}}, "valid: ok"),
    "a status in an array of one": ({"credentialStatus": "one"}, "valid: ok"),
    "no status": ({"credentialStatus": None}, "unchecked: no_status"),
    "a status of 1EdTech": (
        {"credentialStatus": {"id": "https://badges.example/r", "type": "1EdTechRevocationList"}},
        "unchecked: status_unavailable",
    ),
    "two kinds of status": ({"credentialStatus": [{}, {}]}, "unchecked: status_unavailable"),
}


@pytest.mark.parametrize("shape", ODD_SHAPES.values(), ids=ODD_SHAPES.keys())
def test_a_badge_may_have_another_shape_than_ours(
    ask: Ask, foreign: ForeignIssuer, shape: tuple[dict[str, Any], str]
) -> None:
    other, expected = shape
    if other.get("credentialStatus") == "one":
        other = {"credentialStatus": [foreign.claims()["credentialStatus"]]}
    assert word(ask(foreign, foreign.sign(foreign.claims(**other)))) == expected


def test_a_status_of_several_bits_is_not_read_as_one(ask: Ask, foreign: ForeignIssuer) -> None:
    claims = foreign.claims()
    claims["credentialStatus"]["statusSize"] = 2
    assert code(ask(foreign, foreign.sign(claims))) == "status_not_supported"


def test_a_revoked_badge_is_invalid_and_the_issuer_is_asked_why(ask: Ask, foreign: ForeignIssuer) -> None:
    foreign.revoked = {3}
    address = "https://badges.example/assertions/42/status"
    foreign.instead[address] = b'{"revoked":true,"since":"2026-11-20T00:00:00Z","reason":"<b>Wrong name</b>"}'
    verdict = ask(foreign, foreign.sign(foreign.claims()))
    assert word(verdict) == "invalid: revoked"
    assert foreign.asked[-1] == address
    assert json.loads(verdict.as_json())["revocation"] == {
        "since": "2026-11-20T00:00:00Z",
        "reason": "<b>Wrong name</b>",
    }
    assert "20 November 2026. The issuer says why" in answer_in(words_in("en"), verdict).steps[4].note


def test_a_badge_that_was_replaced_is_said_to_be(ask: Ask, foreign: ForeignIssuer) -> None:
    foreign.revoked = {3}
    foreign.instead["https://badges.example/assertions/42/status"] = (
        b'{"revoked":true,"since":"2026-11-20T00:00:00Z","superseded_by":"https://badges.example/assertions/43"}'
    )
    assert word(ask(foreign, foreign.sign(foreign.claims()))) == "invalid: superseded"


@pytest.mark.parametrize(
    "said",
    [
        None, b"", b"[]", b'{"revoked":false,"superseded_by":"x"}',
        b'{"revoked":true,"since":5,"reason":"' + b"x" * 501 + b'"}',
    ],
)  # fmt: skip
def test_why_it_was_revoked_is_left_out_where_it_cannot_be_had(
    ask: Ask, foreign: ForeignIssuer, said: bytes | None
) -> None:
    foreign.revoked = {3}
    foreign.instead["https://badges.example/assertions/42/status"] = said
    verdict = ask(foreign, foreign.sign(foreign.claims()))
    assert word(verdict) == "invalid: revoked"
    assert json.loads(verdict.as_json())["revocation"] == {}


def test_a_badge_that_stands_is_not_asked_about_by_name(ask: Ask, foreign: ForeignIssuer) -> None:
    assert word(ask(foreign, foreign.sign(foreign.claims()))) == "valid: ok"
    assert set(foreign.asked) == {f"{ID}/jwks.json", LIST}


# Keys


def test_the_issuers_own_key_may_come_along_in_the_header(ask: Ask, foreign: ForeignIssuer) -> None:
    own = public(foreign.keys[KID][1])
    assert word(ask(foreign, foreign.sign(foreign.claims(), kid=None, jwk=own))) == "valid: ok"
    assert word(ask(foreign, foreign.sign(foreign.claims(), jwk=own))) == "valid: ok"
    assert word(ask(foreign, foreign.sign(foreign.claims(), kid=None, jwk=own), jwks=None)) == "valid: ok"


def test_a_strangers_key_in_the_header_is_refused(ask: Ask, foreign: ForeignIssuer, clock: Clock) -> None:
    stranger = ForeignIssuer(clock)
    key = public(stranger.keys[KID][1])
    for kid in (KID, None, f"{ID}/keys/other"):
        verdict = ask(foreign, stranger.sign(stranger.claims(), kid=kid, jwk=key))
        assert (word(verdict), code(verdict)) == ("invalid: malformed_token", "embedded_key")
    private = foreign.keys[KID][1].as_dict(private=True)
    assert code(ask(foreign, foreign.sign(foreign.claims(), jwk=private))) == "embedded_key"


def test_a_key_at_somebody_elses_address_is_refused_and_never_fetched(ask: Ask, foreign: ForeignIssuer) -> None:
    for kid in ("https://evil.example/keys/one", "https://badges.example.evil.example/keys/one", "http://127.0.0.1/k"):
        verdict = ask(foreign, foreign.sign(foreign.claims(), kid=kid))
        assert (word(verdict), code(verdict)) == ("invalid: unknown_key", "key_of_another_issuer")
    assert foreign.asked == []


def test_a_token_that_names_no_key_is_refused(ask: Ask, foreign: ForeignIssuer) -> None:
    assert code(ask(foreign, foreign.sign(foreign.claims(), kid=None))) == "header_names_no_key"


def test_the_key_says_the_algorithm_and_the_header_does_not(ask: Ask, foreign: ForeignIssuer) -> None:
    foreign.keys["rsa"] = ("RS256", new_key("RS256"))
    token = foreign.sign(foreign.claims(), key="rsa", kid=KID)
    assert word(ask(foreign, token)) == "invalid: unsupported_algorithm"


def test_an_rsa_key_of_1024_bits_cannot_be_pinned(foreign: ForeignIssuer, tmp_path: Path) -> None:
    foreign.keys = {KID: ("RS256", new_key("RS256", bits=1024))}
    with pytest.raises(Misconfigured, match="no key"):
        foreign.directory(tmp_path)


# Issuers that are keys


def base58(data: bytes) -> str:
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = did.BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def did_key(issuer: ForeignIssuer) -> str:
    jwk = issuer.keys[KID][1].as_dict(private=False)
    unpadded = {name: str(jwk.get(name, "")) for name in ("x", "y")}
    x, y = (urlsafe_b64decode(text + "=" * (-len(text) % 4)) for text in unpadded.values())
    if jwk["kty"] == "OKP":
        return "did:key:z" + base58(did.ED25519 + x)
    codec = did.P256 if jwk["crv"] == "P-256" else did.P384
    return "did:key:z" + base58(codec + bytes([2 + y[-1] % 2]) + x)


def did_jwk(issuer: ForeignIssuer) -> str:
    return "did:jwk:" + urlsafe_b64encode(json.dumps(public(issuer.keys[KID][1])).encode()).rstrip(b"=").decode()


OF_A_DID: dict[str, Any] = {"jwks": None, "jwks_uri": None}


@pytest.mark.parametrize("alg", ["ES256", "ES384", "EdDSA"])
@pytest.mark.parametrize("method", [did_key, did_jwk])
def test_an_issuer_may_be_a_key(ask: Ask, clock: Clock, alg: str, method: Callable[[ForeignIssuer], str]) -> None:
    issuer = ForeignIssuer(clock, alg)
    issuer.id = method(issuer)
    fragment = issuer.id.removeprefix("did:key:") if method is did_key else "0"
    for kid in (f"{issuer.id}#{fragment}", f"#{fragment}", issuer.id):
        issuer.instead[LIST] = issuer.sign(issuer.status_list(), kid=kid, typ="vc+jwt").encode()
        assert word(ask(issuer, issuer.sign(issuer.claims(), kid=kid), **OF_A_DID)) == "valid: ok"
    assert set(issuer.asked) == {LIST}
    nothing_to_fetch = ask(issuer, issuer.sign(issuer.claims(), kid=issuer.id), **OF_A_DID, url_prefix=None)
    assert (word(nothing_to_fetch), code(nothing_to_fetch)) == ("unchecked: status_unavailable", "status_elsewhere")
    strange = ask(issuer, issuer.sign(issuer.claims(), kid=f"{issuer.id}#other"), **OF_A_DID)
    assert word(strange) == "invalid: unknown_key"


def test_a_did_of_rsa_is_read_too(ask: Ask, clock: Clock) -> None:
    issuer = ForeignIssuer(clock, "RS256")
    issuer.id = did_jwk(issuer)
    issuer.instead[LIST] = issuer.sign(issuer.status_list(), kid=issuer.id, typ="vc+jwt").encode()
    assert word(ask(issuer, issuer.sign(issuer.claims(), kid=issuer.id), **OF_A_DID)) == "valid: ok"


def test_the_published_example_of_a_did_key_is_read() -> None:
    # did:key §7.1, Ed25519; the key in hexadecimal is that of the specification's own test vectors
    keys = did.keys_of("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp")
    raw = keys[""].key.public_bytes_raw()
    assert raw.hex() == "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"


def test_a_did_that_nobody_knows_and_one_that_cannot_be_looked_up(ask: Ask, foreign: ForeignIssuer) -> None:
    unknown = foreign.sign(foreign.claims(issuer="did:key:z6Mk", iss="did:key:z6Mk"))
    assert word(ask(foreign, unknown)) == "unchecked: unknown_issuer"
    for name in ("did:web:badges.example", "did:ion:abc"):
        verdict = ask(foreign, foreign.sign(foreign.claims(issuer=name, iss=name)))
        assert (word(verdict), code(verdict)) == ("unchecked: unsupported_format", "did_method")
        assert name[:7] in answer_in(words_in("en"), verdict).means
    assert foreign.asked == []


@given(st.text(max_size=100) | st.text(alphabet=did.BASE58, max_size=130), st.sampled_from(["", *did.METHODS]))
def test_noise_in_a_did_raises_nothing_but_our_own_error(noise: str, method: str) -> None:
    with pytest.raises(MalformedKey):
        did.keys_of(f"{method}z{noise}")


# The first data model


def legacy(issuer: ForeignIssuer) -> dict[str, Any]:
    now = issuer.claims()
    inner = {name: now[name] for name in ("type", "credentialSubject", "credentialStatus")}
    inner |= {"@context": ["https://www.w3.org/2018/credentials/v1"], "issuer": now["issuer"]}
    inner |= {"issuanceDate": now["validFrom"]}
    return {"vc": inner, "iss": issuer.id, "nbf": now["nbf"], "jti": now["id"], "sub": now["sub"]}


def test_a_token_of_the_first_data_model_is_read_and_marked(ask: Ask, foreign: ForeignIssuer) -> None:
    verdict = ask(foreign, foreign.sign(legacy(foreign)))
    assert word(verdict) == "valid: ok"
    assert verdict.credential and verdict.credential.legacy
    assert verdict.credential.id == "https://badges.example/assertions/42"
    for language in LANGUAGES:
        assert [row for row in answer_in(words_in(language), verdict).rows if row.key == "form" and "1.1" in row.note]


def test_early_open_badges_have_the_old_names_of_dates_without_a_vc(ask: Ask, foreign: ForeignIssuer) -> None:
    claims = foreign.claims(issuanceDate=foreign.claims()["validFrom"], validFrom=None)
    claims["@context"] = ["https://www.w3.org/2018/credentials/v1"]
    verdict = ask(foreign, foreign.sign(claims))
    assert word(verdict) == "valid: ok"
    assert verdict.credential and verdict.credential.legacy


def test_the_first_data_models_expiry_is_honoured(ask: Ask, foreign: ForeignIssuer, clock: Clock) -> None:
    past = clock() - timedelta(hours=1)
    only_claim = legacy(foreign) | {"exp": int(past.timestamp())}
    only_property = legacy(foreign)
    only_property["vc"]["expirationDate"] = past.isoformat()
    for claims in (only_claim, only_property):
        assert word(ask(foreign, foreign.sign(claims))) == "invalid: expired"


@pytest.mark.parametrize(
    ("outer", "inner", "fault"),
    [
        ({"vc": []}, {}, "claims_missing"),
        ({"issuer": ID}, {}, "claims_disagree"),
        ({"credentialSubject": {}}, {}, "claims_disagree"),
        ({"nbf": 5}, {}, "claims_disagree"),
        ({"jti": "https://badges.example/assertions/9"}, {"id": "https://badges.example/assertions/8"}, "claims_disagree"),
        ({"iss": "https://badges.example/issuers/8"}, {}, "claims_disagree"),
        ({}, {"validFrom": "2026-01-01T00:00:00Z"}, "claims_disagree"),
        ({}, {"issuanceDate": "yesterday"}, "claims_date"),
    ],
)  # fmt: skip
def test_a_token_of_the_first_data_model_cannot_say_two_things(
    ask: Ask, foreign: ForeignIssuer, outer: dict[str, Any], inner: dict[str, Any], fault: str
) -> None:
    claims = legacy(foreign)
    claims["vc"] |= inner
    assert code(ask(foreign, foreign.sign(claims | outer))) == fault


# What cannot be checked yet


def jwt_like(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
    return ".".join([*parts, "c2ln"])


VC = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"]}
OTHERS: dict[str, tuple[str | bytes, str]] = {
    "Data Integrity": (json.dumps({**VC, "proof": {"type": "DataIntegrityProof"}}), "data_integrity"),
    "JSON without proof": (json.dumps(VC), "unsecured"),
    "an envelope": (json.dumps({**VC, "type": "EnvelopedVerifiableCredential"}), "enveloped"),
    "a presentation in JSON": (json.dumps({**VC, "type": ["VerifiablePresentation"]}), "presentation"),
    "a presentation in a token": (jwt_like({"alg": "ES256", "typ": "JWT"}, {"vp": {}}), "presentation"),
    "a presentation by its type": (jwt_like({"alg": "ES256", "typ": "vp+jwt"}, {}), "presentation"),
    "SD-JWT": (jwt_like({"alg": "ES256", "typ": "dc+sd-jwt"}, {}) + "~WyJh~", "sd_jwt"),
    "SD-JWT without disclosures": (jwt_like({"alg": "ES256", "typ": "vc+sd-jwt"}, {}), "sd_jwt"),
    "an encrypted token": ("eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA", "jwe"),
    "a JWS in JSON": ('{"payload":"e30","signatures":[]}', "jws_json"),
    "Open Badges 2.0": ('{"@context":"https://w3id.org/openbadges/v2","type":"Assertion"}', "open_badges_2"),
    "COSE": (b"\xd2\x84\x43\xa1\x01\x26\xa0\xff", "cose"),
    "an mdoc": (b"\xa2gdocTypeuorg.iso.18013.5.1.mDL\xff", "cose"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_another_kind_of_credential_is_named_and_not_judged(
    ask: Ask, foreign: ForeignIssuer, other: tuple[str | bytes, str]
) -> None:
    verdict = ask(foreign, other[0])
    assert (word(verdict), code(verdict)) == ("unchecked: unsupported_format", other[1])
    for language in LANGUAGES:
        assert words_in(language).texts[f"format.{other[1]}"] in answer_in(words_in(language), verdict).means
    assert foreign.asked == []


def test_the_w3cs_own_inputs_are_never_green_and_never_a_crash(
    ask: Ask, foreign: ForeignIssuer, conformance: Path
) -> None:
    files = sorted((conformance / "vcdm2-vectors").glob("*.json")) + sorted(
        (conformance / "ob3-examples").glob("*.json")
    )
    assert len(files) > 100
    for file in files:
        given_as_it_is = ask(foreign, file.read_bytes())
        assert word(given_as_it_is) in {"unchecked: unsupported_format", "unchecked: not_recognised"}, file.name
        claims = json.loads(file.read_bytes())
        for signed in (claims, {**claims, "issuer": ID}, {**claims, "issuer": ID, "iss": ID}):
            for typ in ("vc+jwt", "JWT"):
                verdict = ask(foreign, foreign.sign(signed, typ=typ))
                assert verdict.verdict != "valid", file.name
                assert answer_in(words_in("en"), verdict).means


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = ["id", "issuer", "credentialSubject", "name", "awardedDate", "validFrom", "validUntil", "nbf", "exp"]
SUBJECT = st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "identifier", "name", "achievement", "result"), JSON))


@given(st.dictionaries(st.sampled_from(MEMBERS), JSON), JSON | SUBJECT | st.lists(SUBJECT, max_size=2), JSON)
def test_claims_of_any_shape_are_put_into_words_without_a_crash(
    claims: dict[str, Any], subject: Any, version: Any
) -> None:
    signed = signed_claims({**claims, "credentialSubject": subject}, version if isinstance(version, dict) else {})
    assert all(isinstance(name, str) for name in signed.names)
