"""An issuer of other software, in this process: signs with another library, and publishes what a test wants it to."""

import gzip
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from joserfc import jwk, jws

from verifier.directory import Directory, read_directory
from verifier.errors import NotPublished, Unreachable
from verifier.published.fetch import Fetcher

ID = "https://badges.example/issuers/7"
KID = f"{ID}/keys/one"
LIST = "https://badges.example/lists/1"
ALGORITHMS = ["ES256", "ES384", "RS256", "EdDSA", "HS256"]
Key = jwk.ECKey | jwk.RSAKey | jwk.OKPKey


def new_key(alg: str, **options: Any) -> Key:
    """A throw-away key for a JOSE algorithm."""
    if alg == "RS256":
        return jwk.RSAKey.generate_key(options.get("bits", 2048))
    if alg == "EdDSA":
        return jwk.OKPKey.generate_key("Ed25519")
    return jwk.ECKey.generate_key({"ES256": "P-256", "ES384": "P-384"}[alg])


def public(key: Key) -> dict[str, Any]:
    """The bare public JWK."""
    return {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}


class ForeignIssuer(Fetcher):
    """Answers for `https://badges.example/`. `instead` replaces an answer, `down` takes them all away."""

    def __init__(self, clock: Callable[[], datetime], alg: str = "ES256", issuer_id: str = ID) -> None:
        self.clock = clock
        self.id = issuer_id
        self.keys: dict[str, tuple[str, Key]] = {KID: (alg, new_key(alg))}
        self.states: dict[str, Any] = {}
        self.revoked: set[int] = set()
        self.confirmed: set[str] = set()
        self.confirming = f"{ID}/keys/two"
        self.confirmed_at = timedelta()
        self.instead: dict[str, bytes | None] = {}
        self.asked: list[str] = []
        self.down = False

    def entry(self, **other: Any) -> dict[str, Any]:
        """Its entry in a directory: keys pinned, and published."""
        keys = [{**public(key), "kid": kid} for kid, (_, key) in self.keys.items()]
        return {
            "id": self.id,
            "name": {"en": "Badges Inc."},
            "url_prefix": "https://badges.example/",
            "jwks": {"keys": keys},
            "jwks_uri": f"{ID}/jwks.json",
            "since": "2026-01-01",
        } | other

    def directory(self, folder: Path, **other: Any) -> Directory:
        """A verifier's directory that knows this issuer; a member that is None is left out."""
        entry = {name: value for name, value in self.entry(**other).items() if value is not None}
        file = folder / "directory.json"
        file.write_text(json.dumps({"issuers": [entry]}))
        return read_directory(file)

    def claims(self, *, registered: bool = True, **other: Any) -> dict[str, Any]:
        """A badge as other software makes it; with the claims that OB 3.0 §8.2.2 asks for in a JWT."""
        begun = self.clock() - timedelta(days=1)
        made: dict[str, Any] = {
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://badges.example/context.json"],
            "id": "https://badges.example/assertions/42",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": self.id, "type": "Profile", "name": "Badges Inc.", "image": "https://badges.example/i"},
            "validFrom": begun.isoformat(),
            "credentialSubject": {
                "id": "mailto:someone@learner.example",
                "type": "AchievementSubject",
                "identifier": [{"type": "IdentityObject", "identityType": "name", "identityHash": "Ana Souza"}],
                "achievement": {"id": f"{ID}/a/1", "type": "Achievement", "name": "Welding", "tag": ["x"]},
            },
            "credentialStatus": {
                "id": f"{LIST}#3",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": "3",
                "statusListCredential": LIST,
            },
        }
        if registered:
            made |= {"iss": self.id, "jti": made["id"], "sub": "mailto:someone@learner.example"}
            made |= {"nbf": int(begun.timestamp())}
        return {name: value for name, value in (made | other).items() if value is not None}

    def sign(
        self, claims: Any, *, kid: str | None = KID, key: str = KID, typ: str | None = "JWT", **header: Any
    ) -> str:
        """A token by the key `key`, which says that it is by `kid`."""
        alg, private = self.keys[key]
        said = {"alg": alg, "kid": kid, "typ": typ} | header
        payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        present = {name: value for name, value in said.items() if value is not None}
        return jws.serialize_compact(present, payload, private, algorithms=ALGORITHMS)

    def status_list(self, **subject: Any) -> dict[str, Any]:
        """The claims of its status list."""
        bits = bytearray(16_384)
        for index in self.revoked:
            bits[index // 8] |= 0x80 >> index % 8
        encoded = "u" + urlsafe_b64encode(gzip.compress(bytes(bits))).rstrip(b"=").decode()
        return {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": LIST,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.id,
            "validFrom": self.clock().isoformat(),
            "validUntil": (self.clock() + timedelta(hours=1)).isoformat(),
            "credentialSubject": {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": encoded}
            | subject,
        }

    def confirmation(self, kid: str, prefix: str, /, **other: Any) -> str:
        """What it says that it signed itself with a compromised key."""
        at = int((self.clock() + self.confirmed_at).timestamp())
        hashes = sorted(digest for digest in self.confirmed if digest.startswith(prefix))
        said = {"iss": self.id, "kid": kid, "prefix": prefix, "sha256": hashes, "iat": at} | other
        return self.sign(said, kid=self.confirming, key=self.confirming, typ="confirmed+jwt")

    async def get(self, url: str, accept: str = "*/*") -> bytes:
        self.asked.append(url)
        if self.down:
            raise Unreachable(f"{url} cannot be reached.")
        body = self.instead[url] if url in self.instead else self._published(url)
        if body is None:
            raise NotPublished(f"{url} is not there.")
        return body

    def _published(self, url: str) -> bytes | None:
        if url == f"{ID}/jwks.json":
            keys = [{**public(key), "kid": kid} for kid, (_, key) in self.keys.items()]
            return json.dumps({"keys": keys, "states": self.states}).encode()
        if url == LIST:
            # The newest key signs lists, as an issuer would have it whose first one was stolen.
            newest = list(self.keys)[-1]
            return self.sign(self.status_list(), kid=newest, key=newest, typ="vc+jwt").encode()
        if "/confirmed/" in url and self.confirming in self.keys:
            key, _, prefix = url.partition("/confirmed/")
            return self.confirmation(key, prefix).encode()
        return None


def hashed(token: str) -> str:
    """The name of a token in confirmations."""
    return sha256(token.rpartition(".")[0].encode()).hexdigest()
