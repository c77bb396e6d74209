"""The validator that says of every design that it is accessible and archival does say so of harmed ones, too."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest

from issuer.certificate.pool import Pool
from tests.conftest import CACHE
from tests.test_certificate import CLASSIC, ISSUED, SHORT_URL, TOKEN, WORDING
from tests.verapdf import Flavour, failures


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
    drawn = drawing.render(WORDING, TOKEN, verify_url=SHORT_URL, issued_at=ISSUED, cache=CACHE, design=CLASSIC)
    with pikepdf.open(BytesIO(drawn)) as pdf:
        harm(pdf)
        pdf.save(harmed)
    assert any(failure.startswith(clause) for failure in failures(harmed.getvalue(), flavour))
