"""A real issuer in process with genuine certificates of every design, and the forger beside it.

The forger has all that strangers have: the certificates, the published keys, and our own software, which draws a forged
certificate as well as a genuine one. What the forger has not is the issuer's key.
"""

import csv
import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from litestar.testing import TestClient

from credential import proof, reader
from credential.phrases import BILINGUAL, RENDITIONS
from credential.wording import wording
from issuer import achievements, organisations
from issuer.app import create_app
from issuer.certificate.pool import Pool
from issuer.completions import read_completion
from issuer.credentials.certificate import qr_address
from issuer.credentials.issue import issue
from issuer.credentials.renditions import made
from issuer.looks import brand_of, design_of, look_of
from issuer.service import Service, open_service
from issuer.settings import Settings
from issuer.tables import Credential
from verifier.directory import Directory, read_directory

__all__ = ["CLOUDBRIDGE", "GLIMMER", "HOST", "ISSUED", "NOW", "VERIFIER", "Workshop"]

HOST = "https://credentials.glimmer.example"
VERIFIER = "https://verify.glimmer.example"
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ISSUED = NOW - timedelta(days=2)
DEMO = Path(__file__).parent.parent.parent / "demo"
VICTIM = "陈静"  # whose certificate is forged most often
GLIMMER, CLOUDBRIDGE = "glimmer", "cloudbridge"
OTHER = {
    "id": CLOUDBRIDGE,
    "tag": "WG",
    "url": "https://cloudbridge.example",
    "name": {"zh-Hans": "云桥开放大学", "en": "Cloudbridge Open University"},
    "signatories": [{"zh-Hans": "高远 校长", "en": "Gao Yuan, President"}],
}
COURSE = {
    "slug": "short-course",
    "type": "CertificateOfCompletion",
    "name": "短期课程",
    "description": "一门短期课程。",
    "criteria": "完成全部课程。",
    "hours": "8",
}
Edit = Callable[[dict[str, Any]], object]


class Workshop:
    """The issuer's clock may be set; certificates of the demo's roster are issued and drawn when they are first used."""

    def __init__(self, folder: Path, drawing: Pool, cache_dir: Path) -> None:
        self.now = ISSUED
        self.folder = folder
        data = folder / "issuer"
        settings = Settings(
            host="127.0.0.1",
            port=8000,
            public_url=HOST,
            verifier_url=VERIFIER,
            data_dir=data,
            keys_dir=data / "keys",
            cache_dir=cache_dir,
            files_url=(data / "files").as_uri(),
            database_url=f"sqlite:///{data / 'issuer.db'}",
            passphrase=None,
        )
        self.service: Service = open_service(settings, lambda: self.now, drawing)
        organisations.create(self.service, _toml(DEMO / "organisation.toml"), DEMO)
        organisations.create(self.service, OTHER)
        for file in sorted((DEMO / "achievements").glob("*.toml")):
            achievements.publish(self.service, GLIMMER, _toml(file))
        achievements.publish(self.service, CLOUDBRIDGE, COURSE)
        self._app = TestClient(create_app(settings, lambda: self.now, drawing), base_url=HOST)
        self._app.__enter__()
        with (DEMO / "roster.csv").open(encoding="utf-8") as rows:
            self._roster = {row["name"]: row for row in csv.DictReader(rows)}
        self._roster[VICTIM] = self._roster["王芳"] | {"name": VICTIM, "romanised_name": ""}
        self._issued: dict[tuple[str, str], Credential] = {}
        self.credential(VICTIM)
        self.now = NOW

    def close(self) -> None:
        """Stop the issuer."""
        self._app.__exit__(None, None, None)

    def published(self, url: str) -> bytes | None:
        """What the issuer answers at an address of its own; None where it has nothing there."""
        answer = self._app.get(url)
        return answer.content if answer.status_code == 200 else None

    @property
    def directory(self) -> Directory:
        """A verifier's directory that knows both organisations."""
        with self.service.database.reading() as session:
            entries = [organisations.directory_entry(self.service, each) for each in organisations.listed(session)]
        file = self.folder / "directory.json"
        file.write_text(json.dumps({"issuers": entries}, default=str))
        return read_directory(file)

    # What is genuine

    def credential(self, name: str, *, organisation: str = GLIMMER, **changes: Any) -> Credential:
        """The credential of a learner of the roster, or of anybody where the changes say for what; issued once."""
        key = f"{organisation} {name} {sorted(changes.items())}", name
        if key not in self._issued:
            completion = read_completion(self._completion(name, len(self._issued)) | changes, self.service.now())
            # The same code every time: what can be read of it on a picture of a page depends on its letters.
            with patch("secrets.token_bytes", Random(key[0]).randbytes):
                self._issued[key] = issue(self.service, organisation, completion).credential
        return self._issued[key]

    def token(self, name: str) -> str:
        """A learner's token."""
        return self.credential(name).token or ""

    def qr(self, name: str) -> str:
        """What the QR code of a learner's certificate holds."""
        return qr_address(self.service, self.credential(name))

    def genuine(self, who: str | Credential, rendition: str = BILINGUAL) -> bytes:
        """A learner's certificate as its issuer gives it out."""
        return made(self.service, self.credential(who) if isinstance(who, str) else who, rendition)

    def badge(self, name: str) -> bytes:
        """A learner's badge: a PNG with the token in it."""
        return made(self.service, self.credential(name), "badge")

    def signed(self, credential: Credential, organisation: str, **changes: Any) -> str:
        """The credential with some members changed, signed by a known issuer."""
        document = json.dumps({**json.loads(credential.document), **changes}, ensure_ascii=False).encode()
        return proof.sign(document, self.signer(organisation))

    def signer(self, organisation: str) -> Any:
        """The key that an organisation signs with now."""
        return self.service.keyrings.signer(organisation, self.service.keyrings.active(organisation).id)

    def status_list(self, credential: Credential) -> str:
        """The address of the list that says whether a credential stands."""
        return self.service.addresses.status_list(credential.organisation_id, credential.list_id)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """The issuer acts at another moment."""
        before, self.now = self.now, moment
        yield
        self.now = before

    # What the forger draws

    def drawn(
        self,
        who: str | Credential,
        edit: Edit = lambda claims: None,
        *,
        token: str | None = None,
        qr: str | None = None,
        rendition: str = BILINGUAL,
        **changed: Any,
    ) -> bytes:
        """A learner's certificate drawn anew from edited claims, or with `changed` words, on another token or QR code.

        It looks in every way as the issuer's own would: it was drawn by the same software.
        """
        credential = self.credential(who) if isinstance(who, str) else who
        genuine = credential.token or ""
        claims = deepcopy(reader.read(genuine).claims)
        edit(claims)
        with self.service.database.reading() as session:
            version = achievements.of(session, credential)
            look = look_of(version)
        words = wording(claims, json.loads(version.document), RENDITIONS[rendition])
        return self.service.drawing.render(
            replace(words, **changed),
            token or genuine,
            verify_url=qr or qr_address(self.service, credential),
            issued_at=ISSUED,
            cache=self.service.settings.cache_dir,
            design=design_of(self.service, look.certificate),
            brand=brand_of(self.service, look),
        )

    def _completion(self, name: str, number: int) -> dict[str, Any]:
        row = self._roster.get(name, {"name": name})
        flat = {key: value for key, value in row.items() if value and not key.startswith("scores.")}
        scores = {
            key.removeprefix("scores."): value for key, value in row.items() if value and key.startswith("scores.")
        }
        return flat | ({"scores": scores} if scores else {}) | {"completion_id": f"gallery-{number}"}


@cache
def _toml(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
