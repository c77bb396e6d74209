"""From a completion to its PDF, part by part, in one process: `./run bench issuing`. What databases do is left out."""

import gc
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from rich.console import Console
from rich.table import Table

from bench.certificates import Process
from bench.drawing import DESIGN, ISSUED, Order
from bench.sample import COMPLETION, demo_issuer, learner
from credential import code as codes
from credential import proof, reader
from credential.jwks import read_key
from issuer import achievements, organisations
from issuer.certificate import packaged, render
from issuer.certificate.qr import qr
from issuer.completions import read_completion
from issuer.credentials.certificate import qr_address, worded
from issuer.credentials.describe import describe
from issuer.tables import Credential

__all__ = ["show"]

AIM = 350  # a second
WARMING = 5  # certificates
NAIVE = 5  # rounds at most: each takes as long as many of ours
EXPLAINED = {
    "describe": "describe: a completion to a document",
    "sign": "proof.sign: the document to a token",
    "check": "reader.read, registered_claims, proof.verify: as a stranger would, with the published key",
    "word": "worded: what the certificate says, from the token read again",
    "pack": "qr_address: DEFLATE with the dictionary, and back to compare",
    "qr": "qr: the whole credential as a bitmap; naive: qrcode as documented, which judges eight masks",
    "draw": "render without that: PDF/A-3a and PDF/UA-1, the token attached; naive: HTML(string=…).write_pdf()",
}


class Laps:
    """Seconds of processor time by part."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}
        self._since = time.process_time()

    def end(self, part: str) -> None:
        """What was done since the last one ended is `part`."""
        now = time.process_time()
        self.taken[part] = now - self._since
        self._since = time.process_time()


@contextmanager
def making() -> Iterator[Callable[[], tuple[dict[str, float], Order]]]:
    """What makes one certificate more, of another learner each time. It gives seconds by part, and what was drawn."""
    with demo_issuer() as (service, organisation_id), service.database.reading() as session:
        organisation = organisations.find(session, organisation_id)
        achievement = achievements.latest(session, organisation_id, COMPLETION["achievement"])
        signer = service.keyrings.signer(organisation_id, service.keyrings.active(organisation_id).id)
        key = read_key(organisations.public_jwks(service, organisation_id)[0])
        design, cache, now, numbers = packaged(DESIGN), service.settings.cache_dir, service.now(), count()

        def make() -> tuple[dict[str, float], Order]:
            number = next(numbers)
            name, romanised = learner(number)
            who = {"name": name, "romanised_name": romanised, "email": f"{number}@learner.example"}
            completion = read_completion(COMPLETION | who, now)
            code = codes.new(organisation.tag)
            laps = Laps()
            document = describe(
                service, organisation, achievement, completion, code=code, list_id="1", index=number, now=now
            )
            laps.end("describe")
            token = proof.sign(document, signer)
            laps.end("sign")
            read = reader.read(token)
            reader.registered_claims(read.claims)
            proof.verify(read, key)
            laps.end("check")
            credential = Credential(
                code=code,
                organisation_id=organisation_id,
                achievement_slug=achievement.slug,
                achievement_version=achievement.version,
                token=token,
            )
            words = worded(session, credential)
            laps.end("word")
            address = qr_address(service, credential)
            laps.end("pack")
            qr(address)
            laps.end("qr")
            render(words, token, verify_url=address, issued_at=ISSUED, cache=cache, design=design)
            laps.end("draw")
            laps.taken["draw"] -= laps.taken["qr"]  # which it made once more
            return laps.taken, Order(wording=words, token=token, verify_url=address, cache=cache)

        yield make


def naively(order: Order, rounds: int) -> dict[str, float]:
    """Seconds of the two parts that were different before: medians."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "order"
        path.write_bytes(pickle.dumps(order))
        process = Process("plain", path)
        process.draw()
        drawn = [process.draw().seconds for _ in range(rounds)]
        process.end()
    coded = []
    for _ in range(rounds):
        laps = Laps()
        code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
        code.add_data(order.verify_url)
        code.make()
        laps.end("qr")
        coded.append(laps.taken["qr"])
    return {"qr": median(coded), "draw": median(drawn)}


def show(rounds: int) -> None:
    """Print one table: milliseconds of each part, its share, and what it took naively; certificates a second below."""
    with making() as make:
        for _ in range(WARMING):
            make()
        gc.freeze()  # as the processes that draw do
        made = [make() for _ in range(rounds)]
        gc.unfreeze()
        naive = naively(made[-1][1], min(rounds, NAIVE))
    ours = {part: median(taken[part] for taken, _ in made) for part in EXPLAINED}
    total = median(sum(taken.values()) for taken, _ in made)
    before = sum((ours | naive).values())
    table = Table(
        title=f"A certificate with a whole credential in its QR code; processor time, medians of {rounds} learners"
    )
    for heading in ("", "ms", "share", "naive ms", "what it is"):
        table.add_column(heading, justify="left" if heading in {"", "what it is"} else "right")
    for part, what in EXPLAINED.items():
        table.add_row(part, *_written(ours[part], total), f"{(ours | naive)[part] * 1e3:,.2f}", what)
    table.add_section()
    table.add_row("all", *_written(total, total), f"{before * 1e3:,.2f}", f"{before / total:,.1f} times as fast")
    console = Console(width=130)
    console.print(table)
    console.print(f"[bold]{1 / total:,.0f}[/] a second on one core (aim {AIM}); naively {1 / before:,.1f}.")


def _written(seconds: float, total: float) -> tuple[str, str]:
    return f"{seconds * 1e3:,.2f}", f"{seconds / total:.0%}"
