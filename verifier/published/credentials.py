"""What an issuer is asked about one credential. These requests name it, so nobody else's is answered from memory."""

import msgspec

from credential import reader
from credential.errors import CredentialError
from verifier.directory import KnownIssuer
from verifier.errors import NotPublished, Unreachable
from verifier.published.fetch import Fetcher
from verifier.verdict import SHA256, Revocation

__all__ = ["Credentials"]

LONGEST_SAID = 500  # characters of an issuer's own words about a revocation


class Credentials:
    """Asks, and keeps nothing. Every method raises `Unreachable` when it cannot be sure, unless it says otherwise."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def token_of(self, issuer: KnownIssuer, code: str) -> str:
        """The token that the issuer publishes for a code. Also raises `NotPublished`."""
        body = await self._fetcher.get(f"{issuer.service}/credentials/{code}.jwt", "application/vc+jwt")
        return body.decode("ascii", "replace").strip()

    async def knows_file(self, issuer: KnownIssuer, code: str, sha256: str) -> bool:
        """Whether the issuer gave out a file with this hash, in hex, for the credential with this code."""
        if not issuer.service or not SHA256.fullmatch(sha256):
            raise Unreachable(f"{issuer.id} cannot be asked about files.")
        try:
            await self._fetcher.get(f"{issuer.service}/credentials/{code}/files/{sha256}", "application/json")
        except NotPublished:
            return False
        return True

    async def revocation(self, issuer: KnownIssuer, credential_id: object) -> Revocation:
        """What the issuer says of a credential that its list revokes; nothing where it says nothing readable.

        With a token at hand this is the one request that names it unasked, and so made for revoked ones only.
        """
        url = f"{credential_id}/status"
        if not issuer.may_fetch(url):
            return Revocation()
        try:
            said = reader.read_json(await self._fetcher.get(url, "application/json"))
        except (Unreachable, CredentialError):
            return Revocation()
        if said.get("revoked") is not True:
            return Revocation()
        members = {name: said.get(name) for name in ("since", "reason", "superseded_by")}
        texts = {n: text for n, text in members.items() if isinstance(text, str) and 0 < len(text) <= LONGEST_SAID}
        return msgspec.convert(texts, Revocation)
