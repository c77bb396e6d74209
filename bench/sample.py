"""What is measured: a credential that the real issuer issued, with everything a real one has."""

import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
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
from issuer.service import Service, open_service
from issuer.settings import settings_from
from keys.keyring import KeySigner

__all__ = ["COMPLETION", "Sample", "demo_issuer", "learner", "set_up", "take_sample"]

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
# Ten surnames and 24 syllables, two of them a given name: 5,760 learners.
SURNAMES = (
    ("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"), ("杨", "Yang"), ("赵", "Zhao"),
    ("黄", "Huang"), ("周", "Zhou"), ("吴", "Wu"),
)  # fmt: skip
GIVEN = (
    ("雨", "yu"), ("泽", "ze"), ("明", "ming"), ("丽", "li"), ("芳", "fang"), ("伟", "wei"), ("静", "jing"),
    ("敏", "min"), ("强", "qiang"), ("磊", "lei"), ("洋", "yang"), ("勇", "yong"), ("杰", "jie"), ("娟", "juan"),
    ("涛", "tao"), ("超", "chao"), ("霞", "xia"), ("平", "ping"), ("刚", "gang"), ("桂", "gui"), ("英", "ying"),
    ("华", "hua"), ("玉", "yu"), ("梅", "mei"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The document, its token, what it says, the key that signed it, a status list with one entry in a hundred revoked."""

    document: bytes
    token: str
    wording: Wording
    signer: KeySigner
    key: PublicKey
    list_document: bytes


@contextmanager
def demo_issuer() -> Iterator[tuple[Service, str]]:
    """An issuer with the demo's organisation, whose id it gives, and one achievement. It lives for this long only."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_from({"ISSUER_DATA_DIR": folder, "ISSUER_PUBLIC_URL": "https://credentials.example"})
        service = open_service(settings, lambda: datetime(2026, 11, 21, 18, tzinfo=UTC))
        yield service, set_up(service, COMPLETION["achievement"])
        service.database.engine.dispose()


def set_up(service: Service, achievement: str) -> str:
    """Give a new issuer the demo's organisation, whose id is the answer, and one of its achievements."""
    described = tomllib.loads((DEMO / "organisation.toml").read_text(encoding="utf-8"))
    organisation = organisations.create(service, described, DEMO).id
    awarded = tomllib.loads((DEMO / "achievements" / f"{achievement}.toml").read_text(encoding="utf-8"))
    achievements.publish(service, organisation, awarded)
    return organisation


def learner(number: int) -> tuple[str, str]:
    """The name of a learner, and how it is romanised; the same number, the same name."""
    number, surname = divmod(number, len(SURNAMES))
    second, first = divmod(number, len(GIVEN))
    name = SURNAMES[surname], GIVEN[first], GIVEN[second % len(GIVEN)]
    family, *given = (latin for _, latin in name)
    return "".join(han for han, _ in name), f"{family} {''.join(given).title()}"


def take_sample() -> Sample:
    """Issue one credential."""
    with demo_issuer() as (service, organisation_id):
        credential = issue(service, organisation_id, read_completion(COMPLETION, service.now())).credential
        signer = service.keyrings.signer(organisation_id, credential.key_id)
        published = organisations.public_jwks(service, organisation_id)[0]
        with service.database.reading() as session:
            words = worded(session, credential)
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
