"""docs/gallery.md: every exhibit with its verdict, what was found, and the sentence that a person reads."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.gallery import judge, prints
from tests.gallery.exhibit import Exhibit
from tests.gallery.judge import Judged
from tests.gallery.workshop import Workshop

__all__ = ["findings", "page", "row", "write"]

HEAD = """# The forgery gallery

What can be made of a genuine certificate without its issuer's key, and what the verifier says to it. Every file is made by
`python -m tests.gallery`, most of them by the software that draws the genuine ones; this page and its pictures by the same
with `--docs`. `tests/test_gallery.py` keeps it true.

A trace or a difference on a document is never green. What is *not compared* — a scan, a photo — is judged by its QR code
alone, and the page shows the signed values large: those count, whatever the paper says.
"""

COLUMNS = "| exhibit | what was done | verdict | sentence |\n|---|---|---|---|"


def write(found: Iterable[Judged], workshop: Workshop, docs: Path) -> None:
    """Remake the page and its pictures."""
    by_name = {each.exhibit.name: each for each in found}
    (docs / "gallery.md").write_text(page(by_name.values()), encoding="utf-8")
    prints.take(by_name, workshop, docs / "pictures" / "gallery")


def page(found: Iterable[Judged]) -> str:
    """The whole page."""
    judged, parts = list(found), [HEAD]
    for room in judge.ROOMS:
        subject = room.__name__.rsplit(".", 1)[-1]
        shown = [each for each in judged if each.exhibit.subject == subject]
        rows = "\n".join((COLUMNS, *map(row, shown)))
        parts.append(f"## {subject.capitalize()}\n\n{room.__doc__}\n\n{rows}\n")
        parts += pictures(each.exhibit.name for each in shown)
    return "\n".join(parts)


def pictures(names: Iterable[str]) -> Iterator[str]:
    """The pictures of some exhibits."""
    for name in names:
        shown = [f"{name}.png"] * (name in prints.CUTS) + [f"{name}.page.png"] * (name in prints.PAGES)
        if shown:
            yield (
                f"*{name.replace('-', ' ')}*\n"
                + "".join(f"\n![{name}](pictures/gallery/{each})" for each in shown)
                + "\n"
            )


def row(each: Judged) -> str:
    """An exhibit's line in the table."""
    sentences = "<br>".join(answer.means for answer in each.answers.values())
    found = findings(each)
    verdict = f"**{each.verdict.verdict}** `{each.verdict.reason}`" + (f"<br>{found}" if found else "")
    return f"| {title(each.exhibit)} | {each.exhibit.story} | {verdict} | {sentences} |"


def title(exhibit: Exhibit) -> str:
    """The name of an exhibit, for people."""
    return exhibit.name.replace("-", " ")


def findings(each: Judged) -> str:
    """What the verdict rests on: what differs, the traces, or the code of the step that failed."""
    document = each.verdict.document
    fields = dict.fromkeys(difference.field for difference in document.differences)
    traces = dict.fromkeys(trace.code for trace in document.traces)
    codes = dict.fromkeys(step.code for step in each.verdict.steps if step.code and step.result != "passed")
    shows = [document.shows.replace("_", " ")] if each.verdict.verdict == "valid" else []
    warned = ["warning"] if each.answers["en"].warning else []
    return ", ".join([*shows, *fields, *(f"`{code}`" for code in traces | codes), *warned])
