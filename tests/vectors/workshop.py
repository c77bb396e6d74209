"""The tools that vectors are made with: throw-away keys, claims, tokens and lists, the same bytes wherever they are made.

Nothing of the project is used here, so that a fault of ours cannot be in both the vectors and what they test. The keys are
the numbers 1, 2, 3 …: worth nothing to anyone.
"""

import hmac
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Claims = dict[str, Any]

AT = "2026-11-21T18:00:00Z"
HOST = "https://credentials.example"
ISSUER = f"{HOST}/orgs/glimmer"
OTHER = "https://other.example/orgs/other"
LIST = f"{ISSUER}/status/k3v9"
KEY_SET = f"{ISSUER}/jwks.json"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256

PINNED, ROTATED, OTHERS, STRANGERS = (ec.derive_private_key(number, ec.SECP256R1()) for number in (1, 2, 3, 4))


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def pretty(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def next_letter(letter: str) -> str:
    """The next letter of the base64url alphabet: the same bytes where only spare bits differ."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(letter) ^ 1]


def to_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    point = key.public_key().public_numbers()
    return {"crv": "P-256", "kty": "EC", "x": b64(point.x.to_bytes(32, "big")), "y": b64(point.y.to_bytes(32, "big"))}


def kid(key: ec.EllipticCurvePrivateKey, issuer: str = ISSUER) -> str:
    return f"{issuer}/keys/{b64(sha256(to_json(jwk(key))).digest())}"


def published_key(key: ec.EllipticCurvePrivateKey, issuer: str = ISSUER) -> dict[str, str]:
    return {**jwk(key), "kid": kid(key, issuer), "alg": "ES256", "use": "sig"}


def signature(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def header(**changed: Any) -> Claims:
    """The header of a genuine token; what is None is left out."""
    made = {"alg": "ES256", "kid": kid(PINNED), "typ": "JWT", **changed}
    return {name: value for name, value in made.items() if value is not None}


def token(payload: Claims | bytes, head: Claims | bytes | None = None, key: ec.EllipticCurvePrivateKey = PINNED) -> str:
    """A token signed with `key`, whatever its parts are: also what no issuer would sign."""
    heading = header() if head is None else head
    parts = [part if isinstance(part, bytes) else to_json(part) for part in (heading, payload)]
    signing_input = ".".join(map(b64, parts))
    return f"{signing_input}.{b64(signature(key, signing_input.encode()))}"


def twin(genuine: str) -> str:
    """The other valid signature of the same content: ECDSA takes s and the group's order less s."""
    signing_input, _, given = genuine.rpartition(".")
    raw = unb64(given)
    other = ORDER - int.from_bytes(raw[32:], "big")
    return f"{signing_input}.{b64(raw[:32] + other.to_bytes(32, 'big'))}"


def hmac_with_public_key(payload: Claims) -> str:
    pem = PINNED.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signing_input = f"{b64(to_json(header(alg='HS256')))}.{b64(to_json(payload))}"
    return f"{signing_input}.{b64(hmac.digest(pem, signing_input.encode(), 'sha256'))}"


def claims(**changed: Any) -> Claims:
    """The claims of a genuine credential; what is None is left out."""
    achievement = f"{ISSUER}/achievements/data-analysis/1"
    address = f"{HOST}/credentials/WG-7K4M9QXT2D8HC5RF"
    subject = f"{address}#learner"
    made = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "数据分析微专业 · 结业证书",
        "issuer": {"id": ISSUER, "type": ["Profile"], "name": "微光学院"},
        "validFrom": "2026-11-20T18:00:00Z",
        "awardedDate": "2026-11-20T00:00:00Z",
        "credentialSubject": {
            "id": subject,
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityType": "name", "identityHash": "欧阳雨泽"}
            ],
            "achievement": {
                "id": achievement,
                "type": ["Achievement"],
                "achievementType": "MicroCredential",
                "name": "数据分析微专业",
                "description": "从数据采集到统计建模。",
                "criteria": {"narrative": "通过期末考核。"},
                "inLanguage": "zh-Hans",
                "version": "1",
            },
        },
        "credentialStatus": entry(3),
        "iss": ISSUER,
        "jti": address,
        "sub": subject,
        "nbf": 1795197600,
    }
    return {name: value for name, value in {**made, **changed}.items() if value is not None}


