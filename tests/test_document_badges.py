"""Baked badges: Open Badges 3.0 §5.3, and what others bake."""

import zlib

import pytest

from issuer.certificate import badge
from tests.hostile import PNG, png
from tests.test_designs import drawn
from verifier.documents import badges
from verifier.documents.child import open_document
from verifier.errors import CannotOpen

TOKEN = "eyJhbGciOiJFUzI1NiJ9.e30.AA"
GREY = zlib.compress(bytes(90))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">{}</svg>'


def itxt(text: str, keyword: str = "openbadgecredential", flags: bytes = b"\0\0\0\0") -> tuple[bytes, bytes]:
    return b"iTXt", keyword.encode() + b"\0" + flags + text.encode()


def test_our_own_badge_holds_its_token_and_bears_no_trace() -> None:
    opened = open_document(badge.picture(drawn("classic-landscape"), TOKEN))
    assert opened.kind == "badge"
    assert opened.attached == (TOKEN,)
    assert (opened.traces, opened.lines, opened.codes) == ((), (), ())


@pytest.mark.parametrize(
    "chunk",
    [
        itxt(TOKEN),
        itxt(TOKEN, "openbadges"),
        itxt(TOKEN, flags=b"\0\0en\0ein Wort\0"),
        (b"iTXt", b"openbadgecredential\0\1\0\0\0" + zlib.compress(TOKEN.encode())),
        (b"zTXt", b"openbadges\0\0" + zlib.compress(TOKEN.encode())),
        (b"tEXt", b"openbadges\0" + TOKEN.encode()),
    ],
)
def test_what_others_bake_is_found(chunk: tuple[bytes, bytes]) -> None:
    assert open_document(png(9, 9, chunk, grey=GREY)).attached == (TOKEN,)


def test_all_credentials_of_a_picture_are_found() -> None:
    assert badges.in_png(png(9, 9, itxt(TOKEN), itxt("another"), grey=GREY)) == (TOKEN, "another")


def test_other_texts_of_a_picture_are_no_credentials() -> None:
    opened = open_document(png(9, 9, itxt(TOKEN, "Comment"), grey=GREY))
    assert opened.kind == "picture"
    assert opened.attached == ()


def test_a_packed_text_is_unpacked_no_further_than_a_token_is_long() -> None:
    (text,) = badges.in_png(png(9, 9, (b"zTXt", b"openbadges\0\0" + zlib.compress(b"a" * 10_000_000)), grey=GREY))
    assert len(text) == badges.LARGEST


@pytest.mark.parametrize("left", [8, 20, 60, 100])
def test_a_badge_that_breaks_off_is_damaged(left: int) -> None:
    with pytest.raises(CannotOpen):
        badges.in_png(png(9, 9, itxt(TOKEN), grey=GREY)[:left])
    with pytest.raises(CannotOpen):
        badges.in_png(PNG)


@pytest.mark.parametrize(
    "inside",
    [
        f'<openbadges:credential verify="{TOKEN}"/>',
        f'<openbadges:credential verify="{TOKEN}"><![CDATA[{{}}]]></openbadges:credential>',
        f"<openbadges:credential>\n<![CDATA[{TOKEN}]]></openbadges:credential>",
        f'<g><o:assertion xmlns:o="http://openbadges.org" verify="{TOKEN}"/></g>',
    ],
)
def test_an_svg_is_a_badge_with_what_is_baked_into_it(inside: str) -> None:
    opened = open_document(SVG.format(inside).encode())
    assert opened.kind == "badge"
    assert opened.attached == (TOKEN,)


def test_all_credentials_of_an_svg_are_found() -> None:
    twice = '<openbadges:credential verify="a"/><openbadges:credential verify="b"/>'
    assert badges.in_svg(SVG.format(twice).encode()) == ("a", "b")


@pytest.mark.parametrize(
    "svg", [SVG.format("<credential verify='a'/>"), SVG.format("<x:credential xmlns:x='y' verify='a'/>")]
)
def test_elements_of_another_namespace_are_none(svg: str) -> None:
    assert badges.in_svg(svg.encode()) == ()


@pytest.mark.parametrize(
    "svg",
    [
        "<svg>",
        "<svg><a></svg>",
        "<svg/><svg/>",
        "<html/>",
        "<svg>&nbsp;</svg>",
        '<?xml version="1.0" encoding="x"?><svg/>',
    ],
)
def test_a_broken_svg_is_damaged(svg: str) -> None:
    with pytest.raises(CannotOpen) as refused:
        badges.in_svg(svg.encode())
    assert refused.value.code == "damaged"
