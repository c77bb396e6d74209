"""One entry of the directory for every organisation of a platform: its keys and names are what the platform publishes."""

import asyncio
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from credential import proof, reader
from credential.phrases import BILINGUAL
from issuer import organisations
from issuer.credentials import renditions
from issuer.service import Service
from issuer.tables import Credential
from tests.conftest import Ask, Clock, FetcherInProcess, word
from tests.test_directory import ENTRY, JWK, PLATFORM, written
from verifier.directory import Directory, KnownIssuer, read_directory
from verifier.errors import NotPublished, Unreachable
from verifier.published import Published
from verifier.published.fetch import Fetcher

ORGS = "https://issuer.example/orgs/"


@pytest.fixture
def directory(service: Service, tmp_path: Path) -> Directory:
    """A verifier's directory with one entry for the platform, as `issuer directory --platform` prints it."""
    with service.database.reading() as session:
        entry = organisations.platform_entry(service, organisations.find(session, "glimmer"))
    file = tmp_path / "directory.json"
    file.write_bytes(msgspec.json.encode({"issuers": [entry]}))
    return read_directory(file)


@pytest.fixture
def glimmer(directory: Directory) -> KnownIssuer:
    known = directory.issuer("http://127.0.0.1:8000/orgs/glimmer")
    assert known
    return known


def test_a_credential_of_any_organisation_of_the_platform_is_valid(
    ask: Ask, service: Service, credential: Credential, token: str, fetcher: FetcherInProcess
) -> None:
    assert word(ask(token)) == "valid: ok"
    assert word(ask(credential.code)) == "valid: ok"
    assert fetcher.asked[0] == "http://127.0.0.1:8000/orgs/glimmer/jwks.json"


def test_a_key_of_one_organisation_signs_nothing_for_another(
    ask: Ask, service: Service, credential: Credential
) -> None:
    organisations.create(service, {"id": "other", "tag": "WG", "name": {"zh-Hans": "他校"}})
    document = json.loads(credential.document)
    document["issuer"]["id"] = document["iss"] = "http://127.0.0.1:8000/orgs/other"
    forged = proof.sign(json.dumps(document).encode(), service.keyrings.signer("glimmer", credential.key_id))
    assert word(ask(forged)) == "invalid: unknown_key"


def test_the_entry_names_the_platform_and_the_verifier_that_it_prints(
    directory: Directory, glimmer: KnownIssuer
) -> None:
    (platform,) = directory.platforms
    assert platform.is_platform
    assert not glimmer.is_platform
    assert (glimmer.names, glimmer.listed_by) == ({}, platform.names)
    assert glimmer.verifiers == ("http://127.0.0.1:8001",)
    assert directory.service_of("WG") == platform
    assert directory.names_of_service("WG") == platform.names
    assert directory.issuers == {}


@pytest.mark.parametrize(
    "id_",
    [
        "", ORGS, ORGS[:-1], f"{ORGS}a/b", f"{ORGS}a/", f"{ORGS}a?b", f"{ORGS}a#b", f"{ORGS}.", f"{ORGS}..", f"{ORGS}a.b",
        f"{ORGS}%61", f"{ORGS}a%2fb", f"{ORGS}a b", f"{ORGS}a\n", f"{ORGS}a\\b", f"{ORGS}-a", f"{ORGS}微",
        f"{ORGS}{'a' * 101}",
        "https://issuer.example:443/orgs/a", "https://ISSUER.example/orgs/a", "http://issuer.example/orgs/a",
        "https://issuer.example/Orgs/a", "https://issuer.example//orgs/a", "https://issuer.example/a",
        "https://issuer.example.evil.example/orgs/a", "https://a@issuer.example/orgs/a", "did:key:z6Mk",
    ],
)  # fmt: skip
def test_an_id_that_is_not_one_plain_segment_under_the_platform_is_unknown(tmp_path: Path, id_: str) -> None:
    assert read_directory(written(tmp_path, {"issuers": [PLATFORM]})).issuer(id_) is None


@pytest.mark.parametrize("name", ["a", "a-b", "A_b", "9", "a" * 100])
def test_an_organisation_has_an_id_of_one_plain_segment_under_the_platform(tmp_path: Path, name: str) -> None:
    known = read_directory(written(tmp_path, {"issuers": [PLATFORM]})).issuer(f"{ORGS}{name}")
    assert known
    assert (known.id, known.jwks_uri) == (f"{ORGS}{name}", f"{ORGS}{name}/jwks.json")


