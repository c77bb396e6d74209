"""The verifier's settings, read once from the environment when the service is made."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from verifier.errors import Misconfigured

__all__ = ["Settings", "settings_from"]

DIRECTORIES = (Path("var/directory.json"), Path("var/demo/directory.json"))  # the demo writes the second


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the service lives and whom it knows. `public_url` has no slash at its end."""

    host: str
    port: int
    public_url: str
    directory: Path


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read `VERIFIER_*`; `verifier --help` explains each. Raises `Misconfigured`, naming the variable."""
    port = environment.get("VERIFIER_PORT", "8001")
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise Misconfigured(f"VERIFIER_PORT must be a number from 1 to 65535, not {port[:40]!r}.")
    public_url = environment.get("VERIFIER_PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/")
    if not _is_web_address(public_url):
        raise Misconfigured(
            f"VERIFIER_PUBLIC_URL must be an address such as https://verify.example, not {public_url[:100]!r}."
        )
    named = environment.get("VERIFIER_DIRECTORY")
    return Settings(
        host=environment.get("VERIFIER_HOST", "127.0.0.1"),
        port=int(port),
        public_url=public_url,
        directory=Path(named) if named else next((path for path in DIRECTORIES if path.exists()), DIRECTORIES[0]),
    )


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    except ValueError:
        return False
