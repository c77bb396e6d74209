"""What a file is, by its content."""

import io
import zipfile

import pytest
from PIL import Image

from tests.hostile import CATALOG, pdf
from verifier.documents.child import open_document
from verifier.documents.kinds import is_document, kind_of
from verifier.errors import CannotOpen

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def saved(as_format: str) -> bytes:
    written = io.BytesIO()
    Image.new("L", (8, 8)).save(written, as_format)
    return written.getvalue()


def zipped(name: str, content: bytes = b"") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (pdf(CATALOG), "pdf"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + pdf(CATALOG), "pdf"),
        (saved("PNG"), "png"),
        (saved("JPEG"), "jpeg"),
        (saved("WEBP"), "webp"),
        (SVG, "svg"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <svg> -->\n<!DOCTYPE svg PUBLIC '-//W3C//DTD' 'x'>" + SVG, "svg"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><s:svg xmlns:s='http://www.w3.org/2000/svg'/>", "svg"),
    ],
)  # fmt: skip
def test_a_document_is_known_by_its_content(data: bytes, kind: str) -> None:
    assert is_document(data)
    assert kind_of(data) == kind


@pytest.mark.parametrize(
    "text",
    [b"", b"eyJhbGciOiJFUzI1NiJ9.e30.AA", b"WG-7K4M9QXT2D8HC5RF", "欧阳雨泽".encode(), b"<html><svg/></html>", b"<svgx/>"],
)  # fmt: skip
def test_a_text_is_no_document(text: bytes) -> None:
    assert not is_document(text)


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC", "save_as_jpeg"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF", "save_as_jpeg"),
        (saved("TIFF"), "TIFF", "save_as_jpeg"),
        (saved("GIF"), "GIF", "save_as_jpeg"),
        (saved("BMP"), "BMP", "save_as_jpeg"),
        (zipped("[Content_Types].xml"), "Office", "save_as_pdf"),
        (zipped("mimetype", b"application/vnd.oasis.opendocument.text"), "OpenDocument", "save_as_pdf"),
        (b"{\\rtf1", "RTF", "save_as_pdf"),
        (zipped("certificate.pdf"), "ZIP", "unpack"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "MP4", "no_document"),
        (b"RIFF\0\0\0\0WAVEfmt ", "AVI or WAV", "no_document"),
    ],
)
def test_a_file_that_is_not_read_is_named_with_what_to_do(data: bytes, name: str, code: str) -> None:
    assert is_document(data)
    with pytest.raises(CannotOpen, match=f"^The file is {name}. ") as refused:
        open_document(data)
    assert refused.value.code == code


def test_looking_for_the_root_of_an_svg_takes_no_time_that_grows_with_the_file() -> None:
    for piece in (b" ", b"<!--", b"<!-- -->", b"<?", b"<?a?>", b"<!DOCTYPE a [", b"<!DOCTYPE a>", b"<!DOCTYPE a []"):
        assert not is_document(piece * 1_000_000)
