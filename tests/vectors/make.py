"""Makes the vectors: `python -m tests.vectors.make`. Made again they are the same bytes, on any machine."""

from pathlib import Path

from tests.vectors import workshop as w
from tests.vectors.genuine import dates, genuine
from tests.vectors.malformed import headers, malformed, registered
from tests.vectors.qr import qr_codes
from tests.vectors.signatures import signatures
from tests.vectors.statuses import statuses

__all__ = ["FOLDER", "make"]

FOLDER = Path(__file__).parent
CLASSES = {
    "genuine": genuine,
    "malformed": malformed,
    "header": headers,
    "registered-claims": registered,
    "signature": signatures,
    "dates": dates,
    "status": statuses,
}


def make() -> dict[str, bytes]:
    """Every vector: `class/name.json` and its bytes. Those of QR codes are no verifications and stand in one file."""
    return {
        f"{kind}/{name}.json": w.pretty(made) for kind, vectors in CLASSES.items() for name, made in vectors()
    } | {"qr.json": w.pretty(list(qr_codes()))}  # fmt: skip


def main() -> None:
    """Write the vectors beside this file and take away those that are no longer made."""
    made = make()
    for file in FOLDER.glob("*/*.json"):
        if file.relative_to(FOLDER).as_posix() not in made:
            file.unlink()
    for name, data in made.items():
        (FOLDER / name).parent.mkdir(exist_ok=True)
        (FOLDER / name).write_bytes(data)
    print(f"{len(made)} vectors in {FOLDER}")


if __name__ == "__main__":
    main()
