"""Two hundred files as a recruiter gets them: certificates, photos of them, codes, forgeries, and what is none of these."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image

from credential import reader
from demo import forgeries
from demo.services import command

__all__ = ["FILES", "Application", "Learner", "applications", "learners", "zipped"]

DEMO = Path(__file__).parent.parent / "demo"
FILES = 200
NAMES = (
    "欧阳雨泽", "王芳", "李静", "张伟", "刘洋", "陈杰", "杨敏", "黄磊", "赵丽", "吴强",
    "周婷", "徐鹏", "孙娜", "马超", "朱琳", "胡军", "郭燕", "何勇", "高洁", "林峰",
)  # fmt: skip
REVOKED = 4  # the last ones
STRANGER = "司马相如"
QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCodeModel2])
BOMB = 64 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class Learner:
    """A learner with the certificate as it was issued, its token, its code and the text of its QR code."""

    name: str
    pdf: bytes
    token: str
    code: str
    qr: str


@dataclass(frozen=True)
class Application:
    """A file with what has to be said of it: the verdict and its reason, or the code of the problem; and of the name."""

    label: str
    data: bytes
    says: str
    name_matches: bool | None = True


def learners(folder: Path, environment: Mapping[str, str]) -> list[Learner]:
    """Make an issuer, issue to everyone, revoke the last `REVOKED`, and write `directory.json` into the folder."""
    command("issuer", "init", str(DEMO / "organisation.toml"), environment=environment)
    command("issuer", "achievement", str(DEMO / "achievements" / "data-analysis.toml"), environment=environment)
    roster = folder / "roster.csv"
    rows = (f"{n},{name},n{n}@learner.example,2026-03-02,2026-11-15,88" for n, name in enumerate(NAMES))
    roster.write_text("\n".join(("completion_id,name,email,started_on,completed_on,score", *rows)), encoding="utf-8")
    out = ("--out", str(folder / "out"))
    command("issuer", "issue", str(roster), "--achievement", "data-analysis", *out, environment=environment)
    (folder / "directory.json").write_text(command("issuer", "directory", environment=environment))
    found = sorted(map(_learner, (folder / "out").glob("*.jwt")), key=lambda learner: NAMES.index(learner.name))
    for learner in found[-REVOKED:]:
        command("issuer", "revoke", learner.code, "--reason", "graded wrongly", environment=environment)
    return found


def _learner(file: Path) -> Learner:
    token = file.read_text().strip()
    claims = reader.read(token).claims
    name = claims["credentialSubject"]["identifier"][0]["identityHash"]
    pdf = file.with_suffix(".pdf").read_bytes()
    (found,) = zxingcpp.read_barcodes(_picture(pdf, 200), formats=QR)
    return Learner(name, pdf, token, claims["id"].rpartition("/")[2], found.text)


def applications(people: list[Learner]) -> list[Application]:
    """All of them, in an order that is the same every time."""
    made = [*_genuine(people), *_wrong(people), *_of_no_use(people)]
    noise = random.Random(4)  # noqa: S311 - noise, and no secret
    while len(made) < FILES:
        made.append(Application(f"IMG_{len(made)}.bin", noise.randbytes(20_000), "unchecked: not_recognised", None))
    noise.shuffle(made)
    return made


def _genuine(people: list[Learner]) -> Iterator[Application]:
    """Each learner's certificate in every form; revoked, where it was."""
    forms: dict[str, Callable[[Learner], bytes]] = {
        "{}/证书.pdf": lambda learner: learner.pdf,
        "{}.pdf": lambda learner: learner.pdf,
        "{}_照片.jpg": lambda learner: _photo(learner.pdf),
        "{}_二维码.txt": lambda learner: learner.qr.encode(),
        "{}.jwt": lambda learner: learner.token.encode(),
        "编号/{}.txt": lambda learner: learner.code.encode(),
    }
    for place, learner in enumerate(people):
        says = "invalid: revoked" if place >= len(people) - REVOKED else "valid: ok"
        for label, form in forms.items():
            yield Application(label.format(learner.name), form(learner), says)


def _wrong(people: list[Learner]) -> Iterator[Application]:
    standing = people[:-REVOKED]
    for learner in standing:
        edited = forgeries.edited_pdf(learner.pdf, learner.name)
        yield Application(f"改过/{learner.name}.pdf", edited, "invalid: document_differs")
        foreign = forgeries.unknown_issuer(learner.token).encode()
        yield Application(f"外来/{learner.name}.jwt", foreign, "unchecked: unknown_issuer", None)
    for learner in standing[:10]:
        yield Application(f"{STRANGER}_{learner.code}.pdf", learner.pdf, "valid: ok", name_matches=False)
        forged = forgeries.edited_payload(learner.token).encode()
        yield Application(f"伪造/{learner.name}.jwt", forged, "invalid: bad_signature", None)


def _of_no_use(people: list[Learner]) -> Iterator[Application]:
    nothing = Image.new("RGB", (1200, 900), (90, 120, 150))
    yield Application("风景.png", _saved(nothing, "PNG"), "unchecked: no_credential_inside", None)
    yield Application("空.pdf", b"", "unchecked: nothing_given", None)
    yield Application("简历.pdf", people[0].pdf[:2000], "unchecked: cannot_open", None)
    yield Application("简历.docx", zipped({"[Content_Types].xml": b"<Types/>"}), "unchecked: cannot_open", None)
    yield Application("网页.html", b"<!doctype html><title>x</title>", "unchecked: not_recognised", None)
    yield Application("里面.zip", zipped({"张三.pdf": people[0].pdf}), "nested", None)
    yield Application("炸弹.pdf", bytes(BOMB), "too_large", None)
    yield Application("炸弹.zip", zipped({"0": bytes(BOMB)}), "nested", None)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files in a zip."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return written.getvalue()


def _photo(pdf: bytes) -> bytes:
    """A print on a dark desk, a little askew."""
    printed = _picture(pdf, 150)
    desk = Image.new("RGB", (printed.width + 300, printed.height + 300), (52, 44, 40))
    desk.paste(printed, (150, 150))
    return _saved(desk.rotate(4, Image.Resampling.BICUBIC, fillcolor=(52, 44, 40)), "JPEG")


def _picture(pdf: bytes, dpi: int) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        picture: Image.Image = document[0].render(scale=dpi / 72).to_pil().convert("RGB")
        return picture


def _saved(picture: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, quality=80)
    return written.getvalue()
