"""Is it the person in front of me? Their e-mail address against the hash that was signed, in a real browser alone."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from credential.document import hashed_email
from tests.axe import barriers
from tests.small_issuer import SmallIssuer
from tests.verdicts import HOST, MADE, SIGNED, green, paste, shown
from verifier.claims import signed_claims
from verifier.verdict import Identifier
from verifier.words import LANGUAGES, words_in

ADDRESS = "ouyang.yuze@learner.example"
MATCHES, DIFFERS = "这个邮箱签发了这份证书", "不一致"


@pytest.fixture
def opened(context: BrowserContext, page: Page, small_issuer: SmallIssuer) -> Iterator[Page]:
    with shown(context, small_issuer.directory, MADE):
        page.goto(f"{HOST}/shown/text_matches?lang=zh-Hans")
        yield page


def asked(page: Page, address: str) -> Locator:
    """What is said of an address that is typed and handed in with the keyboard alone."""
    field = page.get_by_label("应聘者的电子邮箱")
    field.fill(address)
    field.press("Enter")
    return page.locator("form.person .told")


def test_the_address_that_the_issuer_was_given_matches_and_another_does_not(
    verifier: str, small_issuer: SmallIssuer, page: Page
) -> None:
    paste(page, verifier, small_issuer.token(email=ADDRESS))
    expect(asked(page, ADDRESS)).to_contain_text(MATCHES)
    expect(asked(page, "someone.else@learner.example")).to_contain_text(DIFFERS)
    expect(asked(page, "someone.else@learner.example")).to_contain_text("同一个人的另一个邮箱")


def test_a_credential_without_an_address_is_not_asked_about(
    verifier: str, small_issuer: SmallIssuer, page: Page
) -> None:
    paste(page, verifier, small_issuer.token())
    expect(page.get_by_role("heading", level=1)).to_have_text("有效")
    assert page.locator("form.person").count() == 0


@pytest.mark.parametrize(
    "typed", [" Ouyang.Yuze@Learner.Example ", "OUYANG.YUZE@LEARNER.EXAMPLE", "ouyang．yuze＠learner.example"]
)
def test_capitals_blanks_and_wide_letters_are_no_difference(opened: Page, typed: str) -> None:
    expect(asked(opened, typed)).to_contain_text(MATCHES)


@pytest.mark.parametrize("typed", ["", "ouyang.yuze", "ouyang.yuze@learner", "a b@learner.example"])
def test_what_is_no_address_is_neither(opened: Page, typed: str) -> None:
    expect(asked(opened, typed)).to_have_text("请输入完整的电子邮箱。")


def test_an_answer_does_not_stay_beside_another_address(opened: Page) -> None:
    told = asked(opened, ADDRESS)
    expect(told).to_contain_text(MATCHES)
    opened.get_by_label("应聘者的电子邮箱").press("x")
    expect(told).to_have_text("")


def test_nothing_is_sent_and_nothing_is_kept(opened: Page, context: BrowserContext) -> None:
    sent: list[str] = []
    opened.on("request", lambda request: sent.append(request.url))
    before = opened.url
    expect(asked(opened, ADDRESS)).to_contain_text(MATCHES)
    expect(asked(opened, "x@y.example")).to_contain_text(DIFFERS)
    # The browser fetches the page's icon when it likes.
    assert [url for url in sent if "/icons/" not in url] == [] and opened.url == before
    assert context.cookies() == []
    assert opened.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert opened.get_by_label("应聘者的电子邮箱").get_attribute("name") is None


def test_a_match_has_none_of_the_colours_of_a_verdict(opened: Page) -> None:
    expect(asked(opened, ADDRESS)).to_contain_text(MATCHES)
    opened.evaluate("document.querySelectorAll('section.verdict, .symbol').forEach(each => each.remove())")
    assert not green(opened)


def test_what_is_not_valid_any_more_is_nobodys(opened: Page) -> None:
    offered = set()
    for name, verdict in MADE.items():
        opened.goto(f"{HOST}/shown/{name}")
        if opened.locator("form.person").count():
            offered.add(verdict.verdict)
            assert verdict.credential
    assert offered == {"valid", "unchecked"}


def test_without_scripts_the_question_is_not_there(browser: Browser, small_issuer: SmallIssuer) -> None:
    context = browser.new_context(java_script_enabled=False)
    with shown(context, small_issuer.directory, MADE):
        page = context.new_page()
        page.goto(f"{HOST}/shown/text_matches")
        expect(page.locator("form.person")).to_be_hidden()
        expect(page.locator("dl.claims")).to_be_visible()
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_answers_in_an_element_that_a_script_drew(opened: Page, language: str) -> None:
    words = words_in(language)
    verdict = json.loads(MADE["not_compared"].as_json())
    opened.evaluate(
        """async ([words, verdict]) => {
          const { answer } = await import("/browser/answer.js");
          document.querySelector("main").replaceChildren(answer(words, verdict), answer(words, verdict));
        }""",
        [{**words.texts, "language": language}, verdict],
    )
    opened.evaluate("language => document.documentElement.lang = language", language)
    field = opened.get_by_label(words.say("person.label")).last
    field.fill(ADDRESS)
    field.press("Enter")
    names = {"zh-Hans": "微光学院", "zh-Hant": "微光学院", "en": "Glimmer Academy"}
    expect(opened.locator("form.person .told").last).to_have_text(words.say("person.matches", issuer=names[language]))
    expect(opened.locator("form.person .told").first).to_have_text("")
    opened.locator(".answer").first.evaluate("e => e.remove()")
    assert barriers(opened) == []


def test_the_page_has_no_barriers_while_it_asks_and_when_it_has_answered(opened: Page) -> None:
    assert barriers(opened) == []
    expect(asked(opened, ADDRESS)).to_contain_text(MATCHES)
    assert barriers(opened) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"hashed": False},
        {"hashed": "true"},
        {"identityType": "name"},
        {"identityHash": "md5$00"},
        {"identityHash": ["sha256$"]},
        {"salt": 7},
        {"salt": "x" * 301},
    ],
)
def test_an_identifier_that_is_hashed_otherwise_is_left_out(odd: dict[str, Any]) -> None:
    made = hashed_email(ADDRESS, "00")
    whole = {"hashed": True, "identityType": "emailAddress", "identityHash": made.identity_hash, "salt": "00"}

    def found(identifier: dict[str, Any]) -> tuple[Identifier, ...]:
        return signed_claims({"credentialSubject": {"identifier": [identifier]}}, {}).identifiers

    assert found(whole) == (Identifier(type="emailAddress", hash=made.identity_hash, salt="00"),)
    assert found(whole | odd) == ()
    assert SIGNED.identifiers[0].hash == hashed_email(ADDRESS, SIGNED.identifiers[0].salt).identity_hash
