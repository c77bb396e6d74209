"""A process that does nothing but draw certificates: `python -m issuer.certificate.worker`, which `pool` starts.

It is its own program rather than a copy of the service: no key, no database and no setting of the service is in its
memory, and what a design makes WeasyPrint do happens here, under limits. It ends when the service does, for then the
other end of its connection is closed.
"""

import gc
import resource
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from credential.wording import Wording
from issuer.certificate import Brand, Design, draw, packaged, use_extra_fonts
from issuer.certificate.allowance import limit
from issuer.certificate.samples import sample
from issuer.errors import IssuerError

__all__ = ["MEMORY", "QUESTION", "READY", "Look", "Question", "serve"]

MEMORY = 1024**3
READY = "ready"
Look = tuple[Design, Brand]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What `draw` takes but for the look, which is ten times as much and comes once.

    The process keeps it in `place`, which the asker chose; `look` is None when it is there. Sent as MessagePack: to pickle
    so many small objects takes five times as long.
    """

    wording: Wording
    token: str
    verify_url: str
    issued_at: datetime
    cache: str
    place: int
    look: Look | None


QUESTION = msgspec.msgpack.Decoder(Question)


def serve(asked: Connection, cache: Path) -> None:
    """Draw a sample, say that we are ready, and draw what is asked until nobody asks any more.

    Each question is a `Question`; each answer what `draw` gave, or the error that it raised as `(class, args,
    attributes)`: errors do not survive pickling when their class makes its own message.
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
    looks: dict[int, Look] = {}
    asked.send(READY)
    while True:
        try:
            question = QUESTION.decode(asked.recv_bytes())
        except EOFError:
            return
        if question.look:
            looks[question.place] = question.look
        design, brand = looks[question.place]
        limit()
        try:
            drawn = draw(
                question.wording,
                question.token,
                verify_url=question.verify_url,
                issued_at=question.issued_at,
                cache=Path(question.cache),
                design=design,
                brand=brand,
            )
            asked.send(drawn)
        except BrokenPipeError:
            return  # nobody asks any more
        except MemoryError:
            return  # with what is left nothing can be relied on
        except Exception as error:  # noqa: BLE001, the asker raises it again
            error.add_note(traceback.format_exc())
            asked.send((type(error), error.args, vars(error)))


if __name__ == "__main__":
    connection, cache, *fonts = sys.argv[1:]
    use_extra_fonts(map(Path, fonts))
    serve(Connection(int(connection)), Path(cache))
