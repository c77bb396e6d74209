"""The verifier's settings, read once from the environment when the service is made."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from verifier.errors import Misconfigured

__all__ = ["Settings", "settings_from"]

DIRECTORIES = (Path("var/directory.json"), Path("var/demo/directory.json"))  # the demo writes the second
SLOWEST = 0.1  # slower, and no saved allowance would do for one document


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the service lives, whom it knows, how much one address may ask. `public_url` has no slash at its end.

    `rate` is what one address may have verified a second (0: no limit), saved up for a minute. `trusted_proxies` are
    the networks whose X-Forwarded-For is believed.
    """

    host: str
    port: int
    public_url: str
    directory: Path
    rate: float = 1.0
    trusted_proxies: tuple[str, ...] = ()


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
        rate=_rate(environment.get("VERIFIER_RATE", "1")),
        trusted_proxies=tuple(
            _network(text.strip())
            for text in environment.get("VERIFIER_TRUSTED_PROXIES", "").split(",")
            if text.strip()
        ),
    )


def _rate(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", text) or 0 < float(text) < SLOWEST:
        raise Misconfigured(f"VERIFIER_RATE must be 0 (no limit) or a number from {SLOWEST}, not {text[:40]!r}.")
    return float(text)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise Misconfigured(
            f"VERIFIER_TRUSTED_PROXIES must be networks such as 10.0.0.0/8 or ::1, not {text[:100]!r}."
        ) from error


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    except ValueError:
        return False
