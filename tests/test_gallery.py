"""The forgery gallery: each exhibit gets the verdict that it has to get, and docs/gallery.md tells it as it is."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from issuer.certificate.pool import Pool
from tests.conftest import CACHE
from tests.gallery.catalogue import page, row
from tests.gallery.exhibit import ALL
from tests.gallery.judge import ROOMS, Judged, judged
from tests.gallery.workshop import Workshop

PAGE = (Path(__file__).parent.parent / "docs" / "gallery.md").read_text(encoding="utf-8")
Judge = Callable[[str], Judged]

each = pytest.mark.parametrize("name", ALL)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory, drawing: Pool) -> Iterator[Judge]:
    """Gives an exhibit with its verdict; each is made and judged once."""
    workshop = Workshop(tmp_path_factory.mktemp("gallery"), drawing, CACHE)
    yield cache(lambda name: judged(ALL[name], workshop))
    workshop.close()


@each
def test_it_is_judged_as_it_has_to_be(judge: Judge, name: str) -> None:
    assert not judge(name).wrong


@each
def test_the_page_shows_the_sentence_that_a_person_reads(judge: Judge, name: str) -> None:
    assert row(judge(name)) in PAGE.splitlines()


@pytest.mark.timeout(900)  # alone, it makes them all
def test_the_page_says_nothing_else(judge: Judge) -> None:
    assert page(map(judge, ALL)) == PAGE


def test_what_is_genuine_never_differs(judge: Judge) -> None:
    names = [name for name, exhibit in ALL.items() if exhibit.subject == "genuine"]
    found = {name: judge(name).verdict for name in names}
    assert len(found) >= 20
    assert {(verdict.verdict, verdict.document.traces, verdict.document.differences) for verdict in found.values()} == {
        ("valid", (), ())
    }


def test_no_forgery_that_shows_something_else_than_was_signed_is_green(judge: Judge) -> None:
    forged = {name for name, exhibit in ALL.items() if exhibit.expect.startswith("invalid")}
    assert len(forged) >= 60
    assert {name for name in forged if judge(name).verdict.verdict == "valid"} == set()


def test_every_room_has_its_exhibits() -> None:
    assert {exhibit.subject for exhibit in ALL.values()} == {room.__name__.rsplit(".", 1)[-1] for room in ROOMS}
    assert all(exhibit.story.endswith(".") for exhibit in ALL.values())
