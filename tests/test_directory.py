import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credential.jwks import public_jwk
from verifier.directory import read_directory, under
from verifier.errors import Misconfigured

JWK = {
    **public_jwk(ec.derive_private_key(7, ec.SECP256R1()).public_key()),
    "kid": "https://issuer.example/orgs/o/keys/k",
}
ENTRY = {
    "id": "https://issuer.example/orgs/o",
    "tag": "WG",
    "service": "https://issuer.example/",
    "name": {"zh-Hans": "微光学院"},
    "url_prefix": "https://issuer.example/",
    "jwks": {"keys": [JWK]},
    "jwks_uri": "https://issuer.example/orgs/o/jwks.json",
    "since": "2026-01-01",
}
PLATFORM = {
    "organisations": "https://issuer.example/orgs/",
    "tag": "WG",
    "service": "https://issuer.example/",
    "name": {"zh-Hans": "某平台"},
    "url_prefix": "https://issuer.example/",
    "since": "2026-01-01",
}
OF_A_KEY = {
    "id": "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
    "name": {"en": "Badges Inc."},
    "since": "2026-01-01",
}


def written(tmp_path: Path, content: Any) -> Path:
    file = tmp_path / "directory.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_a_directory_knows_its_issuers_by_id_and_by_tag(tmp_path: Path) -> None:
    directory = read_directory(written(tmp_path, {"issuers": [ENTRY]}))
    issuer = directory.issuers["https://issuer.example/orgs/o"]
    assert directory.service_of("WG") is issuer
    assert directory.service_of("XX") is None
    assert directory.issuer("https://issuer.example/orgs/o") is issuer
    assert directory.issuer("https://issuer.example/orgs/p") is None
    assert list(issuer.keys) == [JWK["kid"]]
    assert (issuer.verifiers, issuer.listed_by, issuer.is_platform) == ((), {}, False)


def test_an_issuer_says_which_verifiers_it_prints(tmp_path: Path) -> None:
    entry = {**ENTRY, "verifiers": ["https://verify.example/", "http://127.0.0.1:8001"]}
    directory = read_directory(written(tmp_path, {"issuers": [entry]}))
    issuer = directory.issuers["https://issuer.example/orgs/o"]
    assert issuer.verifiers == ("https://verify.example", "http://127.0.0.1:8001")
    assert directory.hosts == {"issuer.example", "verify.example", "127.0.0.1"}


def test_an_issuer_of_other_software_needs_no_tag_and_one_that_is_a_key_no_address(tmp_path: Path) -> None:
    other = {name: value for name, value in ENTRY.items() if name not in {"tag", "service"}}
    directory = read_directory(written(tmp_path, {"issuers": [other, OF_A_KEY]}))
    assert list(directory.issuers) == [ENTRY["id"], OF_A_KEY["id"]]
    assert not directory.issuers[str(OF_A_KEY["id"])].may_fetch("https://issuer.example/")
    assert directory.service_of("WG") is None


