"""Runs the application on granian until it is told to stop."""

import resource
import socket

from granian import Granian
from granian.constants import Interfaces

from issuer.errors import Misconfigured
from issuer.settings import Settings

__all__ = ["no_core_dumps", "serve_until_stopped", "usable_port"]


def no_core_dumps() -> None:
    """A crash of this process or its children writes no memory, and with it no private key, to the disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve_until_stopped(settings: Settings) -> None:
    """Serve on the settings' host and port. Raises `Misconfigured` when another program has the port."""
    usable_port(settings.host, settings.port)
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


def usable_port(host: str, port: int) -> int:
    """The port, or a free one where it is 0. Raises `Misconfigured` when another program has it."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            why = error.strerror if isinstance(error, OSError) else "ports end at 65535"
            raise Misconfigured(
                f"Port {port} on {host} cannot be used ({why}). Stop the other program or choose another port: "
                "ISSUER_PORT, or --port for the preview."
            ) from error
        found: int = probe.getsockname()[1]
        return found
