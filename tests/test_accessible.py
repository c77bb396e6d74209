"""Anyone can read the certificate, also who cannot see it, and still in thirty years: veraPDF says so."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from issuer.certificate.pool import Pool
from tests.conftest import CACHE
from tests.test_certificate import ISSUED, LONG_NAMES, LONG_URL, SHORT_URL, TOKEN, WORDING, en, plain, zh
from tests.verapdf import FLAVOURS, Flavour, failures

SIGNATORY = (zh("奥莉维娅·施密特\u3000教授"), en("Prof. Dr. Olivia Schmidt-Rottluff, Academic Director"))
# What of the usual wording is changed, and where the QR code leads
SHAPES: dict[str, tuple[dict[str, Any], str]] = {
    "as usual": ({}, SHORT_URL),
    "the whole credential in the QR code": ({}, LONG_URL),
    "two ideographs": ({"name": (zh("王㛃"),)}, SHORT_URL),
    "very long names": ({"name": LONG_NAMES["200 ideographs, and as long in letters"]}, SHORT_URL),
    "three signatories": ({"signatories": (SIGNATORY,) * 3}, SHORT_URL),
    "Chinese only": (
        {
            "languages": ("zh-Hans",), "name": (zh("欧阳雨泽"),), "signatories": ((zh("林知远\u3000院长"),),), "facts": (),
            **{part: getattr(WORDING, part)[:1] for part in ("organisation", "title", "certifies", "completed")},
            **{part: getattr(WORDING, part)[:1] for part in ("achievement", "check", "code_label")},
        },
        SHORT_URL,
    ),
    "English only": (
        {
            "languages": ("en",), "name": (plain("Łukasz Østergård"),), "signatories": ((en("Lin Zhiyuan"),),), "facts": (),
            "document_title": "Certificate of Completion · Łukasz Østergård",
            **{part: getattr(WORDING, part)[1:] for part in ("organisation", "title", "certifies", "completed")},
            **{part: getattr(WORDING, part)[1:] for part in ("achievement", "check", "code_label")},
        },
        SHORT_URL,
    ),
}  # fmt: skip


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_certificate_passes(drawing: Pool, shape: str, flavour: Flavour) -> None:
    changes, url = SHAPES[shape]
    pdf = drawing.render(replace(WORDING, **changes), TOKEN, verify_url=url, issued_at=ISSUED, cache=CACHE)
    assert failures(pdf, flavour) == []


def without_title(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as metadata:
        del metadata["dc:title"]


def without_tags(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot


def without_an_alternative_text(pdf: pikepdf.Pdf) -> None:
    for element in pdf.objects:
        if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/Figure":
            del element.Alt


def without_a_font(pdf: pikepdf.Pdf) -> None:
    for descriptor in pdf.objects:
        if isinstance(descriptor, pikepdf.Dictionary) and descriptor.get("/Type") == "/FontDescriptor":
            del descriptor.FontFile2


@pytest.mark.parametrize(
    ("harm", "flavour", "clause"),
    [
        (without_title, "PDF/UA-1", "7.1-9 "),
        (without_tags, "PDF/UA-1", "7.1-"),
        (without_tags, "PDF/A-3a", "6.7.3.3-"),
        (without_an_alternative_text, "PDF/UA-1", "7.3-1 "),
        (without_a_font, "PDF/UA-1", "7.21.4.1-"),
        (without_a_font, "PDF/A-3a", "6.2.11.4.1-"),
    ],
)
def test_a_certificate_that_was_harmed_does_not_pass(
    drawing: Pool, harm: Callable[[pikepdf.Pdf], None], flavour: Flavour, clause: str
) -> None:
    harmed = BytesIO()
    drawn = drawing.render(WORDING, TOKEN, verify_url=SHORT_URL, issued_at=ISSUED, cache=CACHE)
    with pikepdf.open(BytesIO(drawn)) as pdf:
        harm(pdf)
        pdf.save(harmed)
    assert any(failure.startswith(clause) for failure in failures(harmed.getvalue(), flavour))