@pytest.mark.parametrize(
    "content",
    [
        "", "not json", "[]", "{}", '{"issuers": 5}', "[" * 100_000,
        {"issuers": [{}]},
        {"issuers": [ENTRY, ENTRY]},
        {"issuers": [ENTRY, {**ENTRY, "id": "https://issuer.example/orgs/p", "service": "https://issuer.example/other"}]},
        {"issuers": []},
        {"issuers": [ENTRY], "publishers": []},
        {"issuers": [{**ENTRY, "url_prefix": "http://issuer.example/"}]},
        {"issuers": [{**ENTRY, "url_prefix": "https://issuer.example/?a=b"}]},
        {"issuers": [{**ENTRY, "url_prefix": "https://a@issuer.example/"}]},
        {"issuers": [{**ENTRY, "verifers": []}]},
        {"issuers": [{**ENTRY, "verifiers": ["http://verify.example"]}]},
        {"issuers": [{**ENTRY, "verifiers": ["verify.example"]}]},
        {"issuers": [{**ENTRY, "verifiers": ["https://verify.example/?a"]}]},
        {"issuers": [{**ENTRY, "verifiers": ["https://verify.example"] * 21}]},
        {"issuers": [{**ENTRY, "name": {"en": ""}}]},
        {"issuers": [{**ENTRY, "name": {"en": "x" * 301}}]},
        {"issuers": [{**ENTRY, "id": None}]},
        {"issuers": [{**ENTRY, "organisations": "https://issuer.example/orgs/"}]},
        {"issuers": [{**PLATFORM, "organisations": "https://issuer.example/orgs"}]},
        {"issuers": [{**PLATFORM, "organisations": "https://Issuer.example/orgs/"}]},
        {"issuers": [{**PLATFORM, "organisations": "https://evil.example/orgs/"}]},
        {"issuers": [{**PLATFORM, "organisations": "https://issuer.example/?orgs/"}]},
        {"issuers": [{**PLATFORM, "organisations": "did:key:z6Mk/"}]},
        {"issuers": [{**PLATFORM, "url_prefix": None}]},
        {"issuers": [{**PLATFORM, "jwks": {"keys": [JWK]}}]},
        {"issuers": [{**PLATFORM, "jwks_uri": "https://issuer.example/orgs/jwks.json"}]},
        {"issuers": [PLATFORM, PLATFORM]},
        {"issuers": [{**ENTRY, "jwks_uri": "https://evil.example/jwks.json"}]},
        {"issuers": [{**ENTRY, "id": "https://evil.example/"}]},
        {"issuers": [{**ENTRY, "name": {}}]},
        {"issuers": [{**ENTRY, "since": "always"}]},
        {"issuers": [{**ENTRY, "since": "2026-99-99"}]},
        {"issuers": [{**ENTRY, "tag": "wg-!"}]},
        {"issuers": [{**ENTRY, "url_prefix": "https://[x/"}]},
        {"issuers": [{**ENTRY, "jwks": None, "jwks_uri": None}]},
        {"issuers": [{**ENTRY, "jwks": {"keys": []}}]},
        {"issuers": [{**ENTRY, "jwks": {"keys": "x"}}]},
        {"issuers": [{**ENTRY, "jwks": {"keys": [JWK, JWK]}}]},
        {"issuers": [{**ENTRY, "tag": None}]},
        {"issuers": [{**ENTRY, "service": None}]},
        {"issuers": [{**ENTRY, "url_prefix": None}]},
        {"issuers": [{**OF_A_KEY, "jwks": {"keys": [JWK]}}]},
        {"issuers": [{**OF_A_KEY, "jwks_uri": "https://issuer.example/jwks.json", "url_prefix": "https://issuer.example/"}]},
        {"issuers": [{**OF_A_KEY, "id": "did:key:z6Mk"}]},
        {"issuers": [{**OF_A_KEY, "id": "did:web:issuer.example"}]},
        {"issuers": [{**OF_A_KEY, "id": "did:web:issuer.example", "url_prefix": "https://issuer.example/"}]},
        {"issuers": [{**OF_A_KEY, "tag": "WG", "service": "https://issuer.example/"}]},
    ],
)  # fmt: skip
def test_a_directory_that_is_not_right_is_refused_in_a_sentence(tmp_path: Path, content: Any) -> None:
    with pytest.raises(Misconfigured, match="directory"):
        read_directory(written(tmp_path, content))


STRANGE = (
    st.none()
    | st.integers()
    | st.text(max_size=30)
    | st.sampled_from(["https://[", "did:key:z", "did:jwk:e30", [], {}])
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from([ENTRY, OF_A_KEY, PLATFORM]),
    st.dictionaries(st.sampled_from([*ENTRY, "organisations", "verifiers"]), STRANGE, min_size=1),
)
def test_a_strange_directory_is_taken_or_refused_and_raises_nothing_else(
    tmp_path: Path, entry: dict[str, Any], strange: dict[str, Any]
) -> None:
    with suppress(Misconfigured):
        assert read_directory(written(tmp_path, {"issuers": [entry | strange]})).listing()


def test_a_directory_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="issuer directory"):
        read_directory(tmp_path / "none.json")


