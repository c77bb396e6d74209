"""From the wording to HTML: a design's template filled in, its style sheet, its pictures, and the faces that draw it.

A design decides sizes and places itself, by calling `fit`, so a new design needs no Python.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from traceback import extract_tb
from typing import Any
from urllib.parse import urlsplit

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateSyntaxError, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from credential.wording import Text, Wording
from issuer.certificate.design import Brand, Design
from issuer.certificate.faces import HEI, ITALIC, LATIN, ROMAN, SEMIBOLD, SONG, Face, cut_faces
from issuer.certificate.fitting import Fitted, fit, measure
from issuer.certificate.instances import static
from issuer.certificate.qr import qr
from issuer.certificate.seal import Seal, seal
from issuer.certificate.subset import fonts_for
from issuer.errors import Misconfigured

__all__ = ["ASSETS", "HAN", "QR", "Fit", "Laid", "fill_in", "fitted", "lay", "with_files"]

ASSETS = "certificate:"  # the scheme of every address in the HTML; nothing outside of memory has it
LOGO = f"{ASSETS}logo.png"
QR = f"{ASSETS}qr.pbm"
# What a template can raise: its own errors, and Python's where it counts with a text or calls `fit` without a size.
FAULTS = (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError)
STYLES: Mapping[str, Face] = {"roman": ROMAN, "semibold": SEMIBOLD, "italic": ITALIC}
HAN: Mapping[str, Face] = {"song": SONG, "hei": HEI}
Fit = Callable[..., Fitted]


@dataclass(frozen=True, kw_only=True)
class Laid:
    """A certificate as HTML, with every file that its addresses name; `faces` is the style sheet of its fonts."""

    html: str
    faces: str
    style: str
    files: Mapping[str, tuple[str, bytes]]


def lay(wording: Wording, *, design: Design, brand: Brand, verify_url: str, issued: str, cache: Path) -> Laid:
    """Fill in `design` with `wording`. `issued` is an ISO 8601 moment, `cache` the folder of `instances.static`.

    Raises `Misconfigured` when a template of the design is broken.
    """
    html = fill_in(
        wording,
        design=design,
        brand=brand,
        verify_url=verify_url,
        verifier=urlsplit(verify_url).netloc,
        issued=issued,
        fit=partial(fitted, cache, HAN[design.manifest.chinese]),
    )
    return with_files(html, design=design, brand=brand, qr_code=qr(verify_url), cache=cache)


def fill_in(
    wording: Wording, *, design: Design, brand: Brand, verify_url: str, verifier: str, issued: str, fit: Fit
) -> str:
    """The HTML of a certificate. `verifier` is the host that is printed; `fit` is what templates call, as `fitted`."""
    return _templates(design).html(
        wording=wording,
        issued=issued,
        qr=QR,
        verify_url=verify_url,
        verifier=Text(language="", text=verifier),
        code=Text(language="", text=wording.code),
        seal=_seal(brand, wording),
        logo=LOGO if brand.logo else None,
        fit=fit,
        **vars(_colours(design, brand)),
    )


def with_files(
    html: str, *, design: Design, brand: Brand, qr_code: bytes, cache: Path, first: str | None = None
) -> Laid:
    """The HTML of a certificate with all that it names: fonts for what it says, the pictures, the style sheet.

    The glyphs of what is said `first` are numbered before all others; by default that is all.
    """
    han = HAN[design.manifest.chinese]
    style, pictures = _templates(design).drawn(_colours(design, brand), _families(han))
    fonts = {face: static(face, cache) for face in LATIN} | fonts_for(first or html, han, html)
    names = {face: f"{ASSETS}font-{number}" for number, face in enumerate(fonts)}
    files = pictures | {QR: ("image/x-portable-bitmap", qr_code)}
    files |= {names[face]: ("font/ttf", font) for face, font in fonts.items()}
    if brand.logo:
        files[LOGO] = ("image/png", brand.logo)
    return Laid(
        html=html,
        faces="".join(
            f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-style:{face.style};'
            f'src:url("{names[face]}")}}'
            for face in fonts
        ),
        style=style,
        files=files,
    )


def _colours(design: Design, brand: Brand) -> "_Colours":
    return _Colours(
        paper=design.manifest.paper, ink=brand.ink or design.manifest.ink, accent=brand.accent or design.manifest.accent
    )


@dataclass(frozen=True, kw_only=True)
class _Colours:
    paper: str
    ink: str
    accent: str


@dataclass(frozen=True, kw_only=True)
class _Families:
    """Values of the CSS property `font-family`: for Latin text, for Chinese."""

    latin: str
    chinese: str


class _Templates:
    """The templates of one version of a design, compiled once."""

    def __init__(self, design: Design) -> None:
        self._design = design
        texts = {name: content.decode("utf-8") for name, content in design.files.items() if name != "design.toml"}
        self._environment = ImmutableSandboxedEnvironment(  # an operator's design is no program of ours
            # Not DictLoader: a fault is found by the name of the file that it is in.
            loader=FunctionLoader(lambda name: (texts[name], name, None) if name in texts else None),
            autoescape=select_autoescape(["html"]),  # the other files hold colours alone
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._names = frozenset(texts)
        self._environment.tests["chinese"] = _chinese
        self._environment.filters["length"] = _length
        self._environment.globals["mix"] = _mix
        self._pictures = [name for name in texts if name.endswith(".svg")]
        self.drawn = lru_cache(self._drawn)

    def html(self, **said: Any) -> str:
        return self._filled(f"{self._design.page}.html", said)

    def _drawn(self, colours: _Colours, families: "_Families") -> tuple[str, dict[str, tuple[str, bytes]]]:
        """The style sheet and the pictures in these colours."""
        pictures = {
            ASSETS + name: ("image/svg+xml", self._filled(name, vars(colours)).encode()) for name in self._pictures
        }
        return self._filled(f"{self._design.page}.css", vars(colours) | vars(families)), pictures

    def _filled(self, name: str, values: Mapping[str, Any]) -> str:
        try:
            return self._environment.get_template(name).render(values)
        except FAULTS as error:
            raise Misconfigured(f"The design {self._design.name}: {self._place(error) or name}: {error}") from error

    def _place(self, error: Exception) -> str:
        """Where in the design a fault is: its lines that Python came through, a macro's last."""
        if isinstance(error, TemplateSyntaxError):
            return f"{error.name}, line {error.lineno}"
        lines = [line for line in extract_tb(error.__traceback__) if line.filename in self._names]
        return " → ".join(f"{line.filename}, line {line.lineno}" for line in lines[-2:])


