"""Two hundred certificates on Monday morning: handed in at once, sorted, sieved, opened, and taken away as a table."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from playwright.sync_api import Browser, Download, Page, Route, expect

from credential import code as codes
from demo.services import free_port, serving
from tests.axe import barriers
from tests.small_issuer import SmallIssuer
from tests.test_pile_report import HOSTILE_ROWS, ROWS
from tests.verapdf import failures
from verifier.piles.row import Row
from verifier.piles.table import as_csv
from verifier.words import LANGUAGES, words_in

WORDS = words_in("zh-Hans")
PHONE: Any = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ENDED = {
    "type": "ended",
    "counts": {"valid": 0, "invalid": 0, "unchecked": 0, "needs_human": 0},
    "seconds": 1,
    "lists": [],
}


@pytest.fixture(scope="module")
def folder(small_issuer: SmallIssuer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hundred applications: 7 revoked, 3 that are nothing, 1 handed in by two people, the others good."""
    made = tmp_path_factory.mktemp("desk") / "应聘材料"
    for number in range(200):
        one = made / f"{number:03d} 张三" / "证书.jwt"
        one.parent.mkdir(parents=True)
        small_issuer.code = codes.new("WG")
        index, score = (7, "88") if number % 30 == 4 else (3, str(number))
        one.write_text("no certificate" if number in {10, 20, 30} else small_issuer.token(index=index, score=score))
    (made / "199 张三" / "证书.jwt").write_text((made / "198 张三" / "证书.jwt").read_text())
    (made / ".DS_Store").write_text("left by a system")
    return made


@pytest.fixture(scope="module")
def applicants(folder: Path) -> Path:
    """Who they are; the one of row 199 is not whose credential it is."""
    made = folder.parent / "名单.csv"
    lines = [
        f"应聘材料/{number:03d} 张三/证书.jwt,{'王小明' if number == 199 else '欧阳雨泽'}" for number in range(200)
    ]
    made.write_text("文件,姓名\n" + "\n".join(lines), encoding="utf-8")
    return made


