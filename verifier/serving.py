"""Runs the application on granian until it is told to stop."""

import socket

from granian import Granian
from granian.constants import Interfaces

from verifier.errors import Misconfigured
from verifier.facing.logs import CONFIG
from verifier.settings import Settings

__all__ = ["require_port", "serve_until_stopped"]


def require_port(settings: Settings) -> None:
    """Raises `Misconfigured` when the settings' host and port cannot be listened on."""
    try:
        # granian would start, fail in its worker and say so in its own words: the port is tried here first.
        with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        raise Misconfigured(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). Stop the other program, or set "
            "VERIFIER_PORT (and VERIFIER_HOST) to where the verifier may listen."
        ) from error


def serve_until_stopped(settings: Settings) -> None:
    """Serve on the settings' host and port."""
    # granian's access log would write codes, which are personal data, so it stays off: the door writes a line instead.
    Granian(
        "verifier.app:create_app",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        websockets=False,
        log_access=False,
        log_dictconfig=CONFIG,
        log_level="warning",  # type: ignore[arg-type]
    ).serve()
