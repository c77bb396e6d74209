"""The verifier runs from its own three folders in an environment that holds what its extra names and nothing else."""

import os
import re
import shutil
import subprocess
import time
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from demo.services import free_port
from tests.conftest import pdf_with
from tests.small_issuer import SmallIssuer

HERE = Path(__file__).parent.parent
FOLDERS = ("credential", "verifier", "templates/verifier")
ABSENT = ("issuer", "keys", "sqlalchemy", "alembic", "weasyprint", "fontTools", "qrcode", "obstore", "pytest")


def closure(extra: str) -> dict[str, Distribution]:
    """The distributions that the project needs with one of its extras, by name."""
    found: dict[str, Distribution] = {}
    todo = [("weizheng", frozenset({extra}))]
    seen = set()
    while todo:
        name, extras = todo.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        if name != "weizheng":
            found[name] = distribution(name)
        for line in distribution(name).requires or []:
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": each}) for each in extras | {""}):
                todo.append((canonicalize_name(needed.name), frozenset(needed.extras)))
    return found


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A tree with the verifier's folders alone, and the Python of an environment with its dependencies alone."""
    folder = tmp_path_factory.mktemp("alone")
    for name in FOLDERS:
        shutil.copytree(HERE / name, folder / "tree" / name, ignore=shutil.ignore_patterns("__pycache__"))
    venv.create(folder / "env", symlinks=True)
    python = folder / "env" / "bin" / "python"
    (packages,) = (folder / "env" / "lib").glob("python*/site-packages")
    for found in closure("verifier").values():
        for part in {Path(file).parts[0] for file in found.files or [] if not str(file).startswith("..")}:
            if part != "__pycache__" and not (packages / part).exists():
                (packages / part).symlink_to(Path(str(found.locate_file(part))))
    return folder / "tree", python


@pytest.fixture(scope="module")
def served(alone: tuple[Path, Path], small_issuer: SmallIssuer) -> Iterator[str]:
    tree, python = alone
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {"VERIFIER_PORT": str(port), "VERIFIER_DIRECTORY": str(small_issuer.directory)}
    process = subprocess.Popen(
        [python, "-P", "-c", "import sys; sys.path.insert(0, '.'); from verifier.cli import main; main()", "serve"],
        cwd=tree,
        env=clean_environment() | settings,
        stderr=subprocess.PIPE,
    )
    try:
        for _ in range(300):
            assert process.poll() is None, process.stderr and process.stderr.read().decode()
            try:
                httpx.get(f"{url}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def clean_environment() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VERIFIER_", "VIRTUAL"))
    }


def test_neither_the_issuer_nor_what_it_needs_is_there(alone: tuple[Path, Path]) -> None:
    tree, python = alone
    look = (
        "import importlib.util as i, sys; sys.path.insert(0, '.'); print([n for n in sys.argv[1:] if i.find_spec(n)])"
    )
    done = subprocess.run(
        [python, "-P", "-c", look, *ABSENT, "verifier", "litestar"],
        cwd=tree, env=clean_environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "['verifier', 'litestar']"


def test_every_module_of_it_imports(alone: tuple[Path, Path]) -> None:
    tree, python = alone
    modules = [
        ".".join(file.relative_to(tree).with_suffix("").parts)
        for folder in ("credential", "verifier")
        for file in sorted((tree / folder).rglob("*.py"))
    ]
    assert len(modules) > 40
    done = subprocess.run(
        [python, "-P", "-c", "import sys, importlib; sys.path.insert(0, '.'); [*map(importlib.import_module, sys.argv[1:])]",
         *(re.sub(r"\.__init__$", "", module) for module in modules)],
        cwd=tree, env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_it_verifies_a_token_and_a_document(served: str, small_issuer: SmallIssuer) -> None:
    token = small_issuer.token()
    answer = httpx.post(f"{served}/api/verify", content=token).json()
    assert (answer["verdict"], answer["credential"]["names"]) == ("valid", ["欧阳雨泽"])
    answer = httpx.post(f"{served}/api/verify", content=pdf_with(token), timeout=60).json()
    assert (answer["verdict"], answer["reason"]) == ("invalid", "document_differs")


def test_its_pages_and_probes_answer(served: str) -> None:
    for path in ("/", "/api", "/api/openapi.json", "/verifier.css", "/v/WG-0000-0000-0000-000D", "/readyz", "/metrics"):
        assert httpx.get(served + path, timeout=60).status_code == 200, path


def test_the_closure_is_what_the_extra_names() -> None:
    names = set(closure("verifier"))
    assert {"litestar", "granian", "pikepdf", "httpcore", "prometheus-client", "cryptography"} <= names
    assert not {"sqlalchemy", "weasyprint", "pytest"} & names
    assert "sqlalchemy" in closure("issuer")
