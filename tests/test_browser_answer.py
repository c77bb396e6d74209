"""The verdict that a script draws is the one that the server draws, in a real browser."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.small_issuer import SmallIssuer
from tests.verdicts import HOST, HOSTILE, ISSUER, MADE, SIGNED, hostile, made, shown, traced
from verifier.verdict import Difference, Issuer, Signed, Trace, Verdict
from verifier.words import LANGUAGES, words_in

ODD = (
    "2026-11-21",
    "2026-11-21T23:30:00-05:00",
    "2026-11-20T16:00:00.123+0000",
    "9999-12-31T23:00:00Z",
    "2026-02-30",
    "21. November 2026",
    "2026-11-21T25:00:00Z",
    "T",
    "0000-01-01",
    "2024-02-29T15:59:59Z",
)
BESIDE = (
    ("Ouyang Yuze", "OUYANG  Yuze"),
    ("欧阳雨泽", "欧陽 雨泽"),
    ("𠮷田 Ａ", "𠮷野 A"),
    ("three of three", "three three of"),
    ("abcabcab", "babcabca"),
    ("x\N{NO-BREAK SPACE}y\tz", "xyz"),
    ("e\N{COMBINING ACUTE ACCENT}té 2026", "été 2O26"),
)
# Every element of a part of the page, with its class and language, and every text, in their order.
OUTLINE = """whole => {
  const said = [];
  const walk = (element) => {
    const attributes = ["class", "lang", "role", "d"].map((name) => element.getAttribute(name) ?? "").join("|");
    said.push(`<${element.tagName}|${attributes}>`);
    for (const child of element.childNodes) {
      if (child.nodeType === 1) walk(child);
      else if (child.textContent.trim()) said.push(child.textContent.trim());
    }
    said.push("</>");
  };
  for (const child of whole.children) walk(child);
  return said;
}"""
# What the server draws, but for what only its page can do, in the place of the page's own: to open each would take minutes.
SERVED = f"""async (path) => {{
  const {{ askPerson }} = await import("/browser/person.js");
  const page = new DOMParser().parseFromString(await (await fetch(path)).text(), "text/html");
  const served = document.adoptNode(page.querySelector("main"));
  for (const own of served.querySelectorAll("form.ask, .acts, .printed")) own.remove();
  served.querySelector(".verdict").removeAttribute("role"); // where a script draws, the status stands there before
  document.querySelector("main").replaceWith(served);
  for (const form of served.querySelectorAll("form.person")) askPerson(form);
  return ({OUTLINE})(served);
}}"""
DRAWN = f"""async ([words, verdict]) => {{
  const {{ answer }} = await import("/browser/answer.js");
  const drawn = answer(words, verdict);
  document.querySelector("main").replaceChildren(drawn);
  return ({OUTLINE})(drawn);
}}"""


def dated(moment: str) -> Verdict:
    signed = msgspec.structs.replace(
        SIGNED, valid_from=moment, valid_until=moment, period=f"{moment}/{moment}", code=None
    )
    issuer = Issuer(id=ISSUER.id, name={"en": "Only English"}, since=moment)
    return made("invalid", "expired", "pppfpn", signed=signed, issuer=issuer)


VERDICTS = (
    MADE
    | {f"hostile {place}": hostile(text) for place, text in enumerate(HOSTILE)}
    | {f"date {place}": dated(moment) for place, moment in enumerate(ODD)}
    | {
        f"beside {place}": made(
            "invalid",
            "document_differs",
            "pppppf",
            document=traced(differences=(Difference(field="name", signed=signed, shown=shown),)),
        )
        for place, (signed, shown) in enumerate(BESIDE)
    }
    | {
        "more traces": made(
            "invalid",
            "document_differs",
            "pppppf",
            document=traced(*(Trace(code="annotations", detail=f"{'长' * 190}𠮷{'x' * place}") for place in range(30))),
        ),
        "unnamed": made("valid", "ok", "pppppn", signed=Signed(id="urn:uuid:1", achievement={"en": "A"})),
        "foreign": made("valid", "ok", "pppppn", signed=Signed(id="urn:uuid:1", issuer_name="微光学院")),
        "reason of tomorrow": made("unchecked", "of_tomorrow", "pnnnnn", more={"known_issuer": {"code": "did_method"}}),
        "office of tomorrow": made(
            "unchecked", "unsupported_format", "nnnnnn", more={"token": {"code": "x", "detail": "X ≠ Y"}}
        ),
        "prototype": made("unchecked", "constructor", "nnnnnn", more={"token": {"code": "__proto__", "detail": "toString"}}),
        "elsewhere": made(
            "invalid", "leads_elsewhere", "pppppf", document=traced(Trace(code="qr_elsewhere", detail="a ≠ b ≠ c"))
        ),
        "nowhere": made("invalid", "leads_elsewhere", "pppppf", document=traced(Trace(code="qr_elsewhere"))),
    }
)  # fmt: skip


@pytest.fixture
def opened(context: BrowserContext, page: Page, small_issuer: SmallIssuer) -> Iterator[Page]:
    with shown(context, small_issuer.directory, VERDICTS):
        yield page


def drawn(page: Page, verdict: Verdict, language: str) -> list[str]:
    """The outline of what the script draws in the place of the page's own."""
    words = {**words_in(language).texts, "language": language}
    outline: list[str] = page.evaluate(DRAWN, [words, json.loads(verdict.as_json())])
    return outline


def served(page: Page, name: str, language: str) -> list[str]:
    """The outline of what the server draws, but for what only its page can do."""
    outline: list[str] = page.evaluate(SERVED, f"{HOST}/shown/{name}?lang={language}")
    return outline


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_script_draws_every_verdict_as_the_server_does(opened: Page, language: str) -> None:
    opened.goto(f"{HOST}/?lang={language}")
    for name, verdict in VERDICTS.items():
        by_server = served(opened, name, language)
        as_read = opened.locator("main").inner_text()
        assert drawn(opened, verdict, language) == by_server, name
        mine = opened.locator("main").inner_text()
        assert mine == as_read, name


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_markup_of_a_stranger_stays_text_in_what_a_script_draws(opened: Page, place: int) -> None:
    opened.goto(f"{HOST}/")
    drawn(opened, hostile(HOSTILE[place]), "en")
    assert HOSTILE[place][:20] in opened.locator("dl.claims").inner_text()
    assert opened.locator("main").locator("script, img, style, svg[onload], a, iframe").count() == 0


def test_two_answers_on_a_page_share_no_id(opened: Page) -> None:
    opened.goto(f"{HOST}/")
    words, verdict = {**words_in("en").texts, "language": "en"}, json.loads(MADE["differs"].as_json())
    named: list[Any] = opened.evaluate(
        """async ([words, verdict]) => {
          const { answer } = await import("/browser/answer.js");
          document.querySelector("main").replaceChildren(answer(words, verdict), answer(words, verdict));
          const named = [...document.querySelectorAll("main section")].map((part) => part.getAttribute("aria-labelledby"));
          return named.filter(Boolean).map((id) => [id, document.getElementById(id)?.textContent]);
        }""",
        [words, verdict],
    )
    ids = [id_ for id_, _ in named]
    assert len(ids) == 6 == len(set(ids))
    assert all(heading for _, heading in named)
