"""Where a certificate may lead: to this verifier, or to one that its issuer names."""

from urllib.parse import urlsplit

import msgspec

from verifier.directory import KnownHosts, KnownIssuer, resembles
from verifier.verdict import Trace

__all__ = ["LONGEST_DETAIL", "Hosts"]

LONGEST_DETAIL = 120  # characters of a stranger's address


class Hosts(msgspec.Struct, frozen=True, kw_only=True):
    """Where certificates may lead: to this verifier (`own`, an address or ""), and to where their issuer says.

    `known` are all hosts that a forger's could be made to look like, without ports.
    """

    own: str
    issuer: KnownIssuer | None
    known: KnownHosts

    def trace(self, host: str | None) -> Trace | None:
        """What is wrong with an address at `host`, if anything is: an issuer's verifiers are only known if it names them."""
        if host is None or host in self.right():
            return None
        own = KnownHosts(filter(None, [urlsplit(self.own).hostname]))
        if like := resembles(host.partition(":")[0], self.known, own):
            return Trace(code="look_alike_host", detail=f"{host[:LONGEST_DETAIL]} ≠ {like}")
        if self.issuer and self.issuer.verifiers:
            return Trace(code="qr_elsewhere", detail=host[:LONGEST_DETAIL])
        return None

    def right(self) -> set[str]:
        """The hosts that nothing is wrong with."""
        issuers = (self.issuer.url_prefix, *self.issuer.verifiers) if self.issuer else ()
        return {urlsplit(url).netloc.lower() for url in (self.own, *issuers) if url}
