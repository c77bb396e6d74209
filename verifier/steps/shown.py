"""What a document shows and where it leads, beside the credential that it is shown with (step 6 of the procedure)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from msgspec import UNSET

from credential import qr
from credential.errors import CredentialError
from credential.reader import UnverifiedToken
from credential.wording import Wording
from verifier.claims import code_of
from verifier.comparison import differences
from verifier.directory import KnownIssuer, resembles
from verifier.documents.opened import Opened
from verifier.evidence import Evidence, read_text
from verifier.verdict import Document, Trace

__all__ = ["Hosts", "shown"]

LONGEST_DETAIL = 120  # characters of a stranger's address


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """Where certificates may lead: to this verifier (`own`, an address or ""), and to where their issuer says.

    `known` are all hosts that a forger's could be made to look like, without ports.
    """

    own: str
    issuer: KnownIssuer | None
    known: Collection[str]

    def trace(self, host: str | None) -> Trace | None:
        """What is wrong with an address at `host`, if anything is: an issuer's verifiers are only known if it names them."""
        if host is None or host in self.right():
            return None
        own = urlsplit(self.own).hostname
        if like := resembles(host.partition(":")[0], (*self.known, *filter(None, [own]))):
            return Trace(code="look_alike_host", detail=f"{host[:LONGEST_DETAIL]} ≠ {like}")
        if self.issuer and self.issuer.verifiers:
            return Trace(code="qr_elsewhere", detail=host[:LONGEST_DETAIL])
        return None

    def right(self) -> set[str]:
        """The hosts that nothing is wrong with."""
        issuers = (self.issuer.url_prefix, *self.issuer.verifiers) if self.issuer else ()
        return {urlsplit(url).netloc.lower() for url in (self.own, *issuers) if url}


def shown(
    evidence: Evidence, token: UnverifiedToken, renditions: Iterable[Wording], hosts: Hosts, *, complete: bool
) -> Document:
    """Compare the document of the evidence with what was signed, in each of the `renditions` that it may be.

    Pictures are for people to compare, and so is a scan: pages without any text that nothing is attached to. Where the
    renditions are not `complete`, because translations could not be fetched, what else the document says is not held
    against it.
    """
    opened = evidence.document
    sha256 = evidence.sha256 or UNSET
    if opened is None:
        return Document(shows="not_compared", sha256=sha256)
    compared = opened.kind == "pdf" and (any(opened.lines) or bool(opened.attached))
    traces = (*opened.traces, *_without_text(opened), *_led(opened, token, hosts))
    printed = hosts.right() | {read_text(text).host or "" for text in (*opened.codes, *opened.links)}
    found = differences(opened, renditions, printed, complete=complete) if compared else ()
    if found or traces:
        return Document(shows="differs", differences=found, traces=tuple(dict.fromkeys(traces)), sha256=sha256)
    return Document(shows="text_matches" if compared else "not_compared", sha256=sha256)


def _without_text(opened: Opened) -> Iterator[Trace]:
    """The pages without a word beside pages with some: whatever they show was not signed."""
    for number, lines in enumerate(opened.lines, 1):
        if not lines and any(opened.lines):
            yield Trace(code="extra_page", page=number)


def _led(opened: Opened, token: UnverifiedToken, hosts: Hosts) -> Iterator[Trace]:
    """Where the QR codes and the links of a document lead, if not to this very credential at an address of its issuer's."""
    if opened.kind == "picture":  # of a desk, on which other things lie
        return
    for text in opened.codes:
        if not _is_this(text, token):
            yield Trace(code="qr_of_another", detail=text[:LONGEST_DETAIL])
        elif trace := hosts.trace(read_text(text).host):
            yield trace
    for link in opened.links:
        if not _is_this(link, token) or hosts.trace(read_text(link).host):
            yield Trace(code="link_elsewhere", detail=link[:LONGEST_DETAIL])


def _is_this(text: str, token: UnverifiedToken) -> bool:
    """Whether what a QR code or a link holds is this credential: the token, or its code and the signature beside it."""
    found = read_text(text)
    if found.token:
        return found.token == token.text
    if found.code is None or found.code != code_of(token.claims):
        return False
    try:
        return found.digits is None or qr.signature_in(found.digits) == token.signature
    except CredentialError:
        return False
