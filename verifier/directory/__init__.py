"""The directory: the issuers this verifier knows, under the names it knows them by. Pinned, never taken from a QR code."""

from verifier.directory.addresses import is_loopback, under
from verifier.directory.keeping import Kept
from verifier.directory.known import Directory, KnownIssuer
from verifier.directory.lookalike import KnownHosts, resembles
from verifier.directory.reading import read_directory

__all__ = ["Directory", "Kept", "KnownHosts", "KnownIssuer", "is_loopback", "read_directory", "resembles", "under"]
