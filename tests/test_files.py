"""The store of files, as a folder and as a bucket: what was put is there, and a store out of reach says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer.errors import Misconfigured, Unavailable
from issuer.files import Files, open_files
from tests.small_bucket import SmallBucket


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallBucket]:
    made = SmallBucket()
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    yield made
    made.server.shutdown()


@pytest.fixture(params=["file", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "file":
        return open_files((tmp_path / "a folder").as_uri())
    request.getfixturevalue("bucket")
    return open_files("s3://certificates/of/ours")


def test_what_was_put_is_there_by_its_key_and_below_its_prefix(files: Files) -> None:
    files.put("designs/medal/1/badge.html", b"<p>")
    files.put("designs/medal/1/badge.css", b"")
    files.put("designs/medal/12/badge.css", b"another version")
    assert files.get("designs/medal/1/badge.html") == b"<p>"
    assert files.below("designs/medal/1") == {"badge.html": b"<p>", "badge.css": b""}


def test_what_was_never_put_is_none(files: Files) -> None:
    assert files.get("logos/none.png") is None
    assert files.below("designs/none/1") == {}


def test_the_same_may_be_put_again_and_what_was_damaged_is_mended(files: Files) -> None:
    files.put("logos/a.png", b"dam")
    files.put("logos/a.png", b"whole")
    files.put("logos/a.png", b"whole")
    assert files.get("logos/a.png") == b"whole"


def test_a_store_that_works_passes_its_examination_again_and_again(files: Files) -> None:
    files.examine()
    files.examine()


def test_a_bucket_out_of_reach_is_unavailable_and_works_again_when_it_is_back(bucket: SmallBucket) -> None:
    files = open_files("s3://certificates")
    bucket.down = True
    with pytest.raises(Unavailable, match="Nothing was lost"):
        files.put("logos/a.png", b"a")
    with pytest.raises(Unavailable):
        files.get("logos/a.png")
    bucket.down = False
    files.put("logos/a.png", b"a")
    assert bucket.objects == {"logos/a.png": b"a"}


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    files = open_files((tmp_path / "files").as_uri())
    (tmp_path / "files" / "logos").write_text("a file where a folder should be")
    with pytest.raises(Unavailable):
        files.put("logos/a.png", b"a")


@pytest.mark.parametrize("url", ["files", "file://relative/files", "ftp://host/files", "s3://"])
def test_an_address_that_is_none_of_a_store_is_named(url: str) -> None:
    with pytest.raises(Misconfigured, match="ISSUER_FILES_URL"):
        open_files(url)
