"""The browser with a real issuer: what was revoked, stolen, kept for long, or is out of reach."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser

from issuer import organisations
from issuer.completions import read_completion
from issuer.credentials.certificate import qr_address
from issuer.credentials.issue import issue
from issuer.credentials.revoke import revoke
from issuer.service import Service
from issuer.tables import Credential
from tests.browser_desk import BrowserDesk
from tests.conftest import COMPLETION, Clock, FetcherInProcess
from verifier.directory import Directory, read_directory

UNCHECKED = "unchecked: status_unavailable"


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[BrowserDesk]:
    with BrowserDesk(browser) as made:
        yield made


@pytest.fixture
def desk(opened: BrowserDesk, directory: Directory, fetcher: FetcherInProcess, clock: Clock) -> BrowserDesk:
    opened.stands(directory, fetcher, clock)
    return opened


@pytest.fixture
def digits(service: Service, credential: Credential) -> str:
    """What stands behind the # on the certificate."""
    return qr_address(service, credential).partition("#")[2]


def in_browser(desk: BrowserDesk, digits: str, code: str) -> tuple[str, dict[str, str]]:
    """The browser's verdict in a line, and the code of each step that has one."""
    verdict = desk.in_browser(digits, code)["verdict"]
    return f"{verdict['verdict']}: {verdict['reason']}", {
        step["step"]: step["code"] for step in verdict["steps"] if "code" in step
    }


def test_a_certificate_of_the_issuers_is_valid_in_the_browser_as_at_the_server(
    desk: BrowserDesk, digits: str, credential: Credential
) -> None:
    assert desk.agreed(digits, credential.code) == "valid: ok"
    signed = desk.in_browser(digits, credential.code)["verdict"]["credential"]
    assert signed["names"] == ["欧阳雨泽", "Ouyang Yuze"] and signed["achievement"] == {"zh-Hans": "数据分析微专业"}


def test_a_revoked_certificate_is_revoked_and_why_is_not_asked_of_anybody(
    desk: BrowserDesk, digits: str, credential: Credential, service: Service
) -> None:
    newer = issue(service, "glimmer", read_completion({**COMPLETION, "completion_id": "2"}, service.now())).credential
    revoke(service, "glimmer", credential.code, "更正姓名", superseded_by=newer.code)
    verdict = desk.in_browser(digits, credential.code)["verdict"]
    assert (verdict["verdict"], verdict["reason"], verdict["revocation"]) == ("invalid", "revoked", {})
    assert (
        desk.at_server(digits, credential.code).reason == "superseded"
    )  # which it was told when it named the credential
    assert not any(credential.code in path for path in desk.asked)


def test_what_a_stolen_key_signed_is_for_the_server_to_ask_about(
    desk: BrowserDesk, digits: str, credential: Credential, service: Service
) -> None:
    service.keyrings.of("glimmer").mark_compromised(credential.key_id, service.now())
    assert desk.in_browser(digits, credential.code) == {"ask": "key_compromised"}


def test_a_new_key_that_is_not_pinned_is_found_among_the_published_ones(
    desk: BrowserDesk, service: Service, clock: Clock
) -> None:
    keys = service.keyrings.of("glimmer")
    keys.rotate(clock())
    clock.move(days=30)
    made = issue(service, "glimmer", read_completion({**COMPLETION, "completion_id": "3"}, service.now())).credential
    digits = qr_address(service, made).partition("#")[2]
    assert made.key_id not in next(iter(desk.directory.issuers.values())).keys
    assert desk.agreed(digits, made.code) == "valid: ok"
    desk.down = ("/keys",)
    assert in_browser(desk, digits, made.code)[0] == "unchecked: keys_unavailable"


@pytest.mark.parametrize(
    ("refuses", "fault"), [(0, "verifier_unreachable"), (502, "verifier_unreachable"), (429, "too_often")]
)
def test_what_cannot_be_had_of_us_leaves_it_unchecked_and_is_not_laid_to_the_issuer(
    desk: BrowserDesk, digits: str, credential: Credential, refuses: int, fault: str
) -> None:
    expected: dict[str, tuple[str, dict[str, str]]] = {
        "/dictionaries": ("unchecked: dictionary_unavailable", {"token": fault}),
        "/keys": (UNCHECKED, {"signature": "key_state_unknown", "status": fault}),
        "/lists": (UNCHECKED, {"status": fault}),
    }
    desk.refuses = refuses
    for path, outcome in expected.items():
        desk.down = (path,)
        assert in_browser(desk, digits, credential.code) == outcome
    desk.down = ("/directory",)
    assert desk.in_browser(digits, credential.code) == {"ask": fault}


