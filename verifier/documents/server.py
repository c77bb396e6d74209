"""The fork server: `python -m verifier.documents.server`, a program that has everything loaded that opens documents.

For each document it forks a child, which reads it from a socket, answers there and ends. The server itself never reads a
byte of a document. It ends when the service does, for then the other end of its socket is closed.
"""

import gc
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import cast

import msgspec

from verifier.documents import isolation
from verifier.documents.kinds import Kind
from verifier.documents.opened import FRAME, PROBE, Answer, Opened
from verifier.documents.pdf import open_pdf
from verifier.documents.pictures import codes_on_frame, open_picture
from verifier.documents.warming import warm_up
from verifier.errors import CannotOpen

__all__ = ["serve"]


def serve(control: socket.socket) -> None:
    """Fork a child for each socket that comes in over `control`, until nobody is there to send any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries them
    isolation.seal_off()
    warm_up()
    gc.freeze()  # what is loaded stays, and is shared with every child
    control.sendall(b"\0")  # ready
    while True:
        _, connections, *_ = socket.recv_fds(control, 1, 1)
        if not connections:
            return
        with suppress(OSError):  # no more processes: the asker's connection closes, which is an answer
            if os.fork() == 0:
                control.close()
                _answer(connections[0])
        os.close(connections[0])


def _answer(connection: int) -> None:
    """Read a question, answer it, and end this process. The question is the kind of the file, a line end, and the file."""
    status = 1
    try:
        isolation.limit()
        with socket.socket(fileno=connection) as asker, asker.makefile("rwb") as stream:
            kind = stream.readline(16).decode().strip()
            stream.write(msgspec.json.encode(_opened(kind, stream.read())))
        status = 0
    finally:
        os._exit(status)


def _opened(kind: str, data: bytes) -> Answer:
    try:
        if kind == PROBE:
            port, file = data.decode().split("\n")
            return Answer(reached=isolation.reached(int(port), file))
        if kind == FRAME:
            return Answer(opened=Opened(kind="picture", codes=codes_on_frame(data)))
        if kind == "pdf":
            return Answer(opened=open_pdf(data))
        return Answer(opened=open_picture(data, cast("Kind", kind)))
    except CannotOpen as error:
        return Answer(problem=str(error), code=error.code)
    except MemoryError:
        return Answer(problem="The document needs more memory than one document may have.", code="too_slow")


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
