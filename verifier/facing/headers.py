"""The headers that every answer carries, whoever made it: pages, verdicts, problems, 304s and what is not there."""

from collections.abc import Iterable
from urllib.parse import urlsplit

__all__ = ["HEADERS", "guarded", "guarding_headers"]

REFUSED_FEATURES = (
    "accelerometer", "autoplay", "display-capture", "encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid",
    "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "web-share", "xr-spatial-tracking",
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(["camera=(self)", *(f"{feature}=()" for feature in REFUSED_FEATURES)]),
    "Referrer-Policy": "no-referrer",
    "Server": "",  # granian would write its name
    "X-Content-Type-Options": "nosniff",
}
NOT_KEPT = ((b"cache-control", b"no-store"),)
A_YEAR = 365 * 24 * 60 * 60

Header = tuple[bytes, bytes]


def guarding_headers(public_url: str) -> dict[bytes, bytes]:
    """`HEADERS` as ASGI wants them; with Strict-Transport-Security where people come over https."""
    secure = {"Strict-Transport-Security": f"max-age={A_YEAR}"} if urlsplit(public_url).scheme == "https" else {}
    return {name.lower().encode(): value.encode() for name, value in (HEADERS | secure).items()}


def guarded(headers: Iterable[Header], guarding: dict[bytes, bytes]) -> list[Header]:
    """An answer's headers with the guarding ones in place of its own. What does not say that it may be kept may not."""
    own = [header for header in headers if header[0].lower() not in guarding]
    says_so = any(name.lower() == b"cache-control" for name, _ in own)
    return [*own, *guarding.items(), *(() if says_so else NOT_KEPT)]
