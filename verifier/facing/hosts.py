"""Under which names the verifier answers. An exact Host leaves nothing to other names that lead here (DNS rebinding)."""

from urllib.parse import urlsplit

from verifier.directory.addresses import LOOPBACK, is_loopback

__all__ = ["hosts_of"]

PORTS = {"http": 80, "https": 443}


def hosts_of(public_url: str) -> frozenset[str]:
    """What a Host header may say, in lower case: the public address's host, or any name of this machine where it is one."""
    parts = urlsplit(public_url)
    names = LOOPBACK if is_loopback(public_url) else {parts.hostname or ""}
    default = PORTS[parts.scheme]
    hosts = set()
    for name in names:
        host = f"[{name}]" if ":" in name else name
        hosts.add(f"{host}:{parts.port or default}")
        if parts.port in {None, default}:
            hosts.add(host)
    return frozenset(hosts)
