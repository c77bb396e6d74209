"""A directory that changes while the verifier runs: what is right is taken within seconds, what is wrong never."""

import json
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from tests.conftest import Clock
from tests.test_directory import ENTRY, OF_A_KEY
from verifier.app import create_app
from verifier.directory import Kept
from verifier.errors import Misconfigured
from verifier.settings import Settings

ONE, TWO = json.dumps({"issuers": [ENTRY]}), json.dumps({"issuers": [ENTRY, OF_A_KEY]})


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still at some time after the files were written; files have the machine's own clock."""
    made = Clock()
    made.now = datetime.now(UTC) + timedelta(minutes=10)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "directory.json"
    made.write_text(ONE)
    return made


@pytest.fixture
def kept(file: Path, clock: Clock) -> Kept:
    return Kept(file, clock)


def known(kept: Kept) -> int:
    return len(kept.current().issuers)


def test_a_changed_file_is_taken_at_the_next_look(kept: Kept, file: Path, clock: Clock) -> None:
    begun = clock.now
    file.write_text(TWO)
    assert known(kept) == 1
    clock.move(seconds=2)
    assert known(kept) == 2
    assert (kept.problem, kept.loaded_at) == (None, begun + timedelta(seconds=2))


def test_a_file_put_in_place_by_renaming_is_taken(kept: Kept, file: Path, clock: Clock) -> None:
    (file.parent / "new").write_text(TWO)
    os.utime(file.parent / "new", (0, 0))  # older than the file in whose place it comes
    (file.parent / "new").rename(file)
    clock.move(seconds=2)
    assert known(kept) == 2


def test_a_file_that_did_not_change_is_not_read_again(kept: Kept, clock: Clock) -> None:
    before = kept.current()
    clock.move(hours=1)
    assert kept.current() is before


BAD: dict[str, Callable[[Path], Any]] = {
    "gone": Path.unlink,
    "empty": lambda file: file.write_text(""),
    "cut off": lambda file: file.write_text(TWO[: len(TWO) // 2]),
    "of nobody": lambda file: file.write_text('{"issuers": []}'),
    "wrong": lambda file: file.write_text(TWO.replace("2026-01-01", "always")),
    "too large": lambda file: os.truncate(file, 17 * 1024 * 1024),
    "a folder": lambda file: file.replace(file.with_name("old")).with_name(file.name).mkdir(),
}


@pytest.mark.parametrize("spoil", BAD.values(), ids=BAD.keys())
def test_a_bad_file_never_replaces_a_good_one_and_is_complained_of_once(
    kept: Kept, file: Path, clock: Clock, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], Any]
) -> None:
    begun = kept.loaded_at
    spoil(file)
    for _ in range(100):
        clock.move(seconds=2)
        assert known(kept) == 1
    assert kept.problem and "directory" in kept.problem
    assert kept.loaded_at == begun
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    if file.is_dir():
        file.rmdir()
    file.write_text(TWO)
    clock.move(seconds=2)
    assert known(kept) == 2
    assert kept.problem is None


def test_a_file_is_not_read_before_it_was_left_alone_for_two_seconds(kept: Kept, file: Path, clock: Clock) -> None:
    file.write_text("")
    written = datetime.fromtimestamp(file.stat().st_ctime, UTC)
    clock.now = written + timedelta(seconds=1)
    assert known(kept) == 1
    assert kept.problem is None
    file.write_text(TWO)  # the writer goes on
    clock.now = datetime.fromtimestamp(file.stat().st_ctime, UTC) + timedelta(seconds=3)
    assert known(kept) == 2
    assert kept.problem is None


def test_a_clock_that_goes_back_does_not_stop_the_looking(kept: Kept, file: Path, clock: Clock) -> None:
    clock.move(days=-1)
    file.write_text(TWO)
    assert known(kept) == 2


def test_a_file_that_cannot_be_opened_is_tried_again_though_nothing_about_it_changes(
    file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(file, clock)
    file.write_text(TWO)
    with monkeypatch.context() as failing:
        failing.setattr(Path, "open", refusing)
        clock.move(seconds=2)
        assert known(kept) == 1
    assert kept.problem == f"The directory {file} cannot be read: Input/output error."
    clock.move(minutes=1)
    assert known(kept) == 2


def refusing(path: Path, *_: Any, **__: Any) -> None:
    raise OSError(5, "Input/output error", str(path))


def test_files_of_a_folder_come_change_and_go(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "issuers"
    folder.mkdir()
    (folder / "one.json").write_text(ONE)
    kept = Kept(folder, clock)
    (folder / "two.json").write_text(json.dumps({"issuers": [OF_A_KEY]}))
    clock.move(seconds=2)
    assert known(kept) == 2
    (folder / "two.json").write_text("{")
    clock.move(seconds=2)
    assert known(kept) == 2
    assert kept.problem and "two.json" in kept.problem
    (folder / "two.json").unlink()
    clock.move(seconds=2)
    assert known(kept) == 1
    (folder / "one.json").unlink()
    clock.move(seconds=2)
    assert known(kept) == 1
    assert kept.problem and "without any .json file" in kept.problem


def test_a_directory_that_is_wrong_from_the_start_is_refused(file: Path, clock: Clock) -> None:
    file.write_text("")
    with pytest.raises(Misconfigured):
        Kept(file, clock)


def test_the_running_service_knows_whom_the_file_names_now(file: Path, clock: Clock) -> None:
    nearby = {name: str(value).replace("https://issuer.example", "http://127.0.0.1:1") for name, value in ENTRY.items()}
    new = nearby | {"name": ENTRY["name"], "jwks": ENTRY["jwks"]}
    file.write_text(json.dumps({"issuers": [OF_A_KEY]}))
    settings = Settings(host="127.0.0.1", port=8001, public_url="http://127.0.0.1:8001", directory=file)
    with TestClient(create_app(settings, clock), base_url=settings.public_url) as client:
        assert reason(client) == "unknown_issuer"
        file.write_text(json.dumps({"issuers": [OF_A_KEY, new]}))
        clock.move(seconds=2)
        assert reason(client) == "issuer_unreachable"
        file.write_text("")
        clock.move(seconds=2)
        assert reason(client) == "issuer_unreachable"


def reason(client: TestClient[Any]) -> Any:
    """Why a code could not be verified: its service is not known, or nobody answers there."""
    return client.post("/api/verify", content="WG-0000-0000-0000-000D", headers={"Content-Type": "text/plain"}).json()[
        "reason"
    ]
