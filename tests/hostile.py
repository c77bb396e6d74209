"""Files that were made to harm whoever opens them: bombs, loops, lies about sizes, and too much of everything."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from random import Random

import pikepdf
from PIL import Image

__all__ = ["HOSTILE", "broken_off", "deep_svg", "jpeg", "pdf", "png"]

MEGABYTE = 1024 * 1024
HUGE = 1024  # megabytes that a bomb unpacks to
PNG = b"\x89PNG\r\n\x1a\n"

HOSTILE: dict[str, Callable[[], bytes]] = {}


def hostile(make: Callable[[], bytes]) -> Callable[[], bytes]:
    HOSTILE[make.__name__.replace("_", " ")] = make
    return make


@cache
def bomb(megabytes: int = HUGE) -> bytes:
    """Blanks, packed to a thousandth. A block that was flushed fully can be said again, which takes no packing."""
    blanks = b" " * MEGABYTE
    packing = zlib.compressobj(9)
    first, again = (packing.compress(blanks) + packing.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    last = packing.flush()[:-4]  # without the sum over two megabytes (RFC 1950 §2.2)
    total = 1
    for _ in range(megabytes):
        total = zlib.adler32(blanks, total)
    return first + again * (megabytes - 1) + last + struct.pack(">I", total)


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF with a true table of these objects, numbered from 1; the first is the catalog."""
    written, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, trailer, len(written))
    )


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s >> >>"
EMPTY = stream(b"")


def one_page(content: bytes, resources: bytes = b"", *more: bytes) -> bytes:
    return pdf(CATALOG, PAGES, PAGE % resources, content, *more)


