"""Who is known: the directory as people read and search it."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.small_issuer import SmallIssuer
from tests.verdicts import HOST, HOSTILE, shown
from verifier.directory import read_directory
from verifier.listing import find_listed

MANY = 120


@pytest.fixture
def many(small_issuer: SmallIssuer, tmp_path: Path) -> Path:
    """A directory of many issuers, some of them with names of a forger."""
    [entry] = json.loads(small_issuer.directory.read_text())["issuers"]
    names = [*HOSTILE, *(f"第{number}职业技术学院" for number in range(MANY - len(HOSTILE)))]
    others = [
        {**entry, "id": f"{small_issuer.url}/orgs/{number}", "name": {"zh-Hans": name, "en": f"College No. {number}"}}
        for number, name in enumerate(names)
    ]
    file = tmp_path / "directory.json"
    file.write_text(json.dumps({"issuers": [entry, *others]}))
    return file


@pytest.fixture
def listed(context: BrowserContext, page: Page, many: Path) -> Iterator[Page]:
    with shown(context, many, {}):
        yield page


def test_who_is_known_and_since_when_is_a_step_from_the_first_page(listed: Page) -> None:
    listed.goto(f"{HOST}/?lang=zh-Hans")
    listed.get_by_role("link", name="名录里有谁").click()
    listed.get_by_label("机构名称或网址").fill("微光")
    listed.keyboard.press("Enter")
    expect(listed.locator("ul.issuers li")).to_have_count(1)
    expect(listed.locator("ul.issuers li")).to_contain_text("微光学院")
    expect(listed.locator("ul.issuers li")).to_contain_text("自 2026 年 1 月 1 日起收录")
    assert listed.locator("ul.issuers a").count() == 0  # an address is named, and nobody is sent there


def test_a_long_directory_has_pages_and_every_issuer_is_on_one_of_them(listed: Page) -> None:
    listed.goto(f"{HOST}/issuers?lang=en")
    seen = listed.locator("ul.issuers .id").all_inner_texts()
    while (onward := listed.locator("a[rel=next]")).count():
        onward.click()
        seen += listed.locator("ul.issuers .id").all_inner_texts()
    assert len(seen) == len(set(seen)) == MANY + 1


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_in_a_name_or_a_search_is_text(listed: Page, hostile: str) -> None:
    listed.goto(f"{HOST}/issuers?lang={quote(hostile)}&q={quote(hostile)}&page={quote(hostile)}")
    expect(listed.locator("ul.issuers li strong")).to_contain_text(hostile[:20])
    assert listed.locator("#q").input_value()[:20] == hostile[:20]


@pytest.mark.parametrize(("query", "count"), [("", 121), ("ＣＯＬＬＥＧＥ no. 7", 11), ("orgs/119", 1), ("nobody", 0)])
def test_a_part_of_a_name_or_of_an_address_is_found_however_it_is_written(many: Path, query: str, count: int) -> None:
    assert find_listed(read_directory(many).listing("en"), query, "1").count == count


@pytest.mark.parametrize(
    ("asked", "given"), [("", 1), ("0", 1), ("-1", 1), ("3", 3), ("99", 3), ("x" * 9, 1), ("9" * 5000, 1)]
)
def test_a_page_that_is_not_there_is_the_nearest_one_that_is(many: Path, asked: str, given: int) -> None:
    assert find_listed(read_directory(many).listing("en"), "", asked).page == given
