"""What a recruiter reads: the verdict's page of every kind, in a real browser."""

import re
from collections.abc import Iterator
from typing import Protocol

import pypdfium2
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.small_issuer import SmallIssuer
from tests.verdicts import GREEN, HOST, HOSTILE, MADE, green, hostile, paste, shown
from verifier.verdict import TRACES
from verifier.words import LANGUAGES, words_in


class Look(Protocol):
    """Opens the page of a verdict that was made by hand."""

    def __call__(self, name: str, language: str = "zh-Hans") -> Page: ...


@pytest.fixture
def look(context: BrowserContext, page: Page, small_issuer: SmallIssuer) -> Iterator[Look]:
    def looked(name: str, language: str = "zh-Hans") -> Page:
        page.goto(f"{HOST}/shown/{name}?lang={language}")
        return page

    texts = {f"hostile{place}": hostile(text) for place, text in enumerate(HOSTILE)}
    with shown(context, small_issuer.directory, MADE | texts):
        yield looked


def test_a_genuine_credential_is_green_and_asks_who_stands_before_you(
    verifier: str, small_issuer: SmallIssuer, page: Page
) -> None:
    paste(page, verifier, small_issuer.token())
    expect(page.get_by_role("status")).to_contain_text("有效")
    expect(page.get_by_role("status")).to_contain_text("面前的人是欧阳雨泽吗")
    expect(page.get_by_role("heading", level=1)).to_have_css("color", GREEN)
    expect(page.locator("dl.claims")).to_contain_text("微光学院")
    assert page.title().startswith("有效")


def test_a_revoked_credential_says_so_and_nothing_is_green(
    verifier: str, small_issuer: SmallIssuer, page: Page
) -> None:
    paste(page, verifier, small_issuer.token(index=7))
    expect(page.get_by_role("status")).to_contain_text("撤销")
    assert not green(page)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("eyJhbGciOiJFUzI1NiJ9.e30.YQ", "无效"),
        ("eyJhb", "未能核验"),
        ("WG-0000-0000-0000-0000", "未能核验"),
        ("", "未能核验"),
    ],
)
def test_what_is_broken_or_unknown_is_never_green(verifier: str, page: Page, given: str, word: str) -> None:
    paste(page, verifier, given)
    expect(page.get_by_role("heading", level=1)).to_have_text(word)
    assert page.locator("dl.claims").count() == 0
    assert not green(page)


def test_an_altered_credential_shows_none_of_its_claims(verifier: str, small_issuer: SmallIssuer, page: Page) -> None:
    header, payload, _ = small_issuer.token().split(".")
    paste(page, verifier, f"{header}.{payload}.{small_issuer.token(name='李四').split('.')[2]}")
    expect(page.get_by_role("heading", level=1)).to_have_text("无效")
    assert "欧阳雨泽" not in page.locator("main").inner_text()


def test_what_unpacks_a_qr_code_cannot_be_had_and_the_number_is_advised(
    verifier: str, small_issuer: SmallIssuer, page: Page
) -> None:
    address, _, digits = small_issuer.qr().partition("#")
    paste(page, verifier, f"{address}#{int(digits) ^ 1 << int(digits).bit_length() - 40}")
    expect(page.get_by_role("heading", level=1)).to_have_text("未能核验")
    expect(page.get_by_role("status")).to_contain_text("编号")
    assert not green(page)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_in_signed_claims_is_text(verifier: str, small_issuer: SmallIssuer, page: Page, hostile: str) -> None:
    paste(page, verifier, small_issuer.token(name=hostile, achievement=hostile, organisation=hostile, score=hostile))
    expect(page.locator("dl.claims .name")).to_contain_text(hostile)
    expect(page.locator("p.warning")).to_contain_text(hostile)
    assert page.locator("main script, main img, main svg[onload]").count() == 0


def test_the_first_thing_on_the_page_is_one_word_one_symbol_and_one_colour(look: Look) -> None:
    for name, verdict in MADE.items():
        page = look(name)
        banner, word = page.locator("section.verdict"), words_in("zh-Hans").say(f"word.{verdict.verdict}")
        assert banner.locator("h1").inner_text() == word
        assert banner.get_attribute("class") == f"verdict {verdict.verdict}"
        assert banner.locator("svg.symbol").count() == 1
        assert page.title().startswith(word)
        assert green(page) == (verdict.verdict == "valid")
        assert "{" not in page.locator("main").inner_text()


