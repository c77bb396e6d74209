"""An issuer as small as can be, which signs what no real issuer would: hostile claims, odd dates."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from credential import code as codes
from credential import document, proof, qr, reader, status
from credential.jwks import public_jwk, thumbprint
from keys.keyring import KeySigner

DICTIONARY = b"{}"  # of little use, and good enough


class SmallIssuer:
    """An issuer on a port of this machine: signs what a test wants, publishes a status list in which entry 7 is revoked."""

    def __init__(self, folder: Path) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.id = f"{self.url}/orgs/glimmer"
        self.code = codes.new("WG")
        self.asked: list[str] = []
        private = ec.generate_private_key(ec.SECP256R1())
        jwk = public_jwk(private.public_key())
        self.key = KeySigner(f"{self.id}/keys/{thumbprint(jwk)}", private)
        entry = {
            "id": self.id,
            "tag": "WG",
            "service": f"{self.url}/",
            "name": {"zh-Hans": "微光学院", "en": "Glimmer Academy"},
            "url_prefix": f"{self.url}/",
            "jwks": {"keys": [jwk | {"kid": self.key.kid}]},
            "since": "2026-01-01",
        }
        self.directory = folder / "directory.json"
        self.directory.write_text(json.dumps({"issuers": [entry]}))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(
        self,
        *,
        name: str = "欧阳雨泽",
        achievement: str = "数据分析微专业",
        organisation: str = "微光学院",
        score: str = "88",
        email: str = "",
        index: int = 3,
    ) -> str:
        """A signed credential."""
        now = datetime.now(UTC) - timedelta(days=1)
        list_url = f"{self.id}/status/1"
        described = document.ResultDescription(id=f"{self.id}/a#score", name="成绩", result_type="RawScore")
        credential_id = f"{self.url}/credentials/{self.code}"
        what = document.Credential(
            id=credential_id,
            name=achievement,
            issuer=document.Profile(id=self.id, name=organisation),
            valid_from=document.moment(now),
            awarded_date=document.moment(now),
            credential_subject=document.AchievementSubject(
                id="urn:uuid:9d6f6b0e-2f6a-4a58-9a25-0d3a3f8c3a11",
                identifier=(
                    document.name_identifier(name),
                    *([document.hashed_email(email, "266970cc1f51a14a")] if email else []),
                ),
                achievement=document.Achievement(
                    id=f"{self.id}/a",
                    achievement_type="MicroCredential",
                    name=achievement,
                    description="…",
                    criteria=document.Criteria(narrative="…"),
                    in_language="zh-Hans",
                    version="1",
                    result_description=(described,),
                ),
                result=(document.Result(result_description=described.id, value=score),),
            ),
            related_resource=(),
            credential_status=document.StatusEntry(
                id=f"{list_url}#{index}", status_list_index=str(index), status_list_credential=list_url
            ),
            iss=self.id,
            jti=credential_id,
            sub="urn:uuid:9d6f6b0e-2f6a-4a58-9a25-0d3a3f8c3a11",
            nbf=int(now.timestamp()),
        )
        return proof.sign(document.encode(what), self.key)

    def qr(self, *, index: int = 3) -> str:
        """What the QR code of a signed credential holds."""
        return f"https://verify.example/v/{self.code}#{qr.pack(reader.read(self.token(index=index)), DICTIONARY)}"

    def answer(self, path: str) -> bytes | None:
        """What is published at `path`."""
        self.asked.append(path)
        if path == "/orgs/glimmer/status/1":
            made = status.list_document(f"{self.id}/status/1", self.id, [7], datetime.now(UTC))
            return proof.sign(made, self.key, typ="vc+jwt").encode()
        if path == f"/dictionaries/{qr.dictionary_id(DICTIONARY)}":
            return DICTIONARY
        return self.token().encode() if path == f"/credentials/{self.code}.jwt" else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = issuer.answer(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