@lru_cache(maxsize=64)
def _templates(design: Design) -> _Templates:
    return _Templates(design)


def _seal(brand: Brand, wording: Wording) -> Seal | None:
    """The brand's own seal, or one made of the first of the organisation's names that can be cut."""
    if brand.seal is not None:
        return seal(brand.seal)
    return next(filter(None, (seal(name.text) for name in wording.organisation if _chinese(name))), None)


def _length(value: Any) -> Any:
    """How long a list or a text is. What stands in the place of a text (`compiled.fields.Field`) answers for itself."""
    return value.length if hasattr(value, "length") else len(value)


def _mix(colour: str, other: str, share: float) -> str:
    """`share` of a colour, the rest of the other: how a design draws with a lighter accent."""
    one, two = (bytes.fromhex(c[1:]) for c in (colour, other))
    return "#" + bytes(round(a * share + b * (1 - share)) for a, b in zip(one, two, strict=True)).hex()


def fitted(cache: Path, han: Face, text: Text, style: str = "roman", **place: Any) -> Fitted:
    """`fit`, as templates call it: the text with its language, the name of a Latin style, and the place."""
    return fit(text.text, measure(STYLES[style], cache, chinese=_chinese(text), han=han), **place)


def _chinese(text: Text) -> bool:
    return text.language.startswith("zh")


def _families(han: Face) -> _Families:
    """Every face that a document may have, in the order for each script. Only what they are to draw is in them."""
    cut = [han, *(face for face in cut_faces() if face != han)]

    def listed(*faces: Face) -> str:
        return ", ".join(f'"{face.family}"' for face in faces)

    return _Families(latin=listed(ROMAN, *cut), chinese=listed(*cut, ROMAN))
