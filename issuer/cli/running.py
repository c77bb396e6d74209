"""Commands that run something: the service, the preview of designs, and the doctor."""

import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import typer
from rich.text import Text

from credential.phrases import BILINGUAL
from issuer import doctor
from issuer.certificate import LARGE_PRINT, designs, require_libraries
from issuer.cli.acting import say, the_organisation
from issuer.errors import Misconfigured
from issuer.preview.drawing import Choice, Desk
from issuer.preview.picture import picture
from issuer.preview.web import serve_preview
from issuer.service import open_service
from issuer.serving import no_core_dumps, serve_until_stopped, usable_port
from issuer.settings import settings_from

__all__ = ["examine", "preview", "serve"]


def serve() -> None:
    """Run the service until it is stopped."""
    no_core_dumps()  # before any key is in memory; the workers inherit it
    settings = settings_from()
    service = open_service(settings)
    the_organisation(service)
    service.database.engine.dispose()
    serve_until_stopped(settings)


def preview(
    design: Annotated[str | None, typer.Argument(help="A design's name, or the folder of one.")] = None,
    *,
    sample: Annotated[str, typer.Option(help="usual, level, bare or hardest.")] = "usual",
    rendition: Annotated[
        str, typer.Option(help="bilingual, zh-Hans, zh-Hant or en; with large- before it, in large print.")
    ] = BILINGUAL,
    achievement: Annotated[Path | None, typer.Option(help="Show this achievement instead of the sample's.")] = None,
    organisation: Annotated[Path | None, typer.Option(help="Show this organisation instead of the sample's.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write one certificate here, as .pdf or .png, and end.")] = None,
    port: Annotated[int, typer.Option(help="The port of the pages; 0 is a free one.")] = 0,
) -> None:
    """Look at a design with sample texts before it is used: as pages that follow its files, or as one file (--out)."""
    require_libraries()
    folder = Path(design) if design is not None and design not in (*designs(), LARGE_PRINT) else None
    if folder and not folder.is_dir():
        raise Misconfigured(f"There is no design and no folder {design}; the designs are {', '.join(designs())}.")
    desk = Desk(cache=settings_from().cache_dir, folder=folder, organisation=organisation, achievement=achievement)
    chosen = {"design": str(folder) if folder else design or desk.designs[0], "sample": sample, "rendition": rendition}
    if not out:
        port = usable_port("127.0.0.1", port)
        page = f"certificate?{urlencode(chosen)}" if design else ""
        say.print(f"Preview   http://127.0.0.1:{port}/{page}   (Ctrl-C ends it)")
        serve_preview(desk, port)
    elif out.suffix in {".pdf", ".png"}:
        drawn = desk.draw(Choice(**chosen))
        out.write_bytes(drawn.pdf if out.suffix == ".pdf" else picture(drawn.pdf, width=1600))
        for remark in drawn.remarks:
            print(f"issuer: the layout engine remarks: {remark}", file=sys.stderr)
    else:
        raise Misconfigured(f"A certificate is written as .pdf or .png, not as {out.name}.")


def examine() -> None:
    """Check the machine, the settings, the keys and the database, and say what to mend."""
    findings = doctor.examine()
    for finding in findings:
        mark = Text("✓", "green") if finding.good else Text("✗", "red")
        say.print(mark, f"{finding.subject}: {finding.detail}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)
