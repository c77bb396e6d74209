"""The two services as programs of their own, started and stopped as an operator would."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpcore

__all__ = ["Stopped", "command", "free_port", "port_is_free", "serving"]

PROGRAMS = Path(sys.executable).parent
START_SECONDS = 60


class Stopped(Exception):
    """A program did not do what the demo needs; the message holds what it said."""


def command(program: str, *arguments: str, environment: Mapping[str, str]) -> str:
    """Run `issuer` or `verifier` with its command line and give what it prints. Raises `Stopped` when it fails."""
    done = subprocess.run(
        [PROGRAMS / program, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Stopped(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


@contextmanager
def serving(program: str, url: str, log: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """`program serve`, from when it answers until the block ends. Raises `Stopped` when it does not start."""
    with log.open("ab") as written:
        process = subprocess.Popen(
            [PROGRAMS / program, "serve"], env={**os.environ, **environment}, stdout=written, stderr=written
        )
    try:
        _wait_for(process, f"{url}/healthz", log)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Stopped(log.read_text(errors="replace").strip()[-2000:])
        try:
            if httpcore.request("GET", url, extensions={"timeout": {"connect": 1, "read": 5}}).status == 200:
                return
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
            time.sleep(0.05)
    raise Stopped(f"{url} did not answer within {START_SECONDS} seconds; see {log}.")


def port_is_free(port: int) -> bool:
    """Whether a service could listen on the port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
