"""Paper: scanned, photographed, copied into something else. A picture is never compared, only its QR code is read."""

from io import BytesIO
from random import Random

import pikepdf
from PIL import Image, ImageChops, ImageFilter

from demo.editing import opened, saved
from tests.gallery.exhibit import DIFFERS, exhibit
from tests.gallery.surgery import blank, drawn_page, image, lay, piece_of, searchable, sheet, without_attachments
from tests.gallery.texts import named
from tests.gallery.workshop import Workshop

WHITE = (255, 255, 255)


def grain(seen: Image.Image, strength: int = 10) -> Image.Image:
    """The noise of a sensor."""
    noise = Image.frombytes("L", seen.size, Random(3).randbytes(seen.width * seen.height))
    noise = noise.point(lambda value: 128 + (value - 128) * strength // 128)
    return ImageChops.add(seen, Image.merge("RGB", [noise] * 3), 1, -128)


def scanned(pdf: bytes, dpi: int = 200) -> Image.Image:
    """A page as a flat-bed scanner gives it: slightly turned, slightly soft, with noise."""
    seen = drawn_page(pdf, dpi).filter(ImageFilter.GaussianBlur(0.6))
    return grain(seen.rotate(0.9, resample=Image.Resampling.BICUBIC, fillcolor=WHITE))


def photographed(pdf: bytes) -> Image.Image:
    """A page on a table, from a telephone: from the side, blurred, in uneven light."""
    seen = drawn_page(pdf, 220)
    width, height = seen.size
    desk = Image.new("RGB", (width + 400, height + 400), (96, 74, 58))
    desk.paste(seen, (200, 200))
    desk = desk.transform(
        desk.size,
        Image.Transform.PERSPECTIVE,
        (1.08, 0.06, -120, 0.03, 1.1, -110, 2.2e-5, 4e-5),
        Image.Resampling.BICUBIC,
        fillcolor=(96, 74, 58),
    )
    light = Image.radial_gradient("L").resize((desk.width * 2, desk.height * 2))
    light = ImageChops.invert(light).crop((0, 0, desk.width, desk.height)).point(lambda value: 120 + value // 2)
    lit = ImageChops.multiply(desk, Image.merge("RGB", [light] * 3))
    return grain(lit.filter(ImageFilter.GaussianBlur(1.1)), 14)


def jpeg(seen: Image.Image, quality: int = 82, kind: str = "JPEG") -> bytes:
    """The picture as a file."""
    written = BytesIO()
    seen.save(written, kind, quality=quality)
    return written.getvalue()


def on_paper(seen: Image.Image, like: bytes) -> bytes:
    """A PDF whose only page is the picture."""
    with pikepdf.new() as document, opened(like) as source:
        page = blank(document, sheet(source.pages[0]))
        image(document, page, seen, sheet(page))
        return saved(document)


@exhibit("valid: ok", shows="not_compared")
def scan_of_a_print(w: Workshop) -> bytes:
    """A genuine print from a scanner at 200 dpi, as JPEG."""
    return jpeg(scanned(w.genuine("陈静")))


@exhibit("valid: ok", shows="not_compared")
def scan_of_a_print_as_pdf(w: Workshop) -> bytes:
    """The same scan as the only page of a PDF."""
    genuine = w.genuine("陈静")
    return on_paper(scanned(genuine), genuine)


@exhibit("valid: ok", shows="not_compared")
def scan_with_its_text_read(w: Workshop) -> bytes:
    """The same scan from a scanner that puts the text it has read under the picture, unseen."""
    genuine = w.genuine("陈静")
    return searchable(scanned(genuine), without_attachments(genuine))


@exhibit("valid: ok", shows="not_compared")
def photo_of_a_print(w: Workshop) -> bytes:
    """A genuine print on a table, photographed from the side in bad light."""
    return jpeg(photographed(w.genuine("李㛃")))


@exhibit("valid: ok", shows="not_compared")
def screenshot(w: Workshop) -> bytes:
    """A genuine certificate on a screen, as WebP."""
    return jpeg(drawn_page(w.genuine("李㛃"), 110), 88, "WEBP")


@exhibit("valid: ok", shows="not_compared")
def scan_of_a_forged_print(w: Workshop) -> bytes:
    """李明's forged print with 陈静's genuine QR code. The verdict is hers: the page shows her name, large, to compare."""
    return jpeg(scanned(w.drawn("陈静", named("李明"))))


@exhibit("valid: ok", shows="not_compared")
def scan_whose_text_lies(w: Workshop) -> bytes:
    """A scan of 李明's forged print under which stands the text of the genuine one: no text of a scan is ever believed."""
    return searchable(scanned(w.drawn("陈静", named("李明"))), without_attachments(w.genuine("陈静")))


@exhibit("unchecked: several_credentials")
def photo_of_two_certificates(w: Workshop) -> bytes:
    """Two prints side by side: nobody can tell which one is meant."""
    one, other = (drawn_page(w.genuine(name), 150) for name in ("陈静", "欧阳雨泽"))
    both = Image.new("RGB", (one.width + other.width, one.height), WHITE)
    both.paste(one, (0, 0))
    both.paste(other, (one.width, 0))
    return jpeg(grain(both))


@exhibit("unchecked: no_credential_inside")
def photo_without_its_qr_code(w: Workshop) -> bytes:
    """A forged print whose QR code was cut off: there is nothing to check."""
    seen = scanned(w.drawn("陈静", named("李明")))
    return jpeg(seen.crop((0, 0, seen.width, seen.height * 7 // 10)))


@exhibit("unchecked: no_credential_inside")
def photo_with_a_thumb_on_its_qr_code(w: Workshop) -> bytes:
    """A print whose QR code is half covered."""
    seen = scanned(w.drawn("陈静", named("李明")))
    seen.paste(
        (196, 152, 124), (seen.width * 7 // 10, seen.height * 7 // 10, seen.width * 83 // 100, seen.height * 95 // 100)
    )
    return jpeg(seen)


@exhibit(DIFFERS)
def certificate_pasted_into_a_resume(w: Workshop) -> bytes:
    """李明's résumé with a picture of 陈静's certificate: its QR code is genuine, and is not about 李明."""
    with pikepdf.new() as document, opened(w.drawn("陈静", named("李明"))) as source:
        page = blank(document)
        there = source.pages[0]
        lay(document, page, there, piece_of(there, "李明"), moved=(-180, 210))
        for down, text in enumerate(("数据分析微专业", "数据可视化", "数据采集与清洗")):
            piece = piece_of(there, text)
            x, y = piece.matrix.shorthand[4:]
            lay(document, page, there, piece, moved=(75 - x, 700 - 24 * down - y))
        seen = drawn_page(w.genuine("陈静"), 150)
        image(document, page, seen, (130, 60, 130 + 360, 60 + 360 * seen.height / seen.width))
        return saved(document)