def png(width: int, height: int, *chunks: tuple[bytes, bytes], grey: bytes = b"") -> bytes:
    """A grey PNG of that size, as its header says."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), *chunks, (b"IDAT", grey), (b"IEND", b""))
    return PNG + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )


def deep_svg(depth: int) -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * depth + b"</g>" * depth + b"</svg>"


@hostile
def a_page_that_unpacks_to_a_gigabyte() -> bytes:
    return one_page(stream(bomb(), b"/Filter /FlateDecode"))


@hostile
def a_page_packed_twice() -> bytes:
    return one_page(stream(zlib.compress(bomb(4 * HUGE), 9), b"/Filter [/FlateDecode /FlateDecode]"))


@hostile
def an_attachment_that_unpacks_to_a_gigabyte() -> bytes:
    attached = stream(bomb(), b"/Type /EmbeddedFile /Filter /FlateDecode")
    return one_page(EMPTY, b"", attached, b"<< /Type /Filespec /EF << /F 5 0 R >> >>")


@hostile
def a_small_attachment_packed_twice() -> bytes:
    attached = stream(zlib.compress(bomb(), 9), b"/Type /EmbeddedFile /Filter [/FlateDecode /FlateDecode]")
    return one_page(EMPTY, b"", attached)


@hostile
def an_object_stream_that_unpacks_to_a_gigabyte() -> bytes:
    objects = (
        b"%PDF-1.7\n1 0 obj\n" + stream(bomb(), b"/Type /ObjStm /N 1 /First 8 /Filter /FlateDecode") + b"\nendobj\n"
    )
    entries = struct.pack(">BIB", 1, 9, 0) + struct.pack(">BIB", 2, 1, 0) + struct.pack(">BIB", 1, len(objects), 0)
    table = stream(entries, b"/Type /XRef /Size 4 /Index [1 3] /W [1 4 1] /Root 2 0 R")
    return objects + b"3 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(objects)


@hostile
def a_table_of_a_billion_objects() -> bytes:
    table = stream(b"", b"/Type /XRef /Size 1000000000 /W [1 4 1] /Root 2 0 R")
    return b"%PDF-1.7\n1 0 obj\n" + table + b"\nendobj\nstartxref\n9\n%%EOF\n"


@hostile
def a_table_that_unpacks_to_a_gigabyte() -> bytes:
    table = stream(bomb(), b"/Type /XRef /Size 100 /W [1 4 1] /Root 2 0 R /Filter /FlateDecode")
    return b"%PDF-1.7\n1 0 obj\n" + table + b"\nendobj\nstartxref\n9\n%%EOF\n"


@hostile
def a_picture_on_a_page_of_a_billion_points() -> bytes:
    entries = b"/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    return one_page(
        stream(b"595 0 0 842 0 0 cm /I Do"),
        b"/XObject << /I 5 0 R >>",
        stream(bomb(900), entries + b" /Filter /FlateDecode"),
    )


@hostile
def a_page_of_a_kilometre() -> bytes:
    return pdf(CATALOG, PAGES, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 2834645 2834645] >>")


@hostile
def pages_that_are_their_own_parent() -> bytes:
    return pdf(CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>")


@hostile
def pages_within_pages() -> bytes:
    depth = 15_000
    inner = (b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>" % (n + 1, n - 1) for n in range(3, depth))
    return pdf(CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", *inner, b"<< /Type /Page /MediaBox [0 0 9 9] >>")


@hostile
def pages_that_double_at_each_level() -> bytes:
    levels = (b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 2 >>" % (n + 1, n + 1) for n in range(2, 40))
    return pdf(CATALOG, *levels, b"<< /Type /Page /MediaBox [0 0 9 9] >>")


@hostile
def names_that_lead_to_themselves() -> bytes:
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 4 0 R >> >>",
        PAGES,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /Kids [4 0 R 4 0 R] /Limits [(a) (b)] >>",
    )


@hostile
def tables_that_lead_to_each_other() -> bytes:
    made = one_page(EMPTY)
    start = made.rindex(b"xref\n0 ")
    return pdf(CATALOG, PAGES, PAGE % b"", EMPTY, trailer=b"/Prev %d" % start)


@hostile
def a_form_that_draws_itself() -> bytes:
    form = stream(
        b"/F Do /F Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>"
    )
    return one_page(stream(b"/F Do"), b"/XObject << /F 5 0 R >>", form)


@hostile
def forms_that_draw_a_million_million_times() -> bytes:
    forms = [
        stream(
            b"/F Do " * 10,
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F %d 0 R >> >>" % n,
        )
        for n in range(6, 18)
    ]
    return one_page(
        stream(b"/F Do"), b"/XObject << /F 5 0 R >>", *forms, stream(b"0 0 9 9 re f", b"/Subtype /Form /BBox [0 0 9 9]")
    )


@hostile
def arrays_within_arrays() -> bytes:
    return pdf(CATALOG, PAGES, PAGE % b"", EMPTY, b"[" * 200_000 + b"]" * 200_000)


@hostile
def arrays_within_arrays_in_a_page() -> bytes:
    return one_page(stream(b"/P <<" + b"/A [" * 200_000 + b"]" * 200_000 + b">> BDC EMC"))


@hostile
def states_within_states() -> bytes:
    return one_page(stream(b"q " * 2_000_000))


@hostile
def a_million_curves() -> bytes:
    return one_page(stream(zlib.compress(b"0 0 m 9 800 500 1 550 800 c S\n" * 1_000_000), b"/Filter /FlateDecode"))


@hostile
def ten_thousand_pages() -> bytes:
    numbers = range(3, 10_003)
    pages = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    return pdf(CATALOG, b"<< /Type /Pages /Count 10000 /Kids [%s] >>" % kids, *(pages for _ in numbers))


@hostile
def ten_thousand_attachments() -> bytes:
    return one_page(EMPTY, b"", *(stream(b"%d" % n, b"/Type /EmbeddedFile") for n in range(10_000)))


@hostile
def a_hundred_thousand_annotations() -> bytes:
    note = b"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [%s] >>" % (note * 100_000)
    return pdf(CATALOG, PAGES, page)


@hostile
def a_million_characters() -> bytes:
    text = zlib.compress(b"BT /F 1 Tf " + b"(%s) Tj " % (b"A" * 1000) * 1000 + b"ET")
    font = b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    return one_page(stream(text, b"/Filter /FlateDecode"), font)


@hostile
def a_font_of_garbage() -> bytes:
    garbage = stream(Random(1).randbytes(200_000))
    widths = b"/FirstChar 65 /LastChar 66 /Widths [500 500]"
    font = b"<< /Type /Font /Subtype /TrueType /BaseFont /X %s /FontDescriptor 6 0 R >>" % widths
    descriptor = b"<< /Type /FontDescriptor /FontName /X /Flags 4 /FontFile2 7 0 R /FontBBox [0 0 1000 1000] >>"
    return one_page(stream(b"BT /F 20 Tf 100 100 Td (AB) Tj ET"), b"/Font << /F 5 0 R >>", font, descriptor, garbage)


@hostile
def a_document_with_a_password() -> bytes:
    with pikepdf.new() as document:
        document.add_blank_page()
        written = io.BytesIO()
        document.save(written, encryption=pikepdf.Encryption(user="a", owner="b"))
    return written.getvalue()


@hostile
def nothing_but_a_header() -> bytes:
    return b"%PDF-1.7\n"


@hostile
def a_header_and_noise() -> bytes:
    return b"%PDF-1.7\n" + Random(2).randbytes(MEGABYTE)


@hostile
def a_png_that_says_it_is_a_billion_points_wide() -> bytes:
    return png(2**31 - 1, 2**31 - 1, grey=zlib.compress(b"\0" * 100))


@hostile
def a_png_whose_lines_unpack_to_a_gigabyte() -> bytes:
    return png(100, 100, grey=bomb())


@hostile
def a_png_of_many_points_in_few_bytes() -> bytes:
    return png(7_900, 7_900, grey=bomb(60))


@hostile
def a_png_of_one_long_line() -> bytes:
    return png(30_000_000, 1, grey=zlib.compress(bytes(30_000_001)))


@hostile
def a_png_with_a_packed_text_of_a_gigabyte() -> bytes:
    return png(9, 9, (b"zTXt", b"openbadgecredential\0\0" + bomb()), grey=zlib.compress(bytes(90)))


@hostile
def a_png_with_a_packed_badge_of_a_gigabyte() -> bytes:
    return png(9, 9, (b"iTXt", b"openbadgecredential\0\1\0\0\0" + bomb()), grey=zlib.compress(bytes(90)))


@hostile
def a_png_with_another_packed_text_of_a_gigabyte() -> bytes:
    return png(9, 9, (b"zTXt", b"Comment\0\0" + bomb()), grey=zlib.compress(bytes(90)))


@hostile
def a_png_with_a_profile_of_a_gigabyte() -> bytes:
    return png(9, 9, (b"iCCP", b"x\0\0" + bomb()), grey=zlib.compress(bytes(90)))


@hostile
def a_png_of_a_million_chunks() -> bytes:
    return png(9, 9, *((b"tEXt", b"a\0b") for _ in range(1_000_000)), grey=zlib.compress(bytes(90)))


@hostile
def a_png_with_a_thousand_badges() -> bytes:
    return png(9, 9, *((b"tEXt", b"openbadges\0%d" % n) for n in range(1_000)), grey=zlib.compress(bytes(90)))


def jpeg(side: int, *, inserted: bytes = b"", scans: int = 0) -> bytes:
    """A grey progressive JPEG with these bytes behind its beginning, and its last scan so many times again."""
    written = io.BytesIO()
    Image.new("L", (side, side), 128).save(written, "JPEG", progressive=True)
    made = written.getvalue()
    scan = made.rindex(b"\xff\xda")
    return made[:2] + inserted + made[2:-2] + made[scan:-2] * scans + made[-2:]


@hostile
def a_jpeg_that_says_it_is_larger_than_it_is() -> bytes:
    made = jpeg(64)
    at = made.index(b"\xff\xc2") + 5
    return made[:at] + struct.pack(">HH", 65_500, 65_500) + made[at + 4 :]


@hostile
def a_large_progressive_jpeg_of_many_scans() -> bytes:
    return jpeg(12_000, scans=20)


@hostile
def a_small_jpeg_of_a_million_scans() -> bytes:
    return jpeg(64, scans=1_000_000)


@hostile
def a_jpeg_of_a_million_comments() -> bytes:
    return jpeg(64, inserted=b"\xff\xfe\0\2" * 1_000_000)


@hostile
def a_jpeg_of_filling() -> bytes:
    return jpeg(64, inserted=b"\xff" * 15_000_000)


@hostile
def a_jpeg_of_escaped_filling() -> bytes:
    return jpeg(64, inserted=b"\xff\0" * 7_500_000)


@hostile
def a_webp_that_says_it_is_larger_than_it_is() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(written, "WEBP", lossless=True)
    made = bytearray(written.getvalue())
    at = made.index(b"VP8L") + 9
    made[at : at + 4] = struct.pack("<I", 0x0FFFFFFF)
    return bytes(made)


@hostile
def an_svg_of_a_billion_laughs() -> bytes:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    return b'<!DOCTYPE svg [<!ENTITY l0 "lol">%s]><svg xmlns="http://www.w3.org/2000/svg">&l9;</svg>' % entities


@hostile
def an_svg_that_wants_a_file() -> bytes:
    return b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>'


@hostile
def an_svg_nested_a_million_times() -> bytes:
    return deep_svg(1_000_000)


@hostile
def an_svg_with_a_long_credential() -> bytes:
    inside = b"<o:credential>" + b"a" * 10 * MEGABYTE + b"</o:credential>"
    return b'<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0">%s</svg>' % inside


@hostile
def an_svg_of_many_attributes() -> bytes:
    return b"<svg " + b"".join(b'a%d="" ' % n for n in range(300_000)) + b"/>"


def broken_off(whole: bytes) -> Iterator[bytes]:
    """The file, broken off at every kilobyte."""
    for length in range(0, len(whole), 1024):
        yield whole[:length]