def test_while_the_issuer_is_out_of_reach_browser_and_server_say_the_same(
    desk: BrowserDesk, digits: str, credential: Credential, fetcher: FetcherInProcess
) -> None:
    assert desk.agreed(digits, credential.code) == "valid: ok"
    fetcher.down = True
    assert desk.agreed(digits, credential.code) == "unchecked: dictionary_unavailable"


class Kept(FetcherInProcess):
    """Gives what was fetched once ever after, as a service worker does without a network."""

    def __init__(self, fetcher: FetcherInProcess) -> None:
        super().__init__(fetcher.client)
        self.kept: dict[str, bytes] = {}

    async def get(self, url: str, accept: str = "*/*") -> bytes:
        if url not in self.kept:
            self.kept[url] = await super().get(url, accept)
        return self.kept[url]


def test_a_kept_list_is_good_until_the_end_of_its_own_validity_and_says_of_when_it_is(
    desk: BrowserDesk, digits: str, credential: Credential, fetcher: FetcherInProcess, clock: Clock
) -> None:
    desk.fetcher = Kept(fetcher)
    assert in_browser(desk, digits, credential.code) == ("valid: ok", {})
    signed_at = f"{clock():%Y-%m-%dT%H:%M:%SZ}"
    clock.move(hours=23, minutes=59)
    verdict = desk.in_browser(digits, credential.code)["verdict"]
    assert verdict["verdict"] == "valid" and verdict["steps"][4]["as_of"] == signed_at
    clock.move(minutes=1)
    assert in_browser(desk, digits, credential.code) == (UNCHECKED, {"status": "status_expired"})
    clock.move(days=-2)  # a clock that was set back
    assert in_browser(desk, digits, credential.code) == ("invalid: not_yet_valid", {"status": "status_from_future"})


def test_keys_that_were_kept_for_more_than_a_day_do_not_say_that_none_was_stolen(
    desk: BrowserDesk, digits: str, credential: Credential
) -> None:
    desk.kept_for = timedelta(hours=24)
    assert in_browser(desk, digits, credential.code) == ("valid: ok", {})
    desk.kept_for = timedelta(hours=24, seconds=1)
    word, found = in_browser(desk, digits, credential.code)
    assert word == UNCHECKED and found["signature"] == "key_state_unknown"


def test_an_organisation_of_a_platform_is_known_by_what_the_platform_publishes(
    desk: BrowserDesk, digits: str, credential: Credential, service: Service, tmp_path: Path
) -> None:
    with service.database.reading() as session:
        entry = organisations.platform_entry(service, organisations.find(session, "glimmer"))
    file = tmp_path / "platform.json"
    file.write_bytes(msgspec.json.encode({"issuers": [entry]}))
    desk.directory = read_directory(file)
    assert desk.agreed(digits, credential.code) == "valid: ok"
    issuer = desk.in_browser(digits, credential.code)["verdict"]["issuer"]
    assert issuer["name"]["zh-Hans"] == "微光学院" and issuer["listed_by"] == entry["name"]


def test_an_issuer_that_nobody_knows_is_unchecked(
    desk: BrowserDesk, digits: str, credential: Credential, directory: Directory
) -> None:
    (known,) = directory.issuers.values()
    other = replace(known, id=f"{known.id}x")
    desk.directory = replace(directory, issuers={other.id: other})
    assert desk.agreed(digits, credential.code) == "unchecked: unknown_issuer"


def test_a_captive_portal_is_nobodys_answer(desk: BrowserDesk, digits: str, credential: Credential) -> None:
    portal = """async ([digits, code, now, path]) => {
        const { verify } = await import("/verify.js");
        const page = () => new Response("<!doctype html><title>Sign in</title>");
        const fetch = async (asked) => asked.startsWith(path) ? page() : window.fetch(asked);
        return JSON.stringify(await verify(digits, code, { fetch, now: new Date(now) }));
    }"""
    said = []
    for path in ("/directory", "/dictionaries", "/keys", "/lists"):
        answer = json.loads(desk.page.evaluate(portal, [digits, credential.code, desk.clock().isoformat(), path]))
        said.append(answer.get("ask") or answer["verdict"]["reason"])
    assert said == ["directory_unavailable", "dictionary_unavailable", "status_unavailable", "status_unavailable"]