def test_an_entry_of_its_own_wins_over_the_platforms(tmp_path: Path) -> None:
    directory = read_directory(written(tmp_path, {"issuers": [PLATFORM, ENTRY]}))
    own = directory.issuer(str(ENTRY["id"]))
    assert own is directory.issuers[str(ENTRY["id"])]
    assert own.names == ENTRY["name"]
    assert own.listed_by == {}
    service = directory.service_of("WG")
    assert service
    assert service.is_platform


def test_an_organisations_name_is_what_its_profile_says_for_an_hour(
    published: Published, glimmer: KnownIssuer, fetcher: FetcherInProcess, clock: Clock
) -> None:
    assert asyncio.run(published.profile_names(glimmer)) == {"zh-Hans": "微光学院"}
    fetcher.down = True
    clock.move(minutes=59)
    assert asyncio.run(published.profile_names(glimmer)) == {"zh-Hans": "微光学院"}
    assert fetcher.asked == [glimmer.id]
    clock.move(minutes=1)
    assert asyncio.run(published.profile_names(glimmer)) == {}


def test_an_issuer_with_an_entry_of_its_own_is_called_as_the_directory_calls_it(
    published: Published, fetcher: FetcherInProcess, tmp_path: Path
) -> None:
    own = read_directory(written(tmp_path, {"issuers": [ENTRY]})).issuers[str(ENTRY["id"])]
    assert asyncio.run(published.profile_names(own)) == ENTRY["name"]
    assert fetcher.asked == []


