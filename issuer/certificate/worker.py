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
from typing import Annotated

import msgspec

from credential.wording import Wording
from issuer.certificate import Brand, Design, Drawn, Undrawable, draw, packaged, use_extra_fonts
from issuer.certificate.allowance import limit
from issuer.certificate.samples import sample
from issuer.certificate.shelf import Made, Shelf
from issuer.errors import IssuerError

__all__ = ["ANSWER", "MEMORY", "QUESTION", "READY", "Answer", "Look", "Question", "Refusal", "serve"]

MEMORY = 1024**3
READY = "ready"
Look = tuple[Design, Brand]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What `draw` takes but for the look, which is ten times as much and comes once.

    The process keeps it in `place`, which the asker chose; `look` is None when it is there. `news` is what other processes
    compiled. Sent as MessagePack: to pickle so many small objects takes five times as long.
    """

    wording: Wording
    token: str
    verify_url: str
    issued_at: datetime
    cache: str
    place: int
    look: Look | None
    news: tuple[Made, ...] = ()


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What `draw` raised: the `names` of the error's class and of those above it, its message and `traceback`.

    `characters` are those of an `Undrawable`.
    """

    names: tuple[str, ...]
    message: str
    traceback: str
    characters: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What `draw` gave or raised, and what was compiled for it."""

    said: Drawn | Refusal
    made: Annotated[tuple[Made, ...], msgspec.Meta(max_length=1)]


QUESTION = msgspec.msgpack.Decoder(Question)
# Not pickled: who asks has the keys, and what a design makes of this process is to have no say there.
ANSWER: msgspec.msgpack.Decoder[str | Answer] = msgspec.msgpack.Decoder(str | Answer)


def serve(asked: Connection, cache: Path) -> None:
    """Draw a sample, say that we are `READY`, and draw what is asked until nobody asks any more.

    Each question is a `Question`, each answer an `Answer`, as MessagePack.
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
    shelf = Shelf()
    _send(asked, READY)
    while True:
        try:
            question = QUESTION.decode(asked.recv_bytes())
        except EOFError:
            return
        if question.look:
            looks[question.place] = question.look
        design, brand = looks[question.place]
        shelf.hear(question.news)
        limit()
        try:
            said: Drawn | Refusal = draw(
                question.wording,
                question.token,
                verify_url=question.verify_url,
                issued_at=question.issued_at,
                cache=Path(question.cache),
                design=design,
                brand=brand,
                shelf=shelf,
            )
        except MemoryError:
            return  # with what is left nothing can be relied on
        except Exception as error:  # noqa: BLE001, the asker raises it again
            said = Refusal(
                names=tuple(kind.__name__ for kind in type(error).__mro__),
                message=_written(str(error)),
                traceback=_written(traceback.format_exc()),
                characters=error.characters if isinstance(error, Undrawable) else (),
            )
        try:
            _send(asked, Answer(said=said, made=shelf.tell()))
        except BrokenPipeError:
            return  # nobody asks any more


def _send(asked: Connection, answer: str | Answer) -> None:
    asked.send_bytes(msgspec.msgpack.encode(answer))


def _written(text: str) -> str:
    """The text as it can be sent: a path of the system may have half a character in it."""
    return text.encode("utf-8", "backslashreplace").decode()


if __name__ == "__main__":
    connection, cache, *fonts = sys.argv[1:]
    use_extra_fonts(map(Path, fonts))
    serve(Connection(int(connection)), Path(cache))
