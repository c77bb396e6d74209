import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credential.jwks import public_jwk
from verifier.directory import read_directory, under
from verifier.errors import Misconfigured, Unreachable
from verifier.published.fetch import Fetcher

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
    assert list(issuer.keys) == [JWK["kid"]]


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
        {"issuers": [{**ENTRY, "url_prefix": "http://issuer.example/"}]},
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
@given(st.sampled_from([ENTRY, OF_A_KEY]), st.dictionaries(st.sampled_from([*ENTRY]), STRANGE, min_size=1))
def test_a_strange_directory_is_taken_or_refused_and_raises_nothing_else(
    tmp_path: Path, entry: dict[str, Any], strange: dict[str, Any]
) -> None:
    with suppress(Misconfigured):
        assert read_directory(written(tmp_path, {"issuers": [entry | strange]})).issuers


def test_a_directory_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="issuer directory"):
        read_directory(tmp_path / "none.json")


@pytest.mark.parametrize(
    "url",
    [
        "https://issuer.example.evil.example/a/b", "https://evil.example/a", "http://issuer.example/a/b",
        "https://issuer.example:444/a/b", "https://issuer.example/ab", "https://issuer.example/a/../c",
        "https://issuer.example/a/%2e%2e/c", "https://issuer.example/a%2fb", "https://user@issuer.example/a/b",
        "https://issuer.example\\@evil.example/a/b", "//issuer.example/a/b", "https://issuer.example/a/b\n", "https://[",
        "https://issuer。example/a/b", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_an_address_outside_of_the_prefix_is_not_under_it(url: str) -> None:
    assert not under(url, "https://issuer.example/a/")


@pytest.mark.parametrize(
    "url", ["https://issuer.example/a", "https://issuer.example/a/b?c=d", "https://ISSUER.example/a/"]
)
def test_an_address_under_the_prefix_is_under_it(url: str) -> None:
    assert under(url, "https://issuer.example/a/")


@pytest.fixture
def canary() -> Iterator[tuple[int, list[bytes]]]:
    """A listener on this machine that remembers who came, and answers as the test says."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(4096))
                    path = heard[-1].split(b" ")[1] if b" " in heard[-1] else b""
                    if path == b"/redirect":
                        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /secret\r\nContent-Length: 0\r\n\r\n")
                    elif path == b"/huge":
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + bytes(2_000_000))
                    elif path == b"/silent":
                        connection.recv(1)
                    elif path == b"/noise":
                        connection.sendall(b"\x00\x01\x02" * 100)
                    else:
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], heard


def fetched(url: str) -> bytes:
    async def fetch() -> bytes:
        fetcher = Fetcher()
        try:
            return await fetcher.get(url)
        finally:
            await fetcher.aclose()

    return asyncio.run(fetch())


def test_this_machine_is_fetched_from_when_it_is_named(canary: tuple[int, list[bytes]]) -> None:
    assert fetched(f"http://127.0.0.1:{canary[0]}/") == b"ok"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.2", "0.0.0.0", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::ffff:127.0.0.1]", "[::]",
        "2130706433", "127.1", "224.0.0.1",
    ],
)  # fmt: skip
def test_an_address_inside_a_network_is_never_connected_to(canary: tuple[int, list[bytes]], address: str) -> None:
    with pytest.raises(Unreachable):
        fetched(f"http://{address}:{canary[0]}/")
    assert canary[1] == []


def test_a_public_name_that_leads_inside_is_never_connected_to(
    canary: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = socket.getaddrinfo("127.0.0.1", canary[0])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: resolved)
    with pytest.raises(Unreachable):
        fetched(f"http://issuer.example:{canary[0]}/")
    assert canary[1] == []


@pytest.mark.parametrize("path", ["redirect", "huge", "noise"])
def test_redirects_floods_and_noise_are_unreachable(canary: tuple[int, list[bytes]], path: str) -> None:
    with pytest.raises(Unreachable):
        fetched(f"http://127.0.0.1:{canary[0]}/{path}")
    assert len(canary[1]) == 1


def test_a_silent_server_is_given_up_on(canary: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.published.fetch.SECONDS", 0.3)
    with pytest.raises(Unreachable, match="seconds"):
        fetched(f"http://127.0.0.1:{canary[0]}/silent")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "http://", "x"])
def test_odd_schemes_are_unreachable(url: str) -> None:
    with pytest.raises(Unreachable):
        fetched(url)