def folder(tmp_path: Path, **files: Any) -> Path:
    made = tmp_path / "directory.d"
    made.mkdir()
    for name, content in files.items():
        (made / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return made


def test_a_folder_is_read_as_one_directory(tmp_path: Path) -> None:
    path = folder(tmp_path, a={"issuers": [ENTRY]}, b={"issuers": [OF_A_KEY]}, empty={"issuers": []})
    (path / ".a.json").write_text("an editor's")
    (path / "a.json~").write_text("an editor's")
    (path / "README.md").write_text("not an entry")
    assert list(read_directory(path).issuers) == [ENTRY["id"], OF_A_KEY["id"]]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, r"directory\.d is a folder without any \.json file"),
        ({"a": {"issuers": []}}, r"directory\.d names no issuer"),
        ({"a": {"issuers": [ENTRY]}, "b": "{"}, r"b\.json is not what it must be"),
        ({"a": {"issuers": [ENTRY]}, "b": {"issuers": [{**OF_A_KEY, "since": "x"}]}}, r"b\.json: since of did"),
        ({"a": {"issuers": [ENTRY]}, "b": {"issuers": [ENTRY]}}, r"b\.json names \S+ and so does \S+a\.json"),
        (
            {"a": {"issuers": [ENTRY]}, "b": {"issuers": [{**PLATFORM, "service": "https://issuer.example/b"}]}},
            r"b\.json gives the tag WG to two services, with \S+a\.json",
        ),
        ({"a": " " * 9_000_000, "b": " " * 9_000_000}, r"directory\.d is larger than 16 MiB"),
        ({f"f{number}": "" for number in range(1001)}, r"directory\.d has more than 1,000 files"),
    ],
)
def test_a_folder_that_is_not_right_is_refused_with_the_name_of_the_file(
    tmp_path: Path, files: dict[str, Any], said: str
) -> None:
    with pytest.raises(Misconfigured, match=said):
        read_directory(folder(tmp_path, **files))


def test_people_read_platforms_first_and_then_names_in_their_order(tmp_path: Path) -> None:
    names = {"a": {"en": "zebra", "zh-Hans": "北京"}, "b": {"en": "Alpha", "zh-Hans": "重庆"}, "c": {"zh-Hans": "安徽"}}
    entries = [{**ENTRY, "id": f"https://issuer.example/x/{id_}", "name": name} for id_, name in names.items()]
    directory = read_directory(written(tmp_path, {"issuers": [*entries, PLATFORM]}))
    assert [(known.id[-1], known.is_platform) for known in directory.listing("zh-Hans")] == [
        ("/", True), ("c", False), ("a", False), ("b", False)
    ]  # fmt: skip
    assert [known.id[-1] for known in directory.listing("en")] == ["/", "b", "a", "c"]


@pytest.mark.parametrize(
    "url",
    [
        "https://issuer.example.evil.example/a/b", "https://evil.example/a", "http://issuer.example/a/b",
        "https://issuer.example:444/a/b", "https://issuer.example/ab", "https://issuer.example/a/../c",
        "https://issuer.example/a/%2e%2e/c", "https://issuer.example/a%2fb", "https://user@issuer.example/a/b",
        "https://issuer.example\\@evil.example/a/b", "//issuer.example/a/b", "https://issuer.example/a/b\n", "https://[",
        "https://issuer。example/a/b", "javascript:alert(1)", "", "https://issuer.example./a/b", "https://issuer.example/a\x00/b",
        "\x01https://issuer.example/a/b", "https://issuer.example/a/b\x7f", "https://issuer.example/a/%5c../b",
        "https://issuer.example/a/.%2E/b", "https://issuer.example:443/a/b", "https://issuer.example:x/a/b",
        "https://issuer.example/a/" + "b" * 2000,
    ],
)  # fmt: skip
def test_an_address_outside_of_the_prefix_is_not_under_it(url: str) -> None:
    assert not under(url, "https://issuer.example/a/")


@pytest.mark.parametrize(
    "url", ["https://issuer.example/a", "https://issuer.example/a/b?c=d", "https://ISSUER.example/a/"]
)
def test_an_address_under_the_prefix_is_under_it(url: str) -> None:
    assert under(url, "https://issuer.example/a/")