def test_the_claims_say_who_issued_it_to_whom_what_and_when_in_this_order_and_then_everything_else(look: Look) -> None:
    page = look("text_matches")
    labels = page.locator("dl.claims dt").all_inner_texts()
    assert " ".join(labels) == (
        "颁发机构 姓名 证书 颁发日期 有效期至 学习时间 等级 学时 成绩 学分 课程成绩 所获技能 联合颁发 证书编号"
    )
    expect(page.locator(".claims .period")).to_contain_text("2026 年 3 月 2 日 – 2026 年 11 月 15 日")
    expect(page.locator(".claims .scores li").first).to_contain_text("SQL 与数据库")
    expect(page.locator(".claims .scores .value").first).to_have_text("92")
    expect(page.locator(".claims .skills li")).to_have_count(3)
    expect(page.locator(".claims .partners")).to_contain_text("数据协会")


def test_a_reader_of_another_language_has_its_texts_first_and_the_others_marked_as_theirs(look: Look) -> None:
    page = look("text_matches", "zh-Hant")
    expect(page.locator(".claims .partners bdi").first).to_have_text("數據協會")
    expect(page.locator(".claims .achievement bdi").first).to_have_text("数据分析微专业")  # nearer than English
    assert page.locator(".claims .achievement bdi").first.get_attribute("lang") == "zh-Hans"


def test_what_the_document_says_otherwise_is_marked_for_eyes_and_for_ears(look: Look) -> None:
    page = look("differs", "en")
    pair = page.locator(".pair").first
    expect(pair.locator(".signed mark")).to_have_text("differs: 泽")
    expect(pair.locator(".seen mark")).to_have_text("differs: 洋")
    assert "underline" in page.locator("mark").first.evaluate("e => getComputedStyle(e).textDecorationLine")
    expect(page.locator(".pair").last).to_contain_text("not found on the document")
    assert page.locator("ul.unsigned li").count() == 6
    expect(page.locator(".differences")).to_contain_text("and 3 more")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trace_is_told_in_words_where_the_document_is_spoken_of_and_at_its_step(
    look: Look, language: str
) -> None:
    words = words_in(language)
    page = look("both", language)
    for place in (page.locator("ul.traces"), page.locator("ol.steps > li").last):
        expect(place).to_contain_text(words.say("trace.hidden_text"))
        expect(place).to_contain_text("欧阳雨泽")
    assert all(words.texts[f"trace.{code}"] for code in TRACES)
    expect(look("leads_elsewhere", language).get_by_role("status")).to_contain_text("verify.examp1e")


def test_what_was_not_compared_is_for_the_reader_to_compare(look: Look) -> None:
    page = look("photo")
    expect(page.get_by_role("region", name="请与您看到的证书比对")).to_contain_text("凭证有效")
    large = page.locator("dl.claims.large .score dd").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert large > 20


def test_the_issuer_can_be_asked_about_a_file_whose_text_matches_or_was_not_compared(look: Look) -> None:
    offered = {name for name in MADE if look(name).get_by_role("button", name="询问颁发机构").count()}
    assert offered == {"text_matches", "photo", "platform", "document_not_compared", "not_reached"}


def test_who_asks_the_issuer_is_told_that_it_learns_of_it_and_needs_no_script(
    look: Look, context: BrowserContext, small_issuer: SmallIssuer
) -> None:
    page = look("text_matches")
    button = page.get_by_role("button", name="询问颁发机构")
    expect(button).to_have_accessible_description(re.compile("会知道有人查询"))
    assert page.locator("form.ask").get_attribute("action") == "/v/WG-000000000000000D/file?lang=zh-Hans"
    button.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "未能核验"
    )  # the issuer of this test has no such credential


def test_an_issuer_that_only_its_platform_vouches_for_is_told_apart(look: Look) -> None:
    expect(look("platform").locator(".claims .issuer")).to_contain_text("没有单独收录这家机构")
    expect(look("platform").locator("p.warning")).to_contain_text("微光学院")
    assert look("as_issued").locator("p.warning").count() == 0


@pytest.mark.parametrize("place", range(len(HOSTILE)))
@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_in_anything_that_comes_from_a_stranger_is_text(look: Look, place: int, language: str) -> None:
    page = look(f"hostile{place}", language)
    expect(page.locator("dl.claims")).to_contain_text(HOSTILE[place][:20])
    page.locator("summary").click()
    assert page.locator("main script, main img, main style, main svg[onload], a[href^=javascript]").count() == 0


def test_a_printed_verdict_has_what_counts_and_says_that_it_proves_nothing(look: Look) -> None:
    document = pypdfium2.PdfDocument(look("text_matches").pdf(prefer_css_page_size=True))
    text = "".join("".join(page.get_textpage().get_text_bounded().split()) for page in document)
    assert len(document) <= 2
    assert "有效" in text and "欧阳雨泽" in text and "verify.example重新核验" in text
    assert "询问颁发机构" not in text and "核验另一份" not in text
