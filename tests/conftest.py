"""What tests stand on: a real issuer with a real database and real keys, whose clock the test sets."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from bench.chromium import chromium
from credential import proof
from demo.editing import saved
from demo.services import free_port, serving
from issuer import achievements, organisations
from issuer.app import create_app
from issuer.certificate.pool import Pool
from issuer.completions import Completion, read_completion
from issuer.credentials.issue import issue
from issuer.service import Service, open_service
from issuer.settings import Settings
from issuer.tables import Credential
from tests.facing import URL, settings_with
from tests.postgresql import Postgresql
from tests.small_issuer import SmallIssuer
from verifier.app import create_app as create_verifier
from verifier.directory import Directory, read_directory
from verifier.errors import NotPublished, Unreachable
from verifier.published import Published
from verifier.published.fetch import Fetcher
from verifier.verdict import Verdict
from verifier.verify import verify

ORGANISATION = {
    "id": "glimmer",
    "tag": "WG",
    "url": "https://glimmer.example",
    "name": {"zh-Hans": "微光学院", "en": "Glimmer Academy"},
    "signatories": [{"zh-Hans": "林知远 院长", "en": "Lin Zhiyuan, Dean"}],
}
ACHIEVEMENT = {
    "slug": "data-analysis",
    "type": "MicroCredential",
    "name": "数据分析微专业",
    "description": "从数据采集到统计建模。",
    "criteria": "通过期末考核。",
    "hours": "96",
    "tags": ["统计"],
    "translations": {"en": {"name": "Micro-specialty in Data Analysis", "criteria": "Exam passed."}},
}
COMPLETION = {
    "completion_id": "2026-0001",
    "achievement": "data-analysis",
    "name": "欧阳雨泽",
    "romanised_name": "Ouyang Yuze",
    "email": "Ouyang.Yuze@learner.example",
    "started_on": "2026-03-02",
    "completed_on": "2026-11-15",
    "score": "88",
}


# A shell has what it starts in the background ignore Ctrl-C, and the programs that are tested would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

CACHE = Path(__file__).parent.parent / "var" / "cache"  # static fonts: the same for every test and every run
os.environ["ISSUER_CACHE_DIR"] = str(CACHE)
expect.set_options(timeout=30_000)  # ms: a machine that has much else to do is no fault of a page


Ask = Callable[[str | bytes], Verdict]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class FetcherInProcess(Fetcher):
    """Fetches from the real issuer application without a socket, and counts. `down` makes it unreachable."""

    def __init__(self, client: TestClient[Litestar]) -> None:
        self.client = client
        self.asked: list[str] = []
        self.down = False

    async def get(self, url: str, accept: str = "*/*") -> bytes:
        self.asked.append(url)
        if self.down:
            raise Unreachable(f"{url} cannot be reached.")
        answer = self.client.get(url, headers={"Accept": accept})
        if answer.status_code == 404:
            raise NotPublished(f"{url} is not there.")
        if answer.status_code != 200:
            raise Unreachable(f"{url} answered {answer.status_code}.")
        return answer.content


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A real PostgreSQL server of this test run's own."""
    with Postgresql() as server:
        yield server


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database: SQLite, or PostgreSQL where a test is marked with `both_databases`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite:///{tmp_path / 'issuer.db'}"
    else:
        with request.getfixturevalue("postgresql").database() as url:
            yield url


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        host="127.0.0.1",
        port=8000,
        public_url="http://127.0.0.1:8000",
        verifier_url="http://127.0.0.1:8001",
        data_dir=tmp_path / "issuer",
        keys_dir=tmp_path / "issuer" / "keys",
        cache_dir=CACHE,
        files_url=(tmp_path / "issuer" / "files").as_uri(),
        database_url=database_url,
        passphrase=None,
    )


@pytest.fixture(scope="session")
def drawing() -> Iterator[Pool]:
    """The processes that draw certificates, for all tests: they take seconds to start."""
    pool = Pool(CACHE)
    yield pool
    pool.close()


@pytest.fixture
def service(settings: Settings, clock: Clock, drawing: Pool) -> Service:
    """An issuer with one organisation and one achievement."""
    made = open_service(settings, clock, drawing)
    organisations.create(made, ORGANISATION)
    achievements.publish(made, "glimmer", ACHIEVEMENT)
    return made


@pytest.fixture
def api_key(service: Service) -> str:
    with service.database.reading() as session:
        organisation = organisations.find(session, "glimmer")
    return organisations.make_api_key(service, organisation, "test")


@pytest.fixture
def issuer(service: Service, clock: Clock) -> Iterator[TestClient[Litestar]]:
    """The issuer's application on the same database."""
    with TestClient(
        create_app(service.settings, clock, service.drawing), base_url=service.settings.public_url
    ) as client:
        yield client


