"""What one drawing process has compiled, the others need not compile again."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from issuer.certificate import compiled, read_design, shelf
from issuer.certificate.compiled import compiling
from issuer.certificate.pool import Pool
from issuer.certificate.samples import sample
from issuer.certificate.shelf import Made, Shelf
from tests.both_ways import fast
from tests.conftest import CACHE
from tests.test_certificate import CLASSIC, ISSUED, SHORT_URL, TOKEN, WORDING, zh


@pytest.fixture
def two() -> Iterator[Pool]:
    pool = Pool(CACHE, size=2)
    pool.start()
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


def test_what_one_process_could_not_compile_another_does_not_try(monkeypatch: pytest.MonkeyPatch) -> None:
    design = read_design("classic, slow", dict(CLASSIC.files))
    one, other = Shelf(), Shelf()
    with monkeypatch.context() as patched:
        patched.setattr(compiling, "MOST_SECONDS", 0)
        assert fast(sample("usual"), design, shelf=one) is None
    (made,) = one.tell()
    other.hear([made])
    monkeypatch.setattr(compiled, "_kept", OrderedDict())  # as in another process
    assert fast(sample("usual"), design, shelf=other) is None
    assert fast(sample("usual"), CLASSIC, shelf=other) is not None


def test_what_is_no_document_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Shelf(), Shelf()
    expected = fast(sample("usual"), read_design("classic, damaged", dict(CLASSIC.files)), shelf=one)
    (made,) = one.tell()
    other.hear([msgspec.structs.replace(made, content=made.content[:-1])])
    monkeypatch.setattr(compiled, "_kept", OrderedDict())
    assert fast(sample("usual"), read_design("classic, damaged", dict(CLASSIC.files)), shelf=other) == expected


def test_of_too_many_documents_the_first_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 2)
    full = Shelf()
    full.hear(Made(kind="a", number=number, content=b"%d" % number) for number in range(3))
    assert [full.take("a", number) for number in range(4)] == [None, b"1", b"2", None]


def test_a_document_that_is_too_large_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST_BYTES", 2)
    small = Shelf()
    small.put("a", 0, b"12")
    small.put("a", 1, b"123")
    assert [each.number for each in small.tell()] == [0]
    assert small.tell() == ()
