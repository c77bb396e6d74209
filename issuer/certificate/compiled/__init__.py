"""Certificates without the layout engine: what all certificates of a kind share is laid out once and kept.

1. What differs from learner to learner is taken out of the wording (`fields`).
2. The design's template is asked, once, what it wants to know of those texts; certificates with the same answers are of
   one kind (`asking`, `kinds`): the same HTML but for the fields, in the same sizes.
3. A kind is laid out by WeasyPrint with probe texts, narrow and wide (`probes`), and taken down stroke by stroke
   (`capture`). What moves must follow from the fields' widths (`moving`), and each field must be drawn just as we would
   draw it (`shaping`).
4. The document is written down but for its fields (`freezing`), and filled for each certificate (`frozen`, `fonts`,
   `writing`).

Whatever cannot be proven in 3, and every text that is not plain in `shaping`, is `Refused`: WeasyPrint draws it.
"""

import logging
from collections import OrderedDict
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from credential.wording import Wording
from issuer.certificate.compiled.fields import Refused, opened
from issuer.certificate.compiled.kinds import Kinds
from issuer.certificate.design import Brand, Design
from issuer.certificate.qr import qr
from issuer.certificate.shelf import Shelf

__all__ = ["compiled"]

MOST_KEPT = 64  # achievement versions, each in a rendition and a design
WORTH_IT = 2  # so many certificates of a kind are asked for before it is compiled
log = logging.getLogger("issuer")
_kept: "OrderedDict[Any, Kinds]" = OrderedDict()


def compiled(
    wording: Wording, token: str, *, verify_url: str, issued_at: datetime, cache: Path, design: Design, brand: Brand,
    shelf: Shelf | None = None, worth_it: int = WORTH_IT,
) -> bytes | None:  # fmt: skip
    """The certificate drawn without the layout engine, as `issuer.certificate.draw`; None where that has to draw it."""
    shared, texts = opened(wording)
    verifier = urlsplit(verify_url).netloc
    key = (design, brand, verifier, shared, cache)
    kinds = _kept.pop(key, None) or Kinds(
        wording, design=design, brand=brand, verifier=verifier, cache=cache, shelf=shelf
    )
    _kept[key] = kinds
    if len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    try:
        if not (found := kinds.document(texts, worth_it)):
            return None
        document, lines = found
        return document.filled(texts, lines, token, verify_url=verify_url, qr_code=qr(verify_url), issued_at=issued_at)
    except Refused as error:
        log.debug("A certificate is laid out: %s.", error)
        return None
