"""Every public address of the service, in one place: they stand in signed credentials and must hold for decades."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["NAME", "Addresses", "is_web_address"]

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")  # of an organisation, achievement or module, as it stands in addresses
LONGEST_URL = 500


@dataclass(frozen=True)
class Addresses:
    """The URLs under `public_url` (no slash at its end), by what they answer with."""

    public_url: str

    def organisation(self, organisation_id: str) -> str:
        """The organisation's Profile; also its id as an issuer."""
        return f"{self.public_url}/orgs/{organisation_id}"

    def key_set(self, organisation_id: str) -> str:
        """The JWK set of the organisation."""
        return f"{self.organisation(organisation_id)}/jwks.json"

    def key(self, organisation_id: str, key_id: str) -> str:
        """One bare JWK; also its `kid`."""
        return f"{self.organisation(organisation_id)}/keys/{key_id}"

    def achievement(self, organisation_id: str, slug: str, version: int) -> str:
        """One immutable version of an achievement."""
        return f"{self.organisation(organisation_id)}/achievements/{slug}/{version}"

    def status_list(self, organisation_id: str, list_id: str) -> str:
        """A status list credential."""
        return f"{self.organisation(organisation_id)}/status/{list_id}"

    def credential(self, code: str) -> str:
        """A credential; also its id."""
        return f"{self.public_url}/credentials/{code}"


def is_web_address(url: str) -> bool:
    """Whether a text from outside is an http or https address of reasonable length."""
    try:
        return urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname) and len(url) <= LONGEST_URL
    except ValueError:
        return False
