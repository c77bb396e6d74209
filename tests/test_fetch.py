"""What is fetched for strangers: a canary on this machine counts who comes, and nobody does who should not."""

import asyncio
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from verifier.errors import NotPublished, Unreachable
from verifier.published import fetch
from verifier.published.fetch import Fetcher

PUBLIC = "2000::1"  # of a block that is given out to nobody: what is sent there arrives nowhere


BEGIN = b"HTTP/1.1 200 OK\r\n"
OK = BEGIN + b"Content-Length: 2\r\n\r\nok"
# What is answered first, what over and over after that, and after how many seconds each time
ANSWERS: dict[str, tuple[bytes, bytes, float]] = {
    "huge": (BEGIN + b"Content-Length: 2000000\r\n\r\n" + bytes(2_000_000), b"", 0),
    "endless": (BEGIN + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(0x10000) + b"\r\n", 0),
    "header": (BEGIN + b"X: " + b"x" * 1_000_000 + b"\r\nContent-Length: 2\r\n\r\nok", b"", 0),
    "headers": (BEGIN + b"X: x\r\n" * 200_000 + b"Content-Length: 2\r\n\r\nok", b"", 0),
    "noise": (b"\x00\x01\x02" * 100, b"", 0),
    "cut-off": (BEGIN + b"Content-Length: 10\r\n\r\nok", b"", 0),
    "gzip": (BEGIN + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00", b"", 0),
    "silent": (b"", b"H", 30),
    "drip": (BEGIN + b"Content-Length: 9999\r\n\r\n", b"x", 0.05),
    "drip-header": (BEGIN + b"X: ", b"x", 0.05),
    "interim": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100, 0.001),
}


class Canary:
    """A listener on every address of this machine. It counts connections, and answers as the path says."""

    def __init__(self) -> None:
        self.server = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.port: int = self.server.getsockname()[1]
        self.connections = 0
        self.asked: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.asked.append(connection.recv(4096))
            path = self.asked[-1].decode("latin-1").partition(" /")[2].partition(" ")[0]
            secret = f"Location: http://127.0.0.1:{self.port}/secret"
            answer = f"HTTP/1.1 {path} x\r\n{secret}\r\nContent-Length: 2\r\n\r\nok" if path.isdigit() else OK.decode()
            first, then, after = ANSWERS.get(path, (answer.encode(), b"", 0))
            connection.sendall(first)
            while then:
                time.sleep(after)
                connection.sendall(then)


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.server.close()


def fetched(url: str) -> bytes:
    async def get() -> bytes:
        fetcher = Fetcher()
        try:
            return await fetcher.get(url)
        finally:
            await fetcher.aclose()

    return asyncio.run(get())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_is_fetched_from_when_it_is_named(canary: Canary, host: str) -> None:
    try:
        socket.getaddrinfo(host.strip("[]"), canary.port)
    except socket.gaierror:
        pytest.skip(f"this machine has no name {host}")
    assert fetched(f"http://{host}:{canary.port}/") == b"ok"
    assert canary.connections == 1


INSIDE = [
    "127.0.0.2", "127.1", "127.255.255.254", "0.0.0.0", "0", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::127.0.0.1]", "[0:0:0:0:0:0:0:1]", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001",
    "localhost.", "127.0.0.1.", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "[fd00:ec2::254]", "[fe80::1]", "[fe80::1%25lo]", "100.64.0.1", "100.100.100.200", "192.0.0.1",
    "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "[fc00::1]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[2001::7f00:1]",
    "[2002:7f00:1::]", "[2002:a00:1::1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[64:ff9b:1::7f00:1]",
    "[::ffff:0:7f00:1]", "[100::1]", "[3fff::1]", "[5f00::1]", "[4000::1]",
]  # fmt: skip


TRIED: list[Any] = []
sys.addaudithook(lambda event, given: TRIED.append(given[1]) if event == "socket.connect" else None)


def tried() -> list[Any]:
    """Every address on a network that a socket of this process was told to connect to since it was last asked."""
    found = [address for address in TRIED if isinstance(address, tuple)]
    TRIED.clear()
    return found


@pytest.mark.parametrize("host", INSIDE)
def test_an_address_inside_of_a_network_is_never_connected_to(canary: Canary, host: str) -> None:
    tried()
    for scheme in ("https", "http"):
        with pytest.raises(Unreachable):
            fetched(f"{scheme}://{host}:{canary.port}/")
    assert (canary.connections, tried()) == (0, [])


def test_connections_that_are_tried_are_seen(canary: Canary) -> None:
    tried()
    fetched(f"http://127.0.0.1:{canary.port}/")
    with pytest.raises(Unreachable):
        fetched(f"https://127.0.0.1:{canary.port}/")  # no TLS there: it comes to the canary and no further
    assert [address[1] for address in tried()] == [canary.port] * 2
    assert canary.connections == 2


