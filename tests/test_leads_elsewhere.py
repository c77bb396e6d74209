"""Where a QR code or an address leads is said: a genuine credential on a forger's copy is still a forger's copy."""

import pytest

from credential import code as codes
from issuer.credentials.certificate import qr_address
from issuer.service import Service
from issuer.tables import Credential
from tests.conftest import Ask, Clock, FetcherInProcess, word
from verifier.directory import Directory, KnownHosts, KnownIssuer
from verifier.evidence import Evidence
from verifier.findings import Findings
from verifier.steps.document import leads_elsewhere
from verifier.steps.hosts import Hosts
from verifier.verdict import Trace


@pytest.fixture
def text(service: Service, credential: Credential) -> str:
    """What the QR code of the credential holds."""
    return qr_address(service, credential)


def test_a_genuine_credential_behind_another_host_is_not_valid_and_the_host_is_named(ask: Ask, text: str) -> None:
    verdict = ask(text.replace("http://127.0.0.1:8001", "https://verify-glimmer.example"))
    assert word(verdict) == "invalid: leads_elsewhere"
    assert verdict.document.traces == (Trace(code="qr_elsewhere", detail="verify-glimmer.example"),)
    assert (verdict.steps[5].result, verdict.steps[5].code) == ("failed", "qr_elsewhere")
    assert verdict.credential and verdict.credential.names[0] == "欧阳雨泽"


def test_another_port_of_the_same_machine_is_another_verifier(ask: Ask, text: str) -> None:
    assert word(ask(text.replace(":8001", ":8002"))) == "invalid: leads_elsewhere"
    assert word(ask(text)) == "valid: ok"


def test_where_the_directory_does_not_say_any_host_will_do(ask_anywhere: Ask, text: str) -> None:
    assert word(ask_anywhere(text.replace("127.0.0.1:8001", "verify.of-a-platform.example"))) == "valid: ok"


def test_a_revoked_one_is_first_of_all_revoked_and_an_unknown_one_unknown(
    ask: Ask, text: str, fetcher: FetcherInProcess
) -> None:
    assert word(ask(f"https://elsewhere.example/v/{codes.new('XX')}")) == "unchecked: unknown_issuer"
    assert fetcher.asked == []


def hosts(directory: Directory, own: str) -> Hosts:
    (issuer,) = directory.issuers.values()
    return Hosts(own=own, issuer=issuer, known=directory.known_hosts)


def test_a_host_that_looks_like_our_own_is_named_beside_it_even_where_nothing_else_is_known(clock: Clock) -> None:
    alone = Hosts(own="https://verify.weizheng.cn", issuer=None, known=KnownHosts(()))
    findings = Findings(clock())
    assert leads_elsewhere(Evidence(code="x", host="verify.weizhemg.cn"), alone, findings)
    assert findings.document.traces == (
        Trace(code="look_alike_host", detail="verify.weizhemg.cn ≠ verify.weizheng.cn"),
    )
    assert not leads_elsewhere(Evidence(code="x", host="verify.weizheng.cn"), alone, Findings(clock()))
    assert not leads_elsewhere(Evidence(code="x", host="weather.example"), alone, Findings(clock()))


def test_our_own_address_the_issuers_and_its_verifiers_are_all_right(directory: Directory) -> None:
    mine = hosts(directory, "https://verify.hr.example")
    assert isinstance(mine.issuer, KnownIssuer)
    for host in ("verify.hr.example", "127.0.0.1:8000", "127.0.0.1:8001"):
        assert mine.trace(host) is None
    assert mine.trace("verify.other.example") == Trace(code="qr_elsewhere", detail="verify.other.example")
