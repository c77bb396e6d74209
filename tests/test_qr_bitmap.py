"""The QR code as a bitmap: module for module what `qrcode` makes of the same text, and read by a decoder."""

import string
from io import BytesIO
from random import Random

import pytest
import zxingcpp
from PIL import Image, ImageOps
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import BIT_LIMIT_TABLE

from issuer.certificate.qr import PIXELS, qr
from issuer.certificate.symbol import MASK

ADDRESS = "https://verify.school-name.example/v/WG-7K4M9QXT2D8HC5RF"
LETTERS = string.ascii_letters + string.digits + " /:#%-欧阳雨é𠮷"
VERSIONS = range(1, 41)


def reference(text: str) -> list[list[bool | None]]:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(text)
    code.make()
    return code.modules


def picture(text: str) -> Image.Image:
    return Image.open(BytesIO(qr(text)))


def modules(text: str) -> list[list[bool]]:
    """One point from the middle of each module of the bitmap."""
    drawn = picture(text)
    size = drawn.width // PIXELS
    middle = [at * PIXELS + PIXELS // 2 for at in range(size)]
    return [[drawn.getpixel((x, y)) == 0 for x in middle] for y in middle]


def digits(random: Random, count: int) -> str:
    return "".join(random.choices(string.digits, k=count))


def most_digits(version: int) -> int:
    """Of digits alone, as many as a version holds: ten bits for three, seven for two, four for one."""
    threes, left = divmod(
        BIT_LIMIT_TABLE[ERROR_CORRECT_M][version] - 4 - (10, 12, 14)[(version > 9) + (version > 26)], 10
    )
    return 3 * threes + (2 if left >= 7 else 1 if left >= 4 else 0)


@pytest.mark.parametrize("seed", range(24))
def test_an_address_with_a_credential_behind_it_has_the_modules_of_qrcode(seed: int) -> None:
    random = Random(seed)
    text = f"{ADDRESS[: random.randint(12, 56)]}#{digits(random, random.randint(1, 1300))}"
    assert modules(text) == reference(text)


@pytest.mark.parametrize("seed", range(24))
def test_any_text_has_the_modules_of_qrcode(seed: int) -> None:
    random = Random(seed)
    alphabets = (string.digits, string.ascii_uppercase + " $%*+-./:", LETTERS)
    text = "".join("".join(random.choices(random.choice(alphabets), k=random.randint(0, 90))) for _ in range(5)) + "x"
    assert modules(text) == reference(text)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_is_filled_to_the_last_bit_before_the_next_is_taken(version: int) -> None:
    most = most_digits(version)
    for count in (most - 2, most - 1, most):
        text = digits(Random(count), count)
        assert len(modules(text)) == 17 + 4 * version
    assert modules(text) == reference(text)
    if version < VERSIONS[-1]:
        assert len(modules("1" * (most + 1))) == 17 + 4 * (version + 1)


def test_a_text_that_no_version_holds_is_refused() -> None:
    assert picture("7" * most_digits(40)).width == 177 * PIXELS
    with pytest.raises(ValueError, match="41"):
        qr("7" * (most_digits(40) + 1))


def test_every_point_of_the_bitmap_has_the_colour_of_its_module() -> None:
    text = f"{ADDRESS}#{digits(Random(1), 730)}"
    drawn, expected = picture(text), reference(text)
    assert drawn.size == (len(expected) * PIXELS,) * 2
    for y in range(drawn.height):
        for x in range(drawn.width):
            assert (drawn.getpixel((x, y)) == 0) == expected[y // PIXELS][x // PIXELS]


def test_zeros_alone_are_drawn_although_qrcode_cannot_correct_them() -> None:
    """`qrcode` takes the logarithm of zero where a whole block of its codewords is zero."""
    text = "0" * 730
    (found,) = zxingcpp.read_barcodes(ImageOps.expand(picture(text).convert("L"), 4 * PIXELS, 255))
    assert found.text == text


@pytest.mark.parametrize("count", [0, 1, 20, 400, 640, 700, 730, 800, 860, 1000, 1300])
def test_a_decoder_reads_the_text_and_its_own_writer_makes_no_smaller_code(count: int) -> None:
    text = f"{ADDRESS}#{digits(Random(count), count)}"
    (found,) = zxingcpp.read_barcodes(ImageOps.expand(picture(text).convert("L"), 4 * PIXELS, 255))
    assert (found.text, found.ec_level) == (text, "M")
    theirs = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    assert len(modules(text)) <= theirs.to_image(scale=1, add_quiet_zones=False).shape[0]
