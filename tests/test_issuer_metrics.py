"""What the issuer tells those who run it, and nobody else."""

import json
import shutil
from collections import Counter
from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families

from issuer.app import create_app
from issuer.certificate import Undrawable
from issuer.certificate.pool import WAYS, Pool
from issuer.service import Service
from tests.conftest import CACHE, COMPLETION, Clock
from tests.facing import asgi
from tests.small_issuer import SmallIssuer
from tests.test_certificate import TOKEN, WORDING, zh
from tests.test_issuer_api import report
from tests.test_pool import HERE
from verifier.app import create_app as create_verifier
from verifier.settings import settings_from

INSIDE = "10.1.2.3"


def answer_to(app: Litestar, peer: str, headers: list[tuple[bytes, bytes]] | None = None) -> tuple[int, str]:
    start, *parts = asgi(app, "GET", "/metrics", headers=[(b"host", b"127.0.0.1:8001"), *(headers or [])], peer=peer)
    return start["status"], b"".join(part["body"] for part in parts).decode()


def counted(app: Litestar) -> Counter[str]:
    """What was counted so far, by name and labels; how long it took is left out."""
    found: Counter[str] = Counter()
    for family in text_string_to_metric_families(answer_to(app, INSIDE)[1]):
        for name, labels, value, *_ in family.samples:
            if name.startswith("issuer_") and name.endswith(("_total", "_count")):
                found[" ".join((name.removeprefix("issuer_"), *(labels[label] for label in sorted(labels))))] = int(
                    value
                )
    return found


@pytest.mark.parametrize(
    ("peer", "header", "status"),
    [
        ("127.0.0.1", None, 200),
        ("::1", None, 200),
        ("10.1.2.3", None, 200),
        ("fe80::1%eth0", None, 200),
        ("::ffff:10.1.2.3", None, 200),
        ("8.8.8.8", None, 404),
        ("::ffff:8.8.8.8", None, 404),
        ("2001:4860::1", None, 404),
        ("127.0.0.1", b"X-Forwarded-For", 404),
        ("127.0.0.1", b"forwarded", 404),
        ("127.0.0.1", b"Via", 404),
        ("127.0.0.1", b"X-Real-IP", 404),
        ("127.0.0.1", b"X-Forwarded-Host", 404),
        ("unix", None, 404),
    ],
)
def test_metrics_are_for_machines_of_the_own_network_as_the_verifiers_are(
    issuer: TestClient[Litestar], small_issuer: SmallIssuer, peer: str, header: bytes | None, status: int
) -> None:
    headers = [(header, b"8.8.8.8")] if header else []
    verifier = create_verifier(settings_from({"VERIFIER_DIRECTORY": str(small_issuer.directory)}))
    assert answer_to(issuer.app, peer, headers)[0] == answer_to(verifier, peer, headers)[0] == status


def test_the_counters_tell_what_happened(issuer: TestClient[Litestar], api_key: str) -> None:
    before = counted(issuer.app)
    code = report(issuer, api_key).json()["code"]
    report(issuer, api_key)
    report(issuer, api_key, score="99")
    report(issuer, "no key")
    cohort = "\n".join(json.dumps(COMPLETION | {"completion_id": f"cohort-{number}"}) for number in range(3))
    issuer.post("/api/cohorts", content=cohort, headers={"Authorization": f"Bearer {api_key}"})
    for _ in range(2):
        assert issuer.get(f"/credentials/{code}.pdf").is_success
    issuer.get("/credentials/WG-0000-0000-0000-0000")
    since = counted(issuer.app) - before
    drawn = sum(since.pop(f"certificate_seconds_count {way}", 0) for way in ("compiled", "laid_out"))
    assert drawn == 1  # and then kept
    assert since == {
        "credentials_total issued": 4,
        "credentials_total again": 1,
        "problems_total conflict": 1,
        "problems_total not_authorised": 1,
        "problems_total not_found": 1,
        "requests_total POST /api/completions 201": 1,
        "requests_total POST /api/completions 200": 1,
        "requests_total POST /api/completions 409": 1,
        "requests_total POST /api/completions 401": 1,
        "requests_total POST /api/cohorts 200": 1,
        "requests_total GET /credentials/{name} 200": 2,
        "requests_total GET /credentials/{name} 404": 1,
        "requests_total GET /metrics 200": 1,
    }


def test_a_certificate_that_is_not_drawn_is_counted_and_one_that_is_refused(
    service: Service, clock: Clock, api_key: str
) -> None:
    pool = Pool(CACHE, size=1)
    with TestClient(create_app(service.settings, clock, pool), base_url=service.settings.public_url) as client:
        code = report(client, api_key).json()["code"]
        with pytest.raises(Undrawable):
            pool.render(replace(WORDING, name=(zh("王\u202e"),)), TOKEN, **HERE)
        pool.close()
        assert client.get(f"/credentials/{code}.pdf").status_code == 503
        found = counted(client.app)
    ways = {way: found[f"certificate_seconds_count {way}"] for way in WAYS}
    assert ways == {"compiled": 0, "laid_out": 0, "refused": 1, "not_drawn": 1}
    assert found["problems_total not_drawn"] == 1


def test_what_cannot_be_signed_is_counted_also_where_a_cohort_breaks_off(
    issuer: TestClient[Litestar], api_key: str, service: Service
) -> None:
    shutil.rmtree(service.settings.keys_dir)
    assert report(issuer, api_key).status_code == 503
    cohort = json.dumps(COMPLETION | {"completion_id": "cohort-1"})
    answer = issuer.post("/api/cohorts", content=cohort, headers={"Authorization": f"Bearer {api_key}"})
    assert answer.json()["status"] == 503
    assert counted(issuer.app)["problems_total keys_unavailable"] == 2


def test_what_is_alerted_on_begins_at_zero(issuer: TestClient[Litestar]) -> None:
    said = answer_to(issuer.app, INSIDE)[1]
    for line in (
        'issuer_problems_total{code="not_issued"} 0.0',
        'issuer_problems_total{code="fault"} 0.0',
        'issuer_certificate_seconds_count{way="not_drawn"}',
    ):
        assert line in said


def test_no_label_holds_what_a_stranger_or_a_learner_chose(issuer: TestClient[Litestar], api_key: str) -> None:
    code = report(issuer, api_key, completion_id="Chosen-1").json()["code"]
    issuer.get(f"/credentials/{code}")
    issuer.get("/chosen/address?chosen=1", headers={"User-Agent": "chosen"})
    issuer.request("CHOSEN", "/healthz")
    issuer.post("/api/completions", content=b'{"chosen":')
    said = answer_to(issuer.app, INSIDE)[1]
    assert 'issuer_requests_total{method="other",route="none",status="405"} 1.0' in said
    assert 'issuer_requests_total{method="GET",route="none",status="404"} 1.0' in said
    for chosen in (code, "hosen", "HOSEN", COMPLETION["name"], "glimmer"):
        assert chosen not in said
