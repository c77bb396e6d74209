"""Who is asking: the address to count requests by, and whether it is one of the operator's own machines."""

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

__all__ = ["Network", "client_of", "is_inside", "rated_as"]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
FORWARDING = {b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip"}
OF_ONE_SITE = 64  # bits: what one home or office is given of IPv6

Headers = Iterable[tuple[bytes, bytes]]


def client_of(peer: str, headers: Headers, trusted: Sequence[Network]) -> str:
    """The address that the request comes from: the connection's, or what trusted proxies say of it.

    Each proxy appends whom it heard, so the list is read from its right end, and the first address that is no trusted
    proxy is the client: what stands to the left of it, the client may have written itself.
    """
    client = _address(peer)
    if trusted:
        said = b",".join(value for name, value in headers if name.lower() == b"x-forwarded-for")
        hops = said.decode("latin-1").split(",")
        while client and hops and any(client in network for network in trusted):
            before = _address(hops.pop().strip())
            if before is None:
                break
            client = before
    return str(client) if client else "unknown"


@lru_cache(maxsize=1000)
def rated_as(client: str) -> str:
    """What shares one allowance: an IPv4 address, or an IPv6 network of 64 bits."""
    address = _address(client)
    if isinstance(address, IPv6Address):
        return str(ipaddress.ip_network((address, OF_ONE_SITE), strict=False))
    return client


def is_inside(peer: str, headers: Headers) -> bool:
    """Whether a machine of the operator's own network asks, directly and not for somebody else."""
    address = _address(peer)
    direct = not any(name.lower() in FORWARDING for name, _ in headers)
    return address is not None and direct and (address.is_private or address.is_loopback)


@lru_cache(maxsize=1000)  # a proxy's, and who comes again: each request asks three times
def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
