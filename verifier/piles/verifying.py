"""Items to rows: as many at a time as there are cores, each row as soon as it is done."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence

import anyio.to_thread

from verifier.documents.kinds import is_document
from verifier.evidence import read_bytes
from verifier.piles.allowance import Allowance
from verifier.piles.applicants import Applicants
from verifier.piles.item import Item, NotOpened
from verifier.piles.names import is_one_of, name_in
from verifier.piles.row import Row, Unopened, compared
from verifier.verdict import Verdict
from verifier.verify import CORES

__all__ = ["verified"]

AT_A_TIME = min(CORES, 8) + 1  # one more than are opened, which is read meanwhile; each holds up to 20 MiB

log = logging.getLogger("verifier")
Verify = Callable[[bytes], Awaitable[Verdict]]


async def verified(
    items: Sequence[Item], verify: Verify, allowance: Allowance, applicants: Applicants | None = None
) -> AsyncGenerator[Row, None]:
    """A row for each item, in the order in which they are done.

    `verify` raises `TimeoutError` for what takes too long. Whoever stops listening closes the iterator (`aclosing`): then
    nothing more is begun, and what is in hand has ended when that returns.
    """
    waiting = iter(enumerate(items, 1))
    done: asyncio.Queue[Row] = asyncio.Queue()
    workers = [
        asyncio.create_task(_work(waiting, verify, allowance, applicants or Applicants(), done))
        for _ in range(AT_A_TIME)
    ]
    by_credential: defaultdict[str, list[Row]] = defaultdict(list)
    try:
        for _ in items:
            row = await done.get()
            if row.credential:
                row = compared(row, by_credential[row.credential])
                by_credential[row.credential or ""].append(row)
            yield row
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _work(
    waiting: Iterator[tuple[int, Item]],
    verify: Verify,
    allowance: Allowance,
    applicants: Applicants,
    done: asyncio.Queue[Row],
) -> None:
    for number, item in waiting:
        done.put_nowait(await _row(number, item, verify, allowance, applicants))


async def _row(number: int, item: Item, verify: Verify, allowance: Allowance, applicants: Applicants) -> Row:
    try:
        allowance.require_time()
        given = await anyio.to_thread.run_sync(item.read)
        if _is_code(given):
            allowance.take_code()
        verdict = await verify(given)
    except NotOpened as error:
        return _problem(number, item, error)
    except TimeoutError:
        return _problem(number, item, NotOpened("too_slow"))
    except Exception as error:  # one of our faults must not take the rest of the pile with it
        log.error("A fault of ours", exc_info=error)  # noqa: TRY400 - the message of an exception is not for logs
        return _problem(number, item, NotOpened("fault"))
    signed = verdict.credential
    names = signed.names if signed else ()
    name = item.name or applicants.name_of(item.label, signed.code if signed else None) or name_in(item.label, names)
    matches = is_one_of(name, names) if name and names else None
    return Row(
        number=number,
        item=item.label,
        name_expected=name,
        name_matches=matches,
        needs_human=verdict.verdict == "unchecked" or verdict.document.shows == "differs" or matches is False,
        verdict=verdict,
    )


def _is_code(given: bytes) -> bool:
    """Whether its token is asked for. Of a document that is not known yet, and to open one takes longer than to ask."""
    if is_document(given):
        return False
    evidence = read_bytes(given)
    return evidence.code is not None and evidence.digits is None


def _problem(number: int, item: Item, error: NotOpened) -> Row:
    return Row(
        number=number,
        item=item.label,
        name_expected=item.name,
        needs_human=True,
        problem=Unopened(code=error.code, detail=str(error)),
    )
