"""A design filled in with a sample: the packaged designs, and the folder in which an operator works on one."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

from credential.phrases import BILINGUAL, RENDITIONS
from issuer.certificate import LARGE_PRINT, Design, design_in, designs, packaged, render
from issuer.certificate.design import COLOUR, FOLDER, KINDS, LARGE
from issuer.certificate.samples import SAMPLE_URL, sample, sample_names
from issuer.errors import IssuerError, Misconfigured
from issuer.preview.described import changes_of
from issuer.preview.picture import Page, pages

__all__ = ["Choice", "Desk", "Drawn"]

TOKEN = "eyJhbGciOiJub25lIn0.e30."  # noqa: S105, an empty credential that nobody signed
ISSUED_AT = datetime(2026, 11, 21, 2, tzinfo=UTC)
MOST_REMARKS = 20
ONE_AT_A_TIME = Lock()  # what the layout engine remarks is said of one drawing


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is drawn. A colour that is None is the organisation's, or the design's own."""

    design: str
    sample: str = "usual"
    rendition: str = BILINGUAL
    ink: str | None = None
    accent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A certificate, and what the layout engine `remarks` about the design, such as a property that it does not know."""

    pdf: bytes
    remarks: tuple[str, ...]

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Its pages, as a reader of PDFs sees them."""
        return pages(self.pdf)


@dataclass(frozen=True, kw_only=True, eq=False)
class Desk:
    """Where designs are looked at. `folder` is the operator's own design, `cache` that of the static faces.

    Everything is read anew when it has changed, so what is drawn is what the files say now.
    """

    cache: Path
    folder: Path | None = None
    organisation: Path | None = None
    achievement: Path | None = None
    _remarks: dict[Design, tuple[str, ...]] = field(default_factory=dict, init=False)

    @property
    def designs(self) -> tuple[str, ...]:
        """What can be chosen, the operator's own first."""
        return ((str(self.folder),) if self.folder else ()) + designs()

    @property
    def samples(self) -> tuple[str, ...]:
        """What a design is tried with."""
        return sample_names()

    @property
    def renditions(self) -> tuple[str, ...]:
        """Each also in large print."""
        return (*RENDITIONS, *(LARGE + name for name in RENDITIONS))

    def draw(self, choice: Choice) -> Drawn:
        """The certificate of a choice. Raises `IssuerError` or `OSError`, whatever is wrong with the design."""
        version = self.version()  # before the files are read: what changes meanwhile is another version
        return self._drawn(choice, version)

    def version(self) -> str:
        """Another text as soon as one of the files is written. Cheap: nothing is read."""
        folders = [FOLDER / name for name in (*designs(), LARGE_PRINT)] + ([self.folder] if self.folder else [])
        files = [file for folder in folders if folder.is_dir() for file in folder.iterdir() if file.suffix in KINDS]
        files += [FOLDER / "parts.html", *filter(None, (self.organisation, self.achievement))]
        return sha256(repr(sorted(map(_stands, files))).encode()).hexdigest()[:16]

    @lru_cache(maxsize=64)  # noqa: B019, a desk lives as long as the process
    def _drawn(self, choice: Choice, version: str) -> Drawn:
        design = self._design(choice)
        language = choice.rendition.removeprefix(LARGE)
        if choice.sample not in self.samples:
            raise Misconfigured(f"There is no sample {choice.sample[:60]!r}; there are {', '.join(self.samples)}.")
        if language not in RENDITIONS:
            known = ", ".join(self.renditions)
            raise Misconfigured(f"There is no rendition {choice.rendition[:60]!r}; there are {known}.")
        for colour in filter(None, (choice.ink, choice.accent)):
            if not COLOUR.fullmatch(colour):
                raise Misconfigured(f"A colour is written as #1b2f4e, not as {colour[:20]!r}.")
        changes = changes_of(self.organisation, self.achievement)
        brand = replace(
            changes.brand, ink=choice.ink or changes.brand.ink, accent=choice.accent or changes.brand.accent
        )
        with ONE_AT_A_TIME, _collected() as remarks:
            try:
                pdf = render(
                    sample(choice.sample, language, changes.members),
                    TOKEN,
                    verify_url=SAMPLE_URL,
                    issued_at=ISSUED_AT,
                    cache=self.cache,
                    design=design,
                    brand=brand,
                )
            except (IssuerError, OSError):
                raise
            except Exception as error:  # there is no end to what a design can do to the layout engine
                raise Misconfigured(
                    f"The design {design.name} cannot be drawn ({type(error).__name__}: {error}). Its HTML may hold "
                    "headings, paragraphs, lists, links and pictures, and no tables; take back its last changes to find "
                    "the cause."
                ) from error
            # The style sheet of a version is parsed once, so its remarks come with the first drawing only.
            said = self._remarks[design] = tuple(dict.fromkeys((*self._remarks.get(design, ()), *remarks)))
        return Drawn(pdf=pdf, remarks=said)

    def _design(self, choice: Choice) -> Design:
        if choice.rendition.startswith(LARGE):
            return packaged(LARGE_PRINT)
        if self.folder and choice.design == str(self.folder):
            return design_in(self.folder)
        return packaged(choice.design)


def _stands(file: Path) -> tuple[str, int, int]:
    """How a file stands; one that an editor is just putting in the place of another is not there."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return str(file), 0, 0
    return str(file), found.st_mtime_ns, found.st_size


@contextmanager
def _collected() -> Iterator[list[str]]:
    """What WeasyPrint logs as a warning, such as a picture that it left out, while the block runs."""
    remarks: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: remarks.append(record.getMessage()[:300]) if len(remarks) < MOST_REMARKS else None  # type: ignore[method-assign]
    log = logging.getLogger("weasyprint")
    log.addHandler(handler)
    try:
        yield remarks
    finally:
        log.removeHandler(handler)
