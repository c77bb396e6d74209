"""What one drawing process has compiled, the others need not compile again."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from issuer.certificate import compiled, read_design
from issuer.certificate.compiled import compiling, shelf
from issuer.certificate.compiled.shelf import Shelf
from issuer.certificate.pool import Pool
from issuer.certificate.samples import sample
from tests.both_ways import fast
from tests.conftest import CACHE
from tests.test_certificate import CLASSIC, ISSUED, SHORT_URL, TOKEN, WORDING, zh


@pytest.fixture
def two() -> Iterator[Pool]:
    pool = Pool(CACHE, size=2)
    yield pool
    pool.close()


def test_what_one_process_compiled_another_takes_and_draws_the_same(two: Pool) -> None:
    def drawn(name: str) -> bytes:
        wording = replace(WORDING, name=(zh(name),))
        return two.render(wording, TOKEN, verify_url=SHORT_URL, issued_at=ISSUED, cache=CACHE, design=CLASSIC)

    drawn("王芳")
    here = drawn("李明")
    assert two.drawn == {"laid_out": 1, "compiled": 1}
    with two._worker():  # now the other one is asked
        assert drawn("李明") == here
    assert two.drawn == {"laid_out": 1, "compiled": 2}


def test_what_one_process_could_not_compile_another_does_not_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = read_design("classic, slow", dict(CLASSIC.files))
    with monkeypatch.context() as patched:
        patched.setattr(compiling, "MOST_SECONDS", 0)
        assert fast(sample("usual"), design, shelf=tmp_path) is None
    monkeypatch.setattr(compiled, "_kept", OrderedDict())  # as in another process
    assert fast(sample("usual"), design, shelf=tmp_path) is None
    assert fast(sample("usual"), CLASSIC, shelf=tmp_path) is not None


def test_only_one_process_at_a_time_compiles_a_kind(tmp_path: Path) -> None:
    with Shelf(tmp_path).alone("a") as first, Shelf(tmp_path).alone("a") as second, Shelf(tmp_path).alone("b") as other:
        assert (first, second, other) == (True, False, True)
    with Shelf(tmp_path).alone("a") as again:
        assert again
    assert not list(tmp_path.iterdir())


def test_of_too_many_documents_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 2)
    for number in range(3):
        Shelf(tmp_path).put("a", number, f"why {number}")
    assert [Shelf(tmp_path).take("a", number) for number in range(4)] == [None, "why 1", "why 2", None]


def test_without_a_folder_to_write_to_each_compiles_for_itself(tmp_path: Path) -> None:
    for nowhere in (Shelf(None), Shelf(tmp_path / "gone")):
        nowhere.put("a", 0, "why")
        assert nowhere.take("a", 0) is None
        with nowhere.alone("a") as alone:
            assert alone