@pytest.mark.parametrize("address", ["93.184.215.14", "2000::1", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"])
def test_a_public_address_is_allowed_for_a_name_and_not_for_this_machine(address: str) -> None:
    assert fetch._allowed(address, loopback=False)
    assert not fetch._allowed(address, loopback=True)


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names resolve to the first answer, then the next, and then the last for good. Gives the names that were asked for."""
    asked: list[str] = []
    left = list(answers)
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *rest: Any, **options: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        if not name.endswith(".example"):
            return list(real(host, port, *rest, **options))
        asked.append(name)
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [found for address in addresses for found in real(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1"], ["::1"], [PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "10.0.0.1"], ["::ffff:127.0.0.1"]],
    ids="_".join,
)
def test_a_name_that_leads_inside_with_any_of_its_addresses_is_never_connected_to(
    canary: Canary, monkeypatch: pytest.MonkeyPatch, answer: list[str]
) -> None:
    resolving(monkeypatch, answer)
    tried()
    with pytest.raises(Unreachable):
        fetched(f"https://issuer.example:{canary.port}/")
    assert (canary.connections, tried()) == (0, [])


def test_a_name_that_resolves_differently_the_second_time_leads_to_the_address_that_was_checked(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.5)
    asked = resolving(monkeypatch, [PUBLIC], ["127.0.0.1"])
    tried()
    with pytest.raises(Unreachable):
        fetched(f"https://issuer.example:{canary.port}/")
    assert asked == ["issuer.example"]
    assert {address[0] for address in tried()} == {PUBLIC}
    assert canary.connections == 0


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(canary: Canary, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for each in (name, name.lower()):
        monkeypatch.setenv(each, f"http://127.0.0.1:{canary.port}")
    resolving(monkeypatch, ["127.0.0.1"])
    tried()
    for scheme in ("http", "https"):
        with pytest.raises(Unreachable):
            fetched(f"{scheme}://issuer.example/")
    assert (canary.connections, tried()) == (0, [])


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://127.0.0.1:{port}/", "gopher://127.0.0.1:{port}/", "data:text/plain,ok",
        "ws://127.0.0.1:{port}/", "wss://127.0.0.1:{port}/", "HTTP+UNIX://127.0.0.1:{port}/", "//127.0.0.1:{port}/",
        "127.0.0.1:{port}", "http://", "http:///", "https:127.0.0.1", "", "x", "http://127.0.0.1:{port}\\@evil.example/",
        "http://a@127.0.0.1:{port}/", "http://a:b@127.0.0.1:{port}/", "http://127.0.0.1:{port}/\t", " http://127.0.0.1:{port}/",
        "\x00http://127.0.0.1:{port}/", "http://127.0.0.1:{port}/\r\nX: y", "http://127.0.0.1:{port}/a b",
        "http://127。0。0。1:{port}/", "http://１２７.0.0.1:{port}/", "http://loc\u00adalhost:{port}/", "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://[::1/", "http://127.0.0.1:{port}/" + "x" * 3000,
    ],
)  # fmt: skip
def test_an_odd_address_is_never_connected_to(canary: Canary, url: str) -> None:
    tried()
    with pytest.raises(Unreachable):
        fetched(url.replace("{port}", str(canary.port)))
    assert (canary.connections, tried()) == (0, [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(canary: Canary, status: int) -> None:
    with pytest.raises(Unreachable, match=str(status)):
        fetched(f"http://127.0.0.1:{canary.port}/{status}")
    assert canary.connections == 1
    assert b"secret" not in b"".join(canary.asked)


@pytest.mark.parametrize("path", ["huge", "endless", "header", "headers", "noise", "cut-off", "204", "401", "500"])
def test_floods_noise_and_other_answers_are_unreachable(canary: Canary, path: str) -> None:
    with pytest.raises(Unreachable) as refused:
        fetched(f"http://127.0.0.1:{canary.port}/{path}")
    assert not isinstance(refused.value, NotPublished)
    assert "seconds" not in str(refused.value)


@pytest.mark.parametrize("path", ["silent", "drip", "drip-header", "interim"])
def test_a_server_that_keeps_us_waiting_is_given_up_on(
    canary: Canary, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.5)
    with pytest.raises(Unreachable, match="seconds"):
        fetched(f"http://127.0.0.1:{canary.port}/{path}")


@pytest.mark.parametrize("status", [404, 410])
def test_what_an_issuer_says_it_does_not_have_is_not_published(canary: Canary, status: int) -> None:
    with pytest.raises(NotPublished):
        fetched(f"http://127.0.0.1:{canary.port}/{status}")


def test_what_is_compressed_is_not_inflated(canary: Canary) -> None:
    assert fetched(f"http://127.0.0.1:{canary.port}/gzip") == b"\x1f\x8b\x08\x00"
