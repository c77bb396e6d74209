"""`python -m tests.gallery [FOLDER] [--docs]`: makes every exhibit, shows what the verifier says; exits 1 where it is wrong.

`--docs` also remakes docs/gallery.md and its pictures; `--only NAME` takes those whose name has it in it.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track
from rich.table import Table

from issuer.certificate.pool import Pool
from tests.gallery import catalogue
from tests.gallery.exhibit import ALL
from tests.gallery.judge import Judged, judged
from tests.gallery.workshop import Workshop

ROOT = Path(__file__).parent.parent.parent
ENDINGS = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"RIFF": ".webp", b"<svg": ".svg"}


def main() -> int:
    """Make and judge them; the exit code says whether everything was as it has to be."""
    parser = argparse.ArgumentParser(prog="python -m tests.gallery", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "var" / "gallery")
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    cache, say = ROOT / "var" / "cache", Console(width=None if sys.stdout.isatty() else 140)
    exhibits = [each for each in ALL.values() if asked.only in each.name or asked.only == each.subject]
    with TemporaryDirectory() as folder:
        pool = Pool(cache)
        workshop = Workshop(Path(folder), pool, cache)
        found = []
        for exhibit in track(exhibits, "making and judging", console=say, disable=not say.is_terminal, transient=True):
            found.append(one := judged(exhibit, workshop))
            (asked.folder / f"{exhibit.name}{ending(one.handed.data)}").write_bytes(one.handed.data)
        if asked.docs:
            catalogue.write(found, workshop, ROOT / "docs")
        workshop.close()
        pool.close()
    say.print(table(found))
    wrong = [each for each in found if each.wrong]
    for each in wrong:
        say.print(f"{each.exhibit.name}: {'; '.join(each.wrong)}", style="red", soft_wrap=True)
    say.print(f"{len(found)} exhibits in {asked.folder}, {len(wrong)} wrongly judged")
    return 1 if wrong else 0


def table(found: list[Judged]) -> Table:
    """What the verifier said of each exhibit."""
    made = Table("exhibit", "verdict", "found", "")
    for each in found:
        made.add_row(
            each.exhibit.name,
            each.word,
            catalogue.findings(each),
            "[red]" + "; ".join(each.wrong) if each.wrong else "✓",
        )
    return made


def ending(data: bytes) -> str:
    """What a file of these bytes is called."""
    if b"%PDF-" in data[:1024]:
        return ".pdf"
    return next((name for start, name in ENDINGS.items() if data.startswith(start)), ".txt")


if __name__ == "__main__":
    sys.exit(main())
