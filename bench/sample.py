"""What is measured: a credential that the real issuer issued, with everything a real one has."""

import tempfile
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from credential import proof, status
from credential.jwks import PublicKey, read_key
from credential.wording import Wording
from issuer import achievements, organisations
from issuer.completions import read_completion
from issuer.credentials.certificate import worded
from issuer.credentials.issue import issue
from issuer.service import open_service
from issuer.settings import settings_from
from keys.keyring import KeySigner

__all__ = ["Sample", "take_sample"]

DEMO = Path(__file__).parent.parent / "demo"
COMPLETION = {
    "completion_id": "bench-1",
    "achievement": "data-analysis",
    "name": "欧阳雨泽",
    "romanised_name": "Ouyang Yuze",
    "email": "ouyang.yuze@learner.example",
    "started_on": "2026-03-02",
    "completed_on": "2026-11-15",
    "score": "88",
}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The document, its token, what it says, the key that signed it, a status list with one entry in a hundred revoked."""

    document: bytes
    token: str
    wording: Wording
    signer: KeySigner
    key: PublicKey
    list_document: bytes


def take_sample() -> Sample:
    """Issue one credential with an issuer that lives for this long only."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_from({"ISSUER_DATA_DIR": folder, "ISSUER_PUBLIC_URL": "https://credentials.example"})
        service = open_service(settings, lambda: datetime(2026, 11, 21, 18, tzinfo=UTC))
        organisation = tomllib.loads((DEMO / "organisation.toml").read_text(encoding="utf-8"))
        organisations.create(service, organisation, DEMO)
        achievement = tomllib.loads((DEMO / "achievements" / "data-analysis.toml").read_text(encoding="utf-8"))
        achievements.publish(service, organisation["id"], achievement)
        credential = issue(service, organisation["id"], read_completion(COMPLETION, service.now())).credential
        signer = service.keyrings.signer(organisation["id"], credential.key_id)
        published = organisations.public_jwks(service, organisation["id"])[0]
        with service.database.reading() as session:
            words = worded(session, credential)
        service.database.engine.dispose()
    revoked = range(0, status.LENGTH, 100)
    return Sample(
        document=credential.document,
        token=proof.sign(credential.document, signer),
        wording=words,
        signer=signer,
        key=read_key(published),
        list_document=status.list_document(
            "https://credentials.example/l", "https://x.example", revoked, service.now()
        ),
    )