def entry(index: Any, **changed: Any) -> Claims:
    return {
        "id": f"{LIST}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index) if isinstance(index, int) else index,
        "statusListCredential": LIST,
        **changed,
    }


def list_claims(encoded: str, **changed: Any) -> Claims:
    """The claims of a status list credential signed half an hour before `AT`; `subject` changes its subject."""
    subject = {
        "id": f"{LIST}#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": encoded,
        "ttl": 300000,
        **changed.pop("subject", {}),
    }
    made = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-11-21T17:30:00Z",
        "validUntil": "2026-11-22T17:30:00Z",
        "credentialSubject": subject,
    }
    return {name: value for name, value in {**made, **changed}.items() if value is not None}


def status_list(
    encoded: str, key: ec.EllipticCurvePrivateKey = PINNED, head: Claims | None = None, **changed: Any
) -> str:
    return token(list_claims(encoded, **changed), head or header(typ="vc+jwt"), key)


def packed(start: bytes = b"", end: bytes = b"", length: int = 16_384) -> bytes:
    """The gzip form of `start`, zeros and `end`, `length` bytes in all.

    Written by hand with DEFLATE's fixed codes (RFC 1951 §3.2.6): programs that compress differ in what they write.
    """
    bits: list[int] = [1, 1, 0]  # the last block, fixed codes

    def code(value: int, size: int) -> None:
        bits.extend(value >> place & 1 for place in reversed(range(size)))

    def literal(byte: int) -> None:
        code(0x30 + byte, 8) if byte < 144 else code(0x190 + byte - 144, 9)

    for byte in start:
        literal(byte)
    zeros = length - len(start) - len(end)
    literal(0)
    for _ in range((zeros - 1) // 258):
        code(0b11000101, 8)  # 258 bytes …
        code(0, 5)  # … as the one before
    for _ in range((zeros - 1) % 258):
        literal(0)
    for byte in end:
        literal(byte)
    code(0, 7)
    bits.extend([0] * (-len(bits) % 8))
    deflated = bytes(sum(bit << place for place, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits), 8))
    plain = start + bytes(zeros) + end
    trailer = zlib.crc32(plain).to_bytes(4, "little") + len(plain).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + deflated + trailer


def encoded_list(start: bytes = b"", end: bytes = b"", length: int = 16_384) -> str:
    return "u" + b64(packed(start, end, length))


def directory() -> Claims:
    """Two known issuers; of the first, one key is pinned and a newer one is only in its published key set."""
    return {
        "issuers": [
            {
                "id": ISSUER,
                "tag": "WG",
                "service": f"{HOST}/",
                "name": {"zh-Hans": "微光学院", "en": "Glimmer Academy"},
                "url_prefix": f"{HOST}/",
                "jwks": {"keys": [published_key(PINNED)]},
                "jwks_uri": KEY_SET,
                "since": "2026-01-01",
            },
            {
                "id": OTHER,
                "tag": "OT",
                "service": "https://other.example/",
                "name": {"en": "Another College"},
                "url_prefix": "https://other.example/",
                "jwks": {"keys": [published_key(OTHERS, OTHER)]},
                "since": "2026-01-01",
            },
        ]
    }


def published() -> dict[str, str]:
    """What the first issuer publishes: its keys, and a list in which entry 7 alone is revoked."""
    keys = {"keys": [published_key(PINNED), published_key(ROTATED)]}
    return {KEY_SET: to_json(keys).decode(), LIST: status_list(encoded_list(b"\x01"))}