@pytest.fixture
def completion(service: Service) -> Completion:
    return read_completion(COMPLETION, service.now())


@pytest.fixture
def credential(service: Service, completion: Completion) -> Credential:
    """One issued credential."""
    return issue(service, "glimmer", completion).credential


@pytest.fixture
def token(credential: Credential) -> str:
    assert credential.token
    return credential.token


@pytest.fixture
def directory(service: Service, tmp_path: Path) -> Directory:
    """A verifier's directory that knows the issuer, its keys pinned."""
    return read_directory(write_directory(service, tmp_path / "directory.json"))


def write_directory(service: Service, file: Path) -> Path:
    import msgspec

    with service.database.reading() as session:
        entry = organisations.directory_entry(service, organisations.find(session, "glimmer"))
    file.write_bytes(msgspec.json.encode({"issuers": [entry]}))
    return file


@pytest.fixture
def fetcher(issuer: TestClient[Litestar]) -> FetcherInProcess:
    return FetcherInProcess(issuer)


@pytest.fixture
def published(fetcher: FetcherInProcess, clock: Clock) -> Published:
    return Published(fetcher, clock)


def asker(directory: Directory, published: Published, clock: Clock, *, ask_issuer: bool = False) -> Ask:
    def asked(given: str | bytes) -> Verdict:
        data = given.encode() if isinstance(given, str) else given
        return asyncio.run(verify(data, directory, published, clock(), ask_issuer=ask_issuer))

    return asked


@pytest.fixture
def ask(directory: Directory, published: Published, clock: Clock) -> Ask:
    return asker(directory, published, clock)


@pytest.fixture
def ask_anywhere(directory: Directory, published: Published, clock: Clock) -> Ask:
    """As `ask`, of a directory that does not say where the issuer's certificates lead."""
    issuers = {id_: replace(issuer, verifiers=()) for id_, issuer in directory.issuers.items()}
    return asker(replace(directory, issuers=issuers), published, clock)


def word(verdict: Verdict) -> str:
    return f"{verdict.verdict}: {verdict.reason}"


def signed_anew(service: Service, credential: Credential, **changes: Any) -> str:
    """The credential with some members changed (None: left out), signed by the issuer itself."""
    document = {**json.loads(credential.document), **changes}
    kept = {name: value for name, value in document.items() if value is not None}
    return proof.sign(json.dumps(kept).encode(), service.keyrings.signer("glimmer", credential.key_id))


def pdf_with(token: str) -> bytes:
    """A blank page with the token attached."""
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments["credential.jwt"] = token.encode()
        return saved(document)


@pytest.fixture(scope="module")
def small_issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallIssuer]:
    """An issuer on a port of this machine that signs whatever a test wants."""
    made = SmallIssuer(tmp_path_factory.mktemp("issuer"))
    yield made
    made.server.shutdown()


@pytest.fixture(scope="module")  # Playwright keeps an event loop open, which tests that run their own could not bear
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    with sync_playwright() as playwright:
        launched = chromium(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def verifier(small_issuer: SmallIssuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A verifier as `verifier serve` starts it, knowing the small issuer; it may be asked as often as tests like."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {"VERIFIER_PORT": str(port), "VERIFIER_DIRECTORY": str(small_issuer.directory), "VERIFIER_RATE": "0"}
    with serving("verifier", url, tmp_path_factory.mktemp("verifier") / "log", settings):
        yield url


@pytest.fixture
def verifier_app(small_issuer: SmallIssuer) -> Litestar:
    """The verifier's application, knowing the small issuer."""
    return create_verifier(settings_with(small_issuer))


@pytest.fixture
def verifier_client(verifier_app: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(verifier_app, base_url=URL, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody who reads simplified Chinese."""
    made = browser.new_context(locale="zh-CN")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which a dialog, a script's error or a breach of the content security policy fails the test."""
    wrong: list[str] = []

    def told(message: ConsoleMessage) -> None:  # a page that is not there is no error of its scripts
        if message.type == "error" and "Failed to load resource" not in message.text:
            wrong.append(message.text)

    context.add_init_script("addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))")
    opened = context.new_page()
    opened.on("dialog", lambda dialog: wrong.append(dialog.message))
    opened.on("dialog", lambda dialog: dialog.dismiss())
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", told)
    yield opened
    assert wrong == []


@pytest.fixture(scope="session")
def conformance() -> Path:
    """The public test data, which is not part of the project: tests that need it say so when it is absent."""
    folder = Path(os.environ.get("WEIZHENG_CONFORMANCE", Path(__file__).parents[2] / "shared" / "conformance"))
    if not folder.is_dir():
        pytest.skip(f"no conformance data at {folder}; set WEIZHENG_CONFORMANCE")
    return folder
