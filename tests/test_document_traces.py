"""What the structure of a PDF bears that no certificate bears. That genuine ones bear none: `tests/test_designs.py`."""

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from issuer.certificate import packaged, render
from issuer.certificate.samples import sample
from tests.conftest import CACHE
from tests.test_certificate import ISSUED, TOKEN
from tests.test_designs import VERIFY_URL, drawn
from verifier.documents import traces
from verifier.documents.pdf import open_pdf
from verifier.errors import CannotOpen

Change = Callable[[pikepdf.Pdf], object]
WHOLE: dict[str, dict[str, Any]] = {
    "as it is": {},
    "linearised": {"linearize": True},
    "with object streams": {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
    "without object streams": {"object_stream_mode": pikepdf.ObjectStreamMode.disable},
    "unpacked": {"stream_decode_level": pikepdf.StreamDecodeLevel.all, "compress_streams": False},
    "with a password for its owner": {"encryption": pikepdf.Encryption(owner="x", user="")},
}


def genuine() -> bytes:
    return drawn("classic-landscape")


def changed(change: Change = lambda document: None, **saving: Any) -> bytes:
    """The genuine certificate, changed and saved anew as a whole."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(genuine())) as document:
        change(document)
        document.save(written, **saving)
    return written.getvalue()


def added_to(data: bytes) -> bytes:
    """The document with one object added behind its end, as editors do (ISO 32000-1 §7.5.6)."""
    with pikepdf.open(io.BytesIO(data)) as document:
        number, root = int(document.trailer.Size), document.Root.objgen[0]
    before = data.rindex(b"startxref")
    previous = int(data[before:].split()[1])
    added = b"%d 0 obj\n(added)\nendobj\n" % number
    table = len(data) + len(added)
    return data + added + (
        b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
        % (number, len(data), number + 1, root, previous, table)
    )  # fmt: skip


def codes_of(data: bytes) -> set[str]:
    return {trace.code for trace in open_pdf(data).traces}


@pytest.mark.parametrize("saved", WHOLE)
def test_a_certificate_that_was_saved_anew_as_a_whole_bears_no_trace(saved: str) -> None:
    opened = open_pdf(changed(**WHOLE[saved]))
    assert opened.traces == ()
    assert opened.attached == (TOKEN,)
    assert opened.codes == (VERIFY_URL,)
    assert set(opened.links) == {VERIFY_URL}


@pytest.mark.parametrize("saved", [saved for saved in WHOLE if "password" not in saved])
def test_what_was_added_later_is_a_revision(saved: str) -> None:
    assert codes_of(added_to(changed(**WHOLE[saved]))) == {"revised"}


def test_a_revision_that_hides_the_one_before_is_one() -> None:
    """The table is whole, and nothing leads to the older one any more."""
    hidden = genuine() + changed()[len(b"%PDF-1.7\n") :]
    with pytest.raises(CannotOpen):
        open_pdf(hidden)  # its places are wrong, and no reader is to guess
    data = added_to(genuine())
    assert data.count(b"%%EOF") == 2
    assert codes_of(data.replace(b"%%EOF", b"%%eof", 1)) == {"revised"}


def text(document: pikepdf.Pdf, content: bytes) -> None:
    document.pages[0].contents_add(document.make_stream(content))


def attach(document: pikepdf.Pdf, content: bytes, name: str = "x") -> None:
    document.attachments[name] = content


def annotate(document: pikepdf.Pdf, **entries: Any) -> None:
    made = Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], **entries)
    document.pages[0].obj.Annots.append(document.make_indirect(made))


def in_the_catalog(**entries: Any) -> Change:
    return lambda document: document.Root.update(Dictionary(**entries))


def on_the_page(**entries: Any) -> Change:
    return lambda document: document.pages[0].obj.update(Dictionary(**entries))


def in_a_form(document: pikepdf.Pdf) -> None:
    form = Stream(document, b"/Span << /ActualText (Eve) >> BDC EMC", Subtype=Name.Form, BBox=[0, 0, 9, 9])
    document.pages[0].obj.Resources.XObject["/Other"] = document.make_indirect(form)


def file_beside(document: pikepdf.Pdf) -> None:
    """One entry for each kind of reader: each finds another file."""
    document.Root.AF[0].EF.UF = document.make_stream(TOKEN.encode())


def file_at_an_annotation(document: pikepdf.Pdf) -> None:
    file = Dictionary(EF=Dictionary(F=document.make_stream(b"x")))
    annotate(document, Subtype=Name.FileAttachment, FS=file)


def file_that_no_reader_finds(document: pikepdf.Pdf) -> None:
    document.Root.PieceInfo = Stream(document, b"x", Type=Name.EmbeddedFile)


def in_the_properties(document: pikepdf.Pdf) -> None:
    properties = Dictionary(P=Dictionary(ActualText=String("Eve")))
    document.pages[0].obj.Resources.update(Dictionary(Properties=properties))


JAVASCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
CHANGES: dict[str, tuple[str, Change]] = {
    "a text within the drawing": ("actual_text", lambda d: text(d, b"/Span << /ActualText (Eve) >> BDC EMC")),
    "a text by an odd name": ("actual_text", lambda d: text(d, b"/Span << /Actual#54ext (Eve) >> BDC EMC")),
    "a text in the properties": ("actual_text", in_the_properties),
    "a text at the structure": ("actual_text", lambda d: d.Root.StructTreeRoot.update(Dictionary(ActualText=String("Eve")))),
    "a text in a form": ("actual_text", in_a_form),
    "a note": ("annotations", lambda d: annotate(d, Subtype=Name.Text)),
    "a stamp": ("annotations", lambda d: annotate(d, Subtype=Name.Stamp)),
    "an annotation that is none": ("annotations", lambda d: d.pages[0].obj.Annots.append(Array())),
    "a link that draws": ("annotations", lambda d: annotate(d, Subtype=Name.Link, AP=Dictionary())),
    "a field": ("form_fields", lambda d: annotate(d, Subtype=Name.Widget)),
    "a form": ("form_fields", in_the_catalog(AcroForm=Dictionary(Fields=[Dictionary(T=String("x"))]))),
    "a form of another kind": ("form_fields", in_the_catalog(AcroForm=Dictionary(Fields=[], XFA=String("x")))),
    "a layer": ("hidden_layers", in_the_catalog(OCProperties=Dictionary(OCGs=[Dictionary(Type=Name.OCG)]))),
    "a picture to print": ("hidden_layers", lambda d: d.pages[0].obj.Resources.update(Dictionary(Alternates=[1]))),
    "a page cut to a half": ("cut_page", on_the_page(CropBox=[0, 0, 400, 400])),
    "a page cut upside down": ("cut_page", on_the_page(CropBox=[400, 400, 0, 0])),
    "a page in other units": ("cut_page", on_the_page(UserUnit=2)),
    "a file": ("other_attachments", lambda d: attach(d, b"x")),
    "a second credential": ("other_attachments", lambda d: attach(d, TOKEN.encode())),
    "a file at an annotation": ("other_attachments", file_at_an_annotation),
    "a file that no reader finds": ("other_attachments", file_that_no_reader_finds),
    "a file that some readers find": ("other_attachments", file_beside),
    "a collection": ("other_attachments", in_the_catalog(Collection=Dictionary(View=Name.T))),
    "a script on opening": ("active_content", in_the_catalog(OpenAction=JAVASCRIPT)),
    "a page on opening": ("active_content", in_the_catalog(OpenAction=Dictionary(S=Name.URI, URI=String("x")))),
    "a script among the names": ("active_content", in_the_catalog(Names=Dictionary(JavaScript=JAVASCRIPT))),
    "a script behind a link": ("active_content", lambda d: d.pages[0].obj.Annots[0].A.update(Dictionary(Next=JAVASCRIPT))),
    "a program": ("active_content", lambda d: annotate(d, Subtype=Name.Link, A=Dictionary(S=Name.Launch))),
    "an action of the page": ("active_content", on_the_page(AA=Dictionary(O=Dictionary(S=Name.GoTo)))),
    "a film": ("active_content", lambda d: annotate(d, Subtype=Name.Movie)),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_leaves_its_trace(name: str) -> None:
    code, change = CHANGES[name]
    assert code in codes_of(changed(change))


@pytest.mark.parametrize(
    "change",
    [
        in_the_catalog(OpenAction=[0, Name.Fit]),
        in_the_catalog(OpenAction=Dictionary(S=Name.GoTo, D=[0, Name.Fit])),
        in_the_catalog(AcroForm=Dictionary(Fields=[])),
        lambda document: document.pages[0].obj.update(Dictionary(CropBox=document.pages[0].obj.MediaBox)),
    ],
)
def test_what_programs_write_that_harms_nobody_is_no_trace(change: Change) -> None:
    assert codes_of(changed(change)) == set()


def test_a_trace_says_on_which_page_it_is() -> None:
    def change(document: pikepdf.Pdf) -> None:
        document.pages.append(document.pages[0])
        document.pages[1].obj.Annots = [Dictionary(Subtype=Name.Stamp, Rect=[0, 0, 9, 9])]

    (trace,) = (trace for trace in open_pdf(changed(change)).traces if trace.code == "annotations")
    assert (trace.page, trace.detail) == (2, "Stamp")


def test_a_link_is_found_wherever_it_hangs() -> None:
    action = Dictionary(S=Name.URI, URI=String("https://elsewhere.example"))
    opened = open_pdf(changed(lambda document: annotate(document, Subtype=Name.Link, A=action)))
    assert set(opened.links) == {VERIFY_URL, "https://elsewhere.example"}


def test_two_qr_codes_that_say_the_same_are_one_and_others_are_a_trace() -> None:
    def twice(document: pikepdf.Pdf) -> None:
        document.pages.append(document.pages[0])

    def another(document: pikepdf.Pdf) -> None:
        with pikepdf.open(io.BytesIO(other_certificate())) as other:
            document.pages.extend(other.pages)

    assert "several_qr" not in codes_of(changed(twice))
    opened = open_pdf(changed(another))
    assert ("several_qr", 2) in {(trace.code, trace.page) for trace in opened.traces}
    assert len(opened.codes) == 2


def other_certificate() -> bytes:
    return render(
        sample("usual"),
        TOKEN,
        verify_url="https://other.example/v/X",
        issued_at=ISSUED,
        cache=CACHE,
        design=packaged("skill-level"),
    )


def test_every_action_and_annotation_that_a_certificate_has_is_harmless() -> None:
    assert {"/URI", "/GoTo"}.isdisjoint(traces.ACTIONS)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("ئابدۇل", False), ("देवनागरी", False),
        ("Eve", True), ("王", True), ("٣", True), ("88", True), ("", True), (" ", True), ("ئا Eve", True),
    ],
)  # fmt: skip
def test_only_what_a_script_forms_of_several_letters_may_be_said_beside_the_drawing(said: str, found: bool) -> None:
    page = Dictionary(ActualText=String(said))
    assert bool([trace for trace in traces.of_dictionary(page) if trace.code == "actual_text"]) == found
