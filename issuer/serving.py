"""Runs the application on granian until it is told to stop."""

import resource
import socket

from granian import Granian
from granian.constants import Interfaces

from issuer.errors import Misconfigured
from issuer.settings import Settings

__all__ = ["no_core_dumps", "serve_until_stopped"]


def no_core_dumps() -> None:
    """A crash of this process or its children writes no memory, and with it no private key, to the disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve_until_stopped(settings: Settings) -> None:
    """Serve on the settings' host and port. Raises `Misconfigured` when another program has the port."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Misconfigured(
                f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). Stop the other program or set "
                "ISSUER_PORT to another port."
            ) from error
    # granian's access log would write codes, which are personal data, so it stays off.
    Granian(
        "issuer.app:create_app",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
    ).serve()
