"""The import rule is enforced, and enforcing it can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
PACKAGES = ("credential", "keys", "issuer", "verifier")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(HERE / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_house_keeps_its_import_rule(copy: Path) -> None:
    done = lint_imports(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("verifier/verify.py", "keys.keyring"),
        ("verifier/web.py", "issuer.settings"),
        ("verifier/documents/pdf.py", "sqlalchemy"),
        ("credential/reader.py", "httpcore"),
        ("credential/status.py", "os"),
        ("keys/keyring.py", "issuer.settings"),
        ("issuer/status.py", "litestar"),
        ("issuer/tables.py", "issuer.web"),
    ],
)
def test_a_forbidden_import_is_found(copy: Path, module: str, forbidden: str) -> None:
    with (copy / module).open("a") as file:
        file.write(f"\nimport {forbidden}\n")
    assert lint_imports(copy).returncode == 1


def test_the_verifier_and_the_credential_import_without_the_issuer(tmp_path: Path) -> None:
    for package in ("credential", "verifier", "templates"):
        shutil.copytree(HERE / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import sys, importlib.abc\n"
        "class Absent(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in {'issuer', 'keys', 'sqlalchemy', 'weasyprint'}: raise ImportError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "import verifier.app, verifier.cli\n"
        "assert verifier.app.__file__.startswith(sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
