"""The Latin faces as static fonts: one weight taken out of a variable font, once per machine.

A variable font embedded in a PDF fails PDF/A validation, and taking out a weight costs seconds, so the result is kept
in a folder that the caller names. Its file name carries a hash of everything that went in: a new release of the font or
of this recipe makes a new file and never reads an old one.
"""

import os
import tempfile
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import uharfbuzz as hb
from fontTools import version as fonttools_version

from issuer.certificate.faces import ROMAN, Face, path_of, ranges_of

__all__ = ["static", "static_font"]

FEATURES = ("ccmp", "kern", "liga", "locl", "mark", "mkmk")
SMALL_CAPITALS = ("c2sc", "smcp")
RECIPE = "2"  # raise it when the steps below change what they make


@lru_cache
def static(face: Face, cache: Path) -> bytes:
    """The static font of a Latin `face`, from the folder `cache` or made and put there (some two seconds)."""
    published = path_of(face).read_bytes()
    features = FEATURES + SMALL_CAPITALS if face == ROMAN else FEATURES
    made_of = f"{RECIPE} {fonttools_version} {face.weight} {features} {ranges_of(face)}"
    name = f"{face.family.replace(' ', '')}-{face.weight}-{face.style}"
    kept = cache / f"{name}-{sha256(published + made_of.encode()).hexdigest()[:16]}.ttf"
    if kept.exists():
        return kept.read_bytes()
    font = _instance(published, face, features)
    _write_whole(kept, font)
    return font


@lru_cache
def static_font(face: Face, cache: Path) -> hb.Font:
    """The same, ready to be measured."""
    return hb.Font(hb.Face(hb.Blob(static(face, cache))))


def _instance(published: bytes, face: Face, features: tuple[str, ...]) -> bytes:
    """Cut first, then take out the weight: the other way round takes twice as long."""
    # Here, because loading them takes longer than a certificate, and a machine needs them once.
    from fontTools.subset import Options, Subsetter  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415
    from fontTools.varLib.instancer import instantiateVariableFont  # noqa: PLC0415

    variable = TTFont(BytesIO(published), lazy=True, recalcTimestamp=False)
    cut = Subsetter(Options(layout_features=list(features), name_IDs=["*"], hinting=False, notdef_outline=True))
    cut.populate(unicodes=[point for first, last in ranges_of(face) for point in range(first, last + 1)])
    cut.subset(variable)
    smaller = BytesIO()
    variable.save(smaller)
    instance = instantiateVariableFont(TTFont(smaller, recalcTimestamp=False), {"wght": face.weight}, inplace=True)
    written = BytesIO()
    instance.save(written)
    return written.getvalue()


def _write_whole(path: Path, content: bytes) -> None:
    """Write so that another process sees the whole file or none: two of them may make the same font at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink()
        raise
