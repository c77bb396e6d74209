"""What was added to the genuine file later: revisions, notes, fields, pages, a script, or a smaller window on the page."""

from typing import Any

import pikepdf

from demo.editing import opened, pieces, replaced, saved
from tests.gallery.exhibit import DIFFERS, exhibit
from tests.gallery.hidden import INK, IVORY
from tests.gallery.surgery import blank, drawn_page, image, lay, outlined, piece_of, place, revised, sheet
from tests.gallery.texts import named, named_alone
from tests.gallery.workshop import Workshop


@exhibit(DIFFERS, traces={"revised"}, fields={"name"})
def name_edited_in_a_second_revision(w: Workshop) -> bytes:
    """The genuine file byte for byte, and behind it a revision in which the page draws another name."""
    drawn = w.drawn("陈静", named("李明"))

    def change(document: pikepdf.Pdf) -> list[Any]:
        with opened(drawn) as source:
            page = document.pages[0]
            replaced(document, page, "陈静", lambda _, shown: [])
            lay(document, page, source.pages[0], piece_of(source.pages[0], "李明"))
            return [page.obj, page.obj.Resources, page.obj.Resources.Font]

    return revised(w.genuine("陈静"), change)


def note(page: pikepdf.Page, document: pikepdf.Pdf, annotation: dict[str, Any]) -> None:
    """Put an annotation on the page."""
    made = document.make_indirect(pikepdf.Dictionary({"/Type": pikepdf.Name.Annot, "/F": 4, **annotation}))
    page.obj.Annots = pikepdf.Array([*page.obj.get("/Annots", []), made])


def looks(document: pikepdf.Pdf, page: pikepdf.Page, box: tuple[float, ...], drawing: str) -> Any:
    """The appearance of an annotation."""
    form = document.make_stream(drawing.encode())
    form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, pikepdf.Array(list(box))
    return pikepdf.Dictionary(N=form)


def name_on_a_note(w: Workshop, document: pikepdf.Pdf, kind: dict[str, Any]) -> None:
    """An annotation over the name that shows another one."""
    page = document.pages[0]
    left, bottom, right, top = box = place(w.genuine("陈静"), "陈静")
    a, _, _, _, x, y = (like := piece_of(page, "陈静")).matrix.shorthand
    paper, ink = (" ".join(map(str, colour)) for colour in (IVORY, INK))
    shapes = outlined("李明", like.size * a, spaced=like.size * a * 0.5)
    drawing = f"{paper} rg {left} {bottom} {right - left} {top - bottom} re f {ink} rg 1 0 0 1 {x} {y} cm {shapes} f"
    note(page, document, {"/Rect": pikepdf.Array(list(box)), "/AP": looks(document, page, box, drawing), **kind})


@exhibit(DIFFERS, traces={"revised", "annotations"})
def note_in_a_second_revision(w: Workshop) -> bytes:
    """A reader's "add text": a box with another name over the name, saved as readers save it, behind the genuine bytes."""

    def change(document: pikepdf.Pdf) -> list[Any]:
        name_on_a_note(w, document, {"/Subtype": pikepdf.Name.FreeText, "/Contents": pikepdf.String("李明")})
        return [document.pages[0].obj]

    return revised(w.genuine("陈静"), change)


@exhibit(DIFFERS, traces={"annotations"})
def stamp_over_the_name(w: Workshop) -> bytes:
    """A stamp annotation that looks like the paper with another name on it."""
    with opened(w.genuine("陈静")) as document:
        name_on_a_note(w, document, {"/Subtype": pikepdf.Name.Stamp})
        return saved(document)


@exhibit(DIFFERS, traces={"annotations"})
def stamp_of_honours(w: Workshop) -> bytes:
    """A stamp above the signature: 优秀毕业生, in red."""
    with opened(w.genuine("陈静")) as document:
        page = document.pages[0]
        drawing = f"0.68 0.14 0.11 rg 1 0 0 1 70 150 cm {outlined('优秀毕业生', 20)} f"
        box = (65.0, 140.0, 175.0, 175.0)
        note(page, document, {"/Subtype": pikepdf.Name.Stamp, "/Rect": pikepdf.Array(list(box)),
                              "/AP": looks(document, page, box, drawing)})  # fmt: skip
        return saved(document)


@exhibit(DIFFERS, traces={"form_fields"})
def form_field_over_the_name(w: Workshop) -> bytes:
    """A form field, filled in with another name and locked, covers the name."""
    with opened(w.genuine("陈静")) as document:
        name_on_a_note(w, document, {"/Subtype": pikepdf.Name.Widget, "/FT": pikepdf.Name.Tx, "/Ff": 1,
                                     "/T": pikepdf.String("name"), "/V": pikepdf.String("李明")})  # fmt: skip
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[document.pages[0].obj.Annots[-1]])
        return saved(document)


@exhibit(DIFFERS, traces={"cut_page|hidden_text"})
def page_cut_to_size(w: Workshop) -> bytes:
    """The page is twice as high and its CropBox shows the upper half: a forged certificate. The genuine one lies below."""
    with opened(w.genuine("陈静")) as document:
        page = document.pages[0]
        width, height = map(float, page.mediabox[2:])
        page.mediabox = pikepdf.Array([0, 0, width, 2 * height])
        for name in ("/TrimBox", "/BleedBox"):
            del page.obj[name]
        page.cropbox = pikepdf.Array([0, height, width, 2 * height])
        image(document, page, drawn_page(w.drawn("陈静", named("李明")), 130), (0, height, width, 2 * height))
        return saved(document)


@exhibit(DIFFERS)
def second_certificate_behind(w: Workshop) -> bytes:
    """A second page: a certificate of another course in the same name, which nobody issued, with the first one's QR code."""
    another = w.drawn("林嘉慧", lambda claims: named_alone(claims, "陈静"), qr=w.qr("陈静"))
    with opened(w.genuine("陈静")) as document, opened(another) as source:
        document.pages.append(source.pages[0])
        return saved(document)


@exhibit(DIFFERS, traces={"extra_page"})
def letter_behind(w: Workshop) -> bytes:
    """A second page: a letter of recommendation on the certificate's heels, which nobody signed."""
    with opened(w.genuine("陈静")) as document, opened(w.drawn("陈静", named("推荐信：建议录用"))) as source:
        page = blank(document)
        letter = next(piece for piece in pieces(source.pages[0]) if piece.text.startswith("推荐信"))
        lay(document, page, source.pages[0], letter)
        return saved(document)


@exhibit(DIFFERS, traces={"extra_page"})
def page_added_in_front(w: Workshop) -> bytes:
    """A picture of a forged certificate as the first page, the genuine one behind it: who prints one page prints that."""
    forged = drawn_page(w.drawn("陈静", named("李明")), 130)
    with opened(w.genuine("陈静")) as document:
        first = blank(document, sheet(document.pages[0]))
        image(document, first, forged, sheet(first))
        document.pages.reverse()
        return saved(document)


@exhibit(DIFFERS, traces={"active_content"})
def script_that_changes_the_page(w: Workshop) -> bytes:
    """A script runs when the file is opened; what it does to the page nobody can see here."""
    with opened(w.genuine("陈静")) as document:
        document.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("this.addField('n','text',0,[255,540,340,580]).value='李明'")
        )
        return saved(document)
