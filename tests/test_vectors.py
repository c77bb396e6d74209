"""The vectors that other implementers may use: made the same by anyone, and our verifier answers as they say."""

import asyncio
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.make import FOLDER, make
from tests.vectors.workshop import unb64
from verifier.directory import read_directory
from verifier.errors import Unreachable
from verifier.published import Published
from verifier.published.fetch import Fetcher
from verifier.verify import verify

FILES = sorted(FOLDER.glob("*/*.json"))


class FetcherOfVector(Fetcher):
    """Serves what the vector says is published. Asking for anything else is remembered."""

    def __init__(self, published: dict[str, str]) -> None:
        self.published = published
        self.asked_in_vain: list[str] = []

    async def get(self, url: str, accept: str = "*/*") -> bytes:
        if url not in self.published:
            self.asked_in_vain.append(url)
            raise Unreachable(f"{url} cannot be reached.")
        return self.published[url].encode()


def test_making_the_vectors_again_gives_the_same_bytes() -> None:
    files = [*FILES, FOLDER / "qr.json"]
    assert make() == {file.relative_to(FOLDER).as_posix(): file.read_bytes() for file in files}


@pytest.mark.parametrize("file", FILES, ids=[file.relative_to(FOLDER).with_suffix("").as_posix() for file in FILES])
def test_the_verifier_answers_as_the_vector_says(file: Path, tmp_path: Path) -> None:
    vector: dict[str, Any] = json.loads(file.read_bytes())
    (tmp_path / "directory.json").write_text(json.dumps(vector["directory"]), encoding="utf-8")
    at = datetime.fromisoformat(vector["at"])
    fetcher = FetcherOfVector(vector["published"])
    directory = read_directory(tmp_path / "directory.json")
    verdict = asyncio.run(verify(vector["token"].encode(), directory, Published(fetcher, lambda: at), at))
    assert {"verdict": verdict.verdict, "reason": verdict.reason} == vector["expect"], vector["why"]
    assert all(url.startswith("https://credentials.example/") for url in fetcher.asked_in_vain)


def test_what_the_description_of_the_format_shows_is_real() -> None:
    vector = json.loads((FOLDER / "genuine" / "complete.json").read_bytes())
    list_url = json.loads(unb64(vector["token"].split(".")[1]))["credentialStatus"]["statusListCredential"]
    listed = vector["published"].pop(list_url)
    texts = [*(unb64(part) for part in vector["token"].split(".")[:2]), unb64(listed.split(".")[1])]
    real = [*map(json.loads, texts), vector["directory"], *map(json.loads, vector["published"].values())]
    described = (FOLDER.parents[1] / "docs" / "format.md").read_text(encoding="utf-8")
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)\n```", described, re.DOTALL)]
    assert len(shown) == len(real) == 6
    assert all(each in real for each in shown)
