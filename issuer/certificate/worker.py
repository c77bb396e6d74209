"""A process that does nothing but draw certificates: `python -m issuer.certificate.worker`, which `pool` starts.

It is its own program rather than a copy of the service: no key, no database and no setting of the service is in its
memory, and what a design makes WeasyPrint do happens here, under limits. It ends when the service does, for then the
other end of its connection is closed.
"""

import gc
import resource
import sys
import time
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from issuer.certificate import draw, packaged, use_extra_fonts
from issuer.certificate.samples import sample
from issuer.errors import IssuerError

__all__ = ["CPU_SECONDS", "MEMORY", "READY", "serve"]

CPU_SECONDS = 5  # for one certificate, which takes a tenth of one
MEMORY = 1024**3
READY = "ready"


def serve(asked: Connection, cache: Path) -> None:
    """Draw a sample, say that we are ready, and draw what is asked until nobody asks any more.

    Each question is what `draw` takes, as `(args, kwargs)`; each answer what it gave, or the error that it raised as
    `(class, args, attributes)`: errors do not survive pickling when their class makes its own message.
    """
    if sys.platform == "linux":  # macOS counts its shared libraries into the address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with suppress(IssuerError):  # whoever asks for a certificate is told the same
        new_year = datetime(2026, 1, 1, tzinfo=UTC)
        draw(
            sample("usual"),
            "",
            verify_url="https://verifier.example",
            issued_at=new_year,
            cache=cache,
            design=packaged("classic-landscape"),
        )
    gc.freeze()  # fonts and style sheets stay: the collector need not look at them again for every certificate
    asked.send(READY)
    while True:
        try:
            args, kwargs = asked.recv()
        except EOFError:
            return
        spent = int(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, resource.RLIM_INFINITY))
        try:
            asked.send(draw(*args, **kwargs))
        except MemoryError:
            return  # with what is left nothing can be relied on
        except Exception as error:  # noqa: BLE001, the asker raises it again
            error.add_note(traceback.format_exc())
            asked.send((type(error), error.args, vars(error)))


if __name__ == "__main__":
    connection, cache, *fonts = sys.argv[1:]
    use_extra_fonts(map(Path, fonts))
    serve(Connection(int(connection)), Path(cache))
