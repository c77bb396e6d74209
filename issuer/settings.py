"""The issuer's settings, read once from the environment when the service is made."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from issuer.errors import Misconfigured

__all__ = ["Settings", "settings_from"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the service lives and keeps its things. URLs have no slash at the end."""

    host: str
    port: int
    public_url: str
    verifier_url: str
    data_dir: Path
    keys_dir: Path
    cache_dir: Path
    files_url: str
    extra_fonts: tuple[Path, ...] = ()
    database_url: str = field(repr=False)  # holds a password where it is PostgreSQL
    passphrase: str | None = field(repr=False)

    @property
    def machine_key_file(self) -> Path:
        """What guards the keys where there is no passphrase."""
        return self.data_dir / "machine.key"


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read `ISSUER_*` and `VERIFIER_PUBLIC_URL`; `issuer --help` explains each. Raises `Misconfigured`."""
    port = _port(environment.get("ISSUER_PORT", "8000"))
    data_dir = Path(environment.get("ISSUER_DATA_DIR", "var/issuer")).absolute()
    return Settings(
        host=environment.get("ISSUER_HOST", "127.0.0.1"),
        port=port,
        public_url=_url("ISSUER_PUBLIC_URL", environment.get("ISSUER_PUBLIC_URL", f"http://127.0.0.1:{port}")),
        verifier_url=_url("VERIFIER_PUBLIC_URL", environment.get("VERIFIER_PUBLIC_URL", "http://127.0.0.1:8001")),
        data_dir=data_dir,
        keys_dir=Path(environment.get("ISSUER_KEYS_DIR", data_dir / "keys")).absolute(),
        cache_dir=Path(environment.get("ISSUER_CACHE_DIR", data_dir / "cache")).absolute(),
        extra_fonts=tuple(
            Path(name).absolute() for name in environment.get("ISSUER_EXTRA_FONTS", "").split(os.pathsep) if name
        ),
        files_url=environment.get("ISSUER_FILES_URL") or (data_dir / "files").as_uri(),
        database_url=environment.get("ISSUER_DATABASE_URL", f"sqlite:///{data_dir / 'issuer.db'}"),
        passphrase=_passphrase(environment),
    )


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        raise Misconfigured(f"ISSUER_PORT must be a number from 1 to 65535, not {text[:40]!r}.")
    return int(text)


def _url(name: str, text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and parts.hostname and not parts.query and not parts.fragment
    except ValueError:
        good = False
    if not good:
        raise Misconfigured(f"{name} must be an address such as https://issuer.example, not {text[:100]!r}.")
    return text.rstrip("/")


def _passphrase(environment: Mapping[str, str]) -> str | None:
    file = environment.get("ISSUER_KEY_PASSPHRASE_FILE")
    if not file:
        return environment.get("ISSUER_KEY_PASSPHRASE") or None
    try:
        passphrase = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise Misconfigured(f"ISSUER_KEY_PASSPHRASE_FILE {file} cannot be read: {error}.") from error
    if not passphrase:
        raise Misconfigured(f"ISSUER_KEY_PASSPHRASE_FILE {file} is empty.")
    return passphrase