@pytest.mark.timeout(600)  # where the machine has much else to do
def test_a_folder_of_two_hundred_is_dropped_sorted_sieved_opened_and_taken_away(
    verifier: str, folder: Path, applicants: Path, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{verifier}/pile")
    drop(page, folder)
    expect(page.locator("#files-hint")).to_contain_text("200 个文件")
    page.locator("#applicants").set_input_files(applicants)
    assert barriers(page) == []
    page.get_by_role("button", name="全部核验").click()
    expect(page.locator(".outcome")).to_contain_text("已完成：200 项全部核验", timeout=300_000)
    assert counts(page) == {"all": 200, "human": 5, "valid": 190, "invalid": 7, "unchecked": 3}

    human = page.locator("tbody").first
    expect(human.get_by_role("rowheader")).to_have_text("需要人工查看")
    expect(human.locator("tr[data-number]")).to_have_count(5)
    twice = page.locator("tr[data-number]", has_text="199 张三")
    expect(twice).to_contain_text("签名中的姓名与应为的姓名不同")
    expect(twice).to_contain_text("是同一凭证")
    expect(page.locator("tr[data-number]", has_text="198 张三")).to_contain_text("是同一凭证")

    page.get_by_role("button", name="文件或编号").click()
    head = page.get_by_role("columnheader", name="文件或编号")
    expect(head).to_have_attribute("aria-sort", "ascending")
    items = page.locator("tbody.others td.in-item").all_inner_texts()
    assert items == sorted(items)
    page.get_by_role("button", name="文件或编号").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert page.locator("tbody.others td.in-item").all_inner_texts() == items[::-1]

    page.get_by_role("radio", name="无效").check()
    expect(page.locator("tr[data-number]:visible")).to_have_count(7)
    expect(page.locator(".found")).to_have_text("显示 7 行")
    assert barriers(page) == []  # of seven rows: for two hundred, axe takes a minute
    page.locator("#search").fill("034")
    expect(page.locator("tr[data-number]:visible")).to_have_count(1)
    page.locator("#search").fill("nobody")
    expect(page.locator(".found")).to_have_text("没有这样的行。")
    assert barriers(page) == []
    page.locator("#search").fill("034")
    page.locator("tr[data-number]:visible button").click()
    expect(page.get_by_role("dialog")).to_contain_text("后来被该机构撤销")
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "opens"

    with page.expect_download() as saved:
        page.get_by_role("button", name="下载 CSV 表格").click()
    assert saved.value.suggested_filename.startswith("证书核验结果-2")
    table = list(csv.reader(io.StringIO(text_of(saved.value, tmp_path).removeprefix("\ufeff"))))
    assert len(table) == 201 and table[0][0] == "行"
    assert [row[0] for row in table[1:]] == [str(number) for number in range(1, 201)]
    with page.expect_download() as saved:
        page.get_by_role("button", name="下载 PDF 报告").click()
    saved.value.save_as(tmp_path / "report.pdf")
    assert failures((tmp_path / "report.pdf").read_bytes(), "PDF/UA-1") == []


def test_the_keyboard_alone_hands_in_sorts_opens_and_saves(verifier: str, folder: Path, page: Page) -> None:
    page.goto(f"{verifier}/pile")
    expect(page.locator(".pile")).to_be_visible()
    page.locator("#files").set_input_files([folder / f"{number:03d} 张三" / "证书.jwt" for number in (1, 2, 4)])
    page.locator("#files").focus()
    for there in ("#folder", "#applicants", "#report", ".pile button"):
        tab_to(page, there)
    page.keyboard.press("Enter")
    expect(page.locator(".outcome")).to_contain_text("已完成")
    assert page.evaluate("document.activeElement.id") == "results"
    tab_to(page, ".csv")
    with page.expect_download():
        page.keyboard.press("Enter")
    tab_to(page, "thead th:nth-child(3) button")
    page.keyboard.press("Enter")
    expect(page.locator("thead th").nth(2)).to_have_attribute("aria-sort", "ascending")
    tab_to(page, ".opens")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    tab_to(page, "dialog > button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_browser_and_the_command_line_make_the_same_csv(
    verifier: str, page: Page, tmp_path: Path, language: str
) -> None:
    rows = [*ROWS, *HOSTILE_ROWS]
    answer_with(page, [began(len(rows)), *map(line, rows), json.dumps(ENDED)])
    rows[2] = msgspec.structs.replace(rows[2], same_as=(7,))  # what row 7 says of itself, the browser says of both
    hand_in(page, f"{verifier}/pile?lang={language}")
    with page.expect_download() as saved:
        page.locator(".csv").click()
    assert text_of(saved.value, tmp_path).split("\r\n") == as_csv(rows, words_in(language)).split("\r\n")


def test_what_strangers_wrote_is_text_and_opens_as_text(verifier: str, page: Page) -> None:
    answer_with(page, [began(len(HOSTILE_ROWS)), *map(line, HOSTILE_ROWS), json.dumps(ENDED)])
    table_of(page, f"{verifier}/pile")
    assert page.locator("table.rows :is(script, img, style)").count() == 0
    for row in page.locator(".opens").all():
        row.click()
        page.keyboard.press("Escape")
    assert barriers(page) == []


def test_a_screen_reader_says_the_verdict_of_a_row_that_is_opened_once(verifier: str, page: Page) -> None:
    answer_with(page, [began(len(ROWS)), *map(line, ROWS), json.dumps(ENDED)])
    table_of(page, f"{verifier}/pile?lang=en")
    for row in ROWS:
        page.locator(f"tr[data-number='{row.number}'] .opens").click()
        dialog = page.get_by_role("dialog", name=row.item, exact=True)
        expect(dialog.locator("h1, .not-yet")).to_be_focused()
        heading = f'heading "{words_in("en").say(f"word.{row.word}")}" [level=1]'
        assert dialog.aria_snapshot().count(heading) == (1 if row.verdict else 0)
        assert dialog.locator(".verdict[role=status]").count() == 0
        page.keyboard.press("Escape")


@pytest.mark.parametrize(
    "lines", [[], [0], [0, 1], [0, 1, 2, "{"], [0, 1, 2, '{"type":"ended"']], ids=lambda lines: f"{len(lines)} lines"
)
def test_an_answer_that_breaks_off_is_said_to_and_never_looks_complete(
    verifier: str, page: Page, lines: list[int | str]
) -> None:
    whole = [began(5), *map(line, ROWS[:5])]
    answer_with(page, [whole[each] if isinstance(each, int) else each for each in lines])
    hand_in(page, f"{verifier}/pile")
    if len(lines) < 2:
        expect(page.locator(".refusal")).to_contain_text("什么也没有核验")
        return
    expect(page.locator(".outcome")).to_contain_text("这张表不完整")
    expect(page.get_by_role("button", name="下载 PDF 报告")).to_be_hidden()
    assert "已完成" not in page.locator("main").inner_text()
    with page.expect_download() as saved:
        page.locator(".csv").click()
    assert "不完整" in saved.value.suggested_filename
    assert barriers(page) == []


def test_a_report_that_was_not_made_is_missed_aloud(verifier: str, page: Page) -> None:
    answer_with(page, [began(5), *map(line, ROWS[:5]), json.dumps(ENDED)])
    hand_in(page, f"{verifier}/pile")
    expect(page.locator(".outcome")).to_contain_text("报告未能生成")
    expect(page.get_by_role("button", name="下载 PDF 报告")).to_be_hidden()


def test_an_end_that_comes_before_all_rows_is_no_end(verifier: str, page: Page) -> None:
    answer_with(page, [began(5), *map(line, ROWS[:3]), json.dumps(ENDED)])
    hand_in(page, f"{verifier}/pile")
    expect(page.locator(".outcome")).to_contain_text("共 5 项，核验了 3 项")


@pytest.mark.parametrize(
    ("status", "says"),
    [(408, "太慢"), (413, "200 MB"), (429, "太多次"), (503, "很多"), (400, "应聘者名单"), (500, "出了问题")],
)
def test_a_refusal_is_said_in_words_and_the_files_are_still_chosen(
    verifier: str, page: Page, status: int, says: str
) -> None:
    page.route("**/api/piles?*", lambda route: route.fulfill(status=status, json={"status": status}))
    hand_in(page, f"{verifier}/pile")
    expect(page.get_by_role("alert")).to_contain_text(says)
    expect(page.locator("#files-hint")).to_contain_text("1 个文件")
    assert barriers(page) == []


def test_a_refusal_that_comes_before_all_was_sent_is_said_too(
    small_issuer: SmallIssuer, page: Page, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    # It saves up 36: one pile of 30 and the page, and no second pile within forty seconds.
    settings = {"VERIFIER_PORT": str(port), "VERIFIER_DIRECTORY": str(small_issuer.directory), "VERIFIER_RATE": "0.6"}
    with serving("verifier", url, tmp_path / "log", settings):
        page.goto(f"{url}/pile")
        expect(page.locator(".pile")).to_be_visible()
        assert httpx.post(f"{url}/api/piles", content=b"x").status_code == 200
        (tmp_path / "large.bin").write_bytes(bytes(20 * 1024 * 1024))
        page.locator("#files").set_input_files(tmp_path / "large.bin")
        page.locator(".pile button").click()
        expect(page.get_by_role("alert")).to_contain_text("太多次", timeout=30_000)


def test_what_runs_can_be_stopped(verifier: str, page: Page) -> None:
    held: list[Route] = []
    page.route("**/api/piles?*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    hand_in(page, f"{verifier}/pile")
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="停止").click()
    expect(page.get_by_role("button", name="全部核验")).to_be_focused()
    assert page.get_by_role("alert").inner_text() == ""


def test_without_files_nothing_is_sent(verifier: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{verifier}/pile")
    page.get_by_role("button", name="全部核验").click()
    expect(page.get_by_role("alert")).to_have_text("没有选择文件。")
    assert not any("/api/" in url for url in asked)


def test_two_people_with_one_credential_need_a_human_both(verifier: str, page: Page) -> None:
    one, other = (msgspec.structs.replace(ROWS[0], number=n, same_as=(), needs_human=False) for n in (1, 2))
    one = msgspec.structs.replace(one, name_expected="欧阳雨泽")
    other = msgspec.structs.replace(other, name_expected="王小明", same_as=(1,), needs_human=True)
    answer_with(page, [began(2), line(one), line(other), json.dumps(ENDED)])
    table_of(page, f"{verifier}/pile")
    assert counts(page)["human"] == 2
    expect(page.locator("tr[data-number='1']")).to_contain_text("与第 2 行是同一凭证")


def test_the_others_of_one_credential_are_told_in_order_however_they_came(verifier: str, page: Page) -> None:
    came = [(3, ()), (1, (3,)), (4, (3, 1)), (2, (4, 3, 1))]
    rows = [msgspec.structs.replace(ROWS[0], number=number, same_as=before) for number, before in came]
    answer_with(page, [began(4), *map(line, rows), json.dumps(ENDED)])
    hand_in(page, f"{verifier}/pile")
    for number, others in ((1, "2, 3, 4"), (2, "1, 3, 4"), (4, "1, 2, 3")):
        expect(page.locator(f"tr[data-number='{number}']")).to_contain_text(f"与第 {others} 行是同一凭证")


def test_at_the_width_of_a_phone_nothing_is_cut_off_and_the_rows_are_still_a_table(
    verifier: str, browser: Browser
) -> None:
    context = browser.new_context(locale="zh-CN", **PHONE)
    phone = context.new_page()
    answer_with(phone, [began(len(ROWS)), *map(line, ROWS), json.dumps(ENDED)])
    table_of(phone, f"{verifier}/pile")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    expect(phone.get_by_role("table")).to_be_visible()
    assert phone.get_by_role("cell").count() >= 6 * len(ROWS)
    assert barriers(phone) == []
    phone.locator(".opens").first.click()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_without_scripts_the_page_says_what_else_there_is(verifier: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(verifier)
    page.get_by_role("link", name="Check many at once").click()
    expect(page.get_by_text("This page needs scripts")).to_be_visible()
    expect(page.get_by_role("button", name="Check all")).to_be_hidden()
    page.get_by_role("link", name="For programs").click()
    expect(page.get_by_text("/api/piles").first).to_be_visible()
    context.close()


def drop(page: Page, path: Path) -> None:
    """Let a file or a folder of this machine fall on the page, as a hand would."""
    expect(page.locator(".pile")).to_be_visible()
    devtools = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for type_ in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": type_, "x": 200, "y": 300, "data": data})


def answer_with(page: Page, lines: list[str]) -> None:
    """Let what is handed in be answered with these lines; the last one of an answer that breaks off has no end."""
    body = "\n".join(lines) + ("\n" if not lines or lines[-1].endswith("}") else "")
    page.route("**/api/piles?*", lambda route: route.fulfill(body=body, content_type="application/x-ndjson"))


def hand_in(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".pile")).to_be_visible()
    page.locator("#files").set_input_files({"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"x"})
    page.locator(".pile button").click()


def table_of(page: Page, address: str) -> None:
    """Hand something in, and wait until the table is there and says that this was all, or not."""
    hand_in(page, address)
    expect(page.locator(".outcome:is(.complete, .incomplete)")).to_be_visible()


def began(items: int) -> str:
    return json.dumps({"type": "began", "items": items})


def line(row: Row) -> str:
    return msgspec.json.encode(row).decode()


def counts(page: Page) -> dict[str, int]:
    found = page.locator(".sieve label:has(output)").all()
    return {
        each.locator("input").get_attribute("value") or "": int(each.locator("output").inner_text()) for each in found
    }


def text_of(saved: Download, folder: Path) -> str:
    saved.save_as(folder / "saved")
    return (folder / "saved").read_bytes().decode()


def tab_to(page: Page, there: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("there => document.activeElement.matches(there)", there):
            return
    raise AssertionError(there)
