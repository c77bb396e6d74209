"""Fetching from known issuers: no redirects, 1 MiB, 5 seconds, and never an address inside our own network.

The name is resolved once, every address is checked, and the connection goes to the address that was checked, so that a
name which resolves differently the second time (DNS rebinding) leads nowhere. Proxies that the environment names are not
used: a proxy would resolve the name once more, where nobody checks what comes out.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore

from verifier.directory.addresses import LOOPBACK, is_web_address
from verifier.errors import NotPublished, Unreachable

__all__ = ["Fetcher"]

SECONDS = 5
MOST_BYTES = 1024 * 1024
# All that is given out for everybody (IANA); what lies outside of it is for special uses, some of them inside of networks.
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")  # holds an IPv4 address that a gateway may still deliver to (RFC 7526)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # how a network without IPv4 reaches an IPv4 address (RFC 6052)
FAILURES = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, httpcore.UnsupportedProtocol)


class Fetcher:
    """An HTTP client for what issuers publish. Close it when done."""

    def __init__(self) -> None:
        self._pool = httpcore.AsyncConnectionPool(network_backend=_PublicOnly(), max_connections=50, retries=0)

    async def get(self, url: str, accept: str = "*/*") -> bytes:
        """The body of a 200 answer. Raises `NotPublished` for 404 and 410, `Unreachable` for everything else."""
        if not is_web_address(url):
            raise Unreachable(f"{url[:200]} is no address that is asked.")
        headers = [("Accept", accept), ("Accept-Encoding", "identity"), ("User-Agent", "weizheng-verifier")]
        try:
            async with asyncio.timeout(SECONDS), self._pool.stream("GET", url, headers=headers) as response:
                if response.status in {404, 410}:
                    raise NotPublished(f"{url} is not there.")
                if response.status != 200:
                    raise Unreachable(f"{url} answered {response.status}.")
                body = bytearray()
                async for part in response.aiter_stream():
                    body += part
                    if len(body) > MOST_BYTES:
                        raise Unreachable(f"{url} answered with more than 1 MiB.")
                return bytes(body)
        except TimeoutError as error:
            raise Unreachable(f"{url} did not answer within {SECONDS} seconds.") from error
        except (*FAILURES, OSError, ValueError) as error:
            raise Unreachable(f"{url} cannot be reached.") from error

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _PublicOnly(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only; to loopback where the directory itself names this machine."""

    def __init__(self) -> None:
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if not all(_allowed(address, loopback=host in LOOPBACK) for address in addresses):
            raise httpcore.ConnectError(f"{host} leads to an address that is not public")
        *others, last = dict.fromkeys(addresses)
        for address in others:  # a host may have an IPv6 address that this network cannot reach
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError:
                continue
        return await self._backend.connect_tcp(last, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


def _allowed(address: str, *, loopback: bool) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None and ip not in NAT64:
            return ip.is_loopback if loopback else ip in PUBLIC_IPV6 and ip.is_global and ip not in SIX_TO_FOUR
        ip = ipaddress.IPv4Address(ip.packed[-4:])
    return ip.is_loopback if loopback else ip.is_global and not ip.is_multicast