class Answering(Fetcher):
    """Answers with what a test says, else that there is no such thing; and counts."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {f"{ORGS}{name}": answer for name, answer in answers.items()}
        self.asked: list[str] = []

    async def get(self, url: str, accept: str = "*/*") -> bytes:
        self.asked.append(url)
        await asyncio.sleep(0)
        if url not in self.answers:
            raise NotPublished(f"{url} is not there.")
        return msgspec.json.encode(self.answers[url])


PROFILES: dict[str, tuple[Any, dict[str, str]]] = {
    "a text": ("Academy", {"": "Academy"}),
    "a Chinese text": ("学院", {"zh-Hans": "学院"}),
    "texts with languages": (
        [{"@value": "学院", "@language": "zh-Hans"}, {"@value": "Academy", "@language": "en"}],
        {"zh-Hans": "学院", "en": "Academy"},
    ),
    "a text and rubbish": (["Academy", 5, {"@value": "x", "@language": 5, "y": {}}, None], {"": "x"}),
    "a language that is none": ({"@value": "x", "@language": '" onload="'}, {"": "x"}),
    "nothing": (None, {}),
    "an empty text": (" ", {}),
    "too long a text": ("x" * 201, {}),
    "a text that turns what follows around": ("Academy\u202e", {}),
    "a text of two lines": ("Academy\nValid", {}),
    "a number": (5, {}),
}


@pytest.mark.parametrize(("name", "names"), PROFILES.values(), ids=PROFILES.keys())
def test_a_profile_is_read_with_care(tmp_path: Path, clock: Clock, name: Any, names: dict[str, str]) -> None:
    known = read_directory(written(tmp_path, {"issuers": [PLATFORM]})).issuer(f"{ORGS}a")
    assert known
    published = Published(Answering(a={"id": f"{ORGS}a", "name": name}), clock)
    assert asyncio.run(published.profile_names(known)) == names


@pytest.mark.parametrize("profile", [{"name": "Academy"}, {"id": f"{ORGS}b", "name": "Academy"}, [], 5, "x"])
def test_a_profile_of_somebody_else_names_nobody(tmp_path: Path, clock: Clock, profile: Any) -> None:
    known = read_directory(written(tmp_path, {"issuers": [PLATFORM]})).issuer(f"{ORGS}a")
    assert known
    assert asyncio.run(Published(Answering(a=profile), clock).profile_names(known)) == {}


def key_set(name: str) -> dict[str, Any]:
    return {"keys": [{**JWK, "kid": f"{ORGS}{name}/keys/k"}]}


def faults_of(published: Published, directory: Directory, token: str, names: list[str]) -> list[str]:
    """What asking for the key of each organisation comes to, all asked for at once."""
    unverified = reader.read(token)

    async def one(name: str) -> str:
        known = directory.issuer(f"{ORGS}{name}")
        assert known
        header = {**unverified.header, "kid": f"{known.id}/keys/k"}
        try:
            return "found" if await published.key(known, msgspec.structs.replace(unverified, header=header)) else "none"
        except Unreachable as error:
            return error.fault or "unreachable"

    async def everyone() -> list[str]:
        return list(await asyncio.gather(*map(one, names)))

    return asyncio.run(everyone())


def test_ten_thousand_organisations_that_do_not_exist_cost_five_fetches_a_minute_and_those_known_go_on(
    tmp_path: Path, clock: Clock, token: str
) -> None:
    directory = read_directory(written(tmp_path, {"issuers": [PLATFORM]}))
    fetcher = Answering(**{f"{name}/jwks.json": key_set(name) for name in ("known", "new")})
    published = Published(fetcher, clock)
    assert faults_of(published, directory, token, ["known"] * 100) == ["found"] * 100
    assert len(fetcher.asked) == 1
    flood = faults_of(published, directory, token, [f"nobody{number}" for number in range(10_000)])
    assert (flood.count("unreachable"), flood.count("key_set_not_asked")) == (5, 9_995)
    assert len(fetcher.asked) == 6
    clock.move(minutes=0.9)
    assert faults_of(published, directory, token, ["known", "new"]) == ["found", "key_set_not_asked"]
    clock.move(minutes=5)  # what is kept of the known one is old now, and it is asked for all the same
    again = [f"nobody{number}" for number in range(10_000)]
    assert faults_of(published, directory, token, again).count("key_set_not_asked") == 9_995
    assert faults_of(published, directory, token, ["known"]) == ["found"]
    assert len(fetcher.asked) == 12
    clock.move(minutes=1)
    assert faults_of(published, directory, token, ["new"]) == ["found"]
    assert published.organisations_seen(directory.platforms[0]) == 2


def test_many_organisations_that_exist_are_all_asked_for_at_once(tmp_path: Path, clock: Clock, token: str) -> None:
    directory = read_directory(written(tmp_path, {"issuers": [PLATFORM]}))
    names = [f"org{number}" for number in range(300)]
    fetcher = Answering(**{f"{name}/jwks.json": key_set(name) for name in names})
    assert faults_of(Published(fetcher, clock), directory, token, names) == ["found"] * 300
    assert len(fetcher.asked) == 300


def test_a_flood_of_key_ids_of_an_organisation_of_the_platform_costs_two_fetches(
    published: Published, glimmer: KnownIssuer, token: str, fetcher: FetcherInProcess
) -> None:
    unverified = reader.read(token)

    async def asked(number: int) -> str:
        header = {**unverified.header, "kid": f"{unverified.claimed_kid}{number}"}
        try:
            return str(await published.key(glimmer, msgspec.structs.replace(unverified, header=header)))
        except Unreachable as error:
            return str(error.fault)

    async def flood() -> set[str]:
        return {await asked(number) for number in range(1000)}

    assert asyncio.run(flood()) == {"None", "key_set_just_fetched"}
    assert len(fetcher.asked) == 2


def test_the_issuer_knows_the_files_that_it_gave_out_and_no_others(
    published: Published, glimmer: KnownIssuer, service: Service, credential: Credential, fetcher: FetcherInProcess
) -> None:
    given_out = sha256(renditions.made(service, credential, BILINGUAL)).hexdigest()

    def asked(code: str, digest: str) -> bool:
        return asyncio.run(published.knows_file(glimmer, code, digest))

    assert asked(credential.code, given_out)
    assert not asked(credential.code, sha256(b"another").hexdigest())
    assert not asked("WG-000000000000000D", given_out)
    assert fetcher.asked[0] == f"http://127.0.0.1:8000/credentials/{credential.code}/files/{given_out}"
    assert asked(credential.code, given_out)
    assert len(fetcher.asked) == 4  # asked anew each time
    fetcher.down = True
    with pytest.raises(Unreachable):
        asked(credential.code, given_out)


@pytest.mark.parametrize("digest", ["", "x" * 64, "A" * 64, "0" * 63, "../" * 20, f"{'0' * 64}\n"])
def test_an_issuer_is_not_asked_about_what_is_no_hash(
    published: Published, glimmer: KnownIssuer, fetcher: FetcherInProcess, digest: str
) -> None:
    with pytest.raises(Unreachable):
        asyncio.run(published.knows_file(glimmer, "WG-000000000000000D", digest))
    assert fetcher.asked == []


def test_an_issuer_without_a_service_is_not_asked_about_files(published: Published, glimmer: KnownIssuer) -> None:
    with pytest.raises(Unreachable):
        asyncio.run(published.knows_file(replace(glimmer, service=""), "WG-000000000000000D", "0" * 64))
