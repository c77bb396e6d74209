"""The verifier's comparison: genuine certificates never differ, and whatever was changed on one is said."""

from dataclasses import replace

import pytest

from credential.phrases import RENDITIONS
from credential.wording import Text, Wording
from issuer.certificate.samples import sample
from verifier.comparison import differences, pages_of_others
from verifier.documents.opened import Opened

HOSTS = {"verify.glimmer.example"}
EVERY = [sample("usual", rendition) for rendition in RENDITIONS]


def page(wording: Wording, *more: str) -> Opened:
    """A certificate of `wording` as text, set in the plainest way."""

    def texts(*parts: tuple[Text, ...]) -> list[str]:
        return [text.text for part in parts for text in part]

    facts = [" ".join(texts(fact.labels, fact.values)) for fact in wording.facts]
    assert wording.transcript
    modules = [" ".join(texts(module.labels, module.values)) for module in wording.transcript.entries]
    lines = texts(wording.organisation, wording.title, wording.certifies, wording.name, wording.completed)
    lines += [*texts(wording.achievement), "  ".join(facts), *texts(wording.transcript.label), *modules]
    lines += [*texts(*wording.signatories, wording.check), "verify.glimmer.example", *texts(wording.code_label)]
    return Opened(kind="pdf", lines=((*lines, wording.code, *more),))


def fields(opened: Opened) -> list[str]:
    return [found.field for found in differences(opened, EVERY, HOSTS, complete=True)]


@pytest.mark.parametrize("rendition", RENDITIONS)
def test_every_rendition_shows_what_was_signed(rendition: str) -> None:
    assert fields(page(sample("usual", rendition))) == []


def test_a_text_that_nobody_signed_is_shown_as_it_stands() -> None:
    (found,) = differences(page(EVERY[0], "优秀毕业生 Honours graduate"), EVERY, HOSTS, complete=True)
    assert (found.field, found.shown) == ("unsigned", "优秀毕业生 Honours graduate")


def test_one_edited_language_of_two_is_no_rendition_of_the_other() -> None:
    """The English alone would be a whole certificate: the Chinese beside it must not be overlooked."""
    edited = replace(EVERY[0], achievement=(Text(language="zh-Hans", text="数据分析博士"), EVERY[0].achievement[1]))
    (found,) = differences(page(edited), EVERY, HOSTS, complete=True)
    assert (found.field, found.signed, found.shown) == ("achievement", EVERY[0].achievement[0].text, "数据分析博士")


def test_another_name_is_shown_beside_the_signed_one_in_each_script() -> None:
    han, latin = (text.text for text in EVERY[0].name)
    edited = replace(EVERY[0], name=(Text(language="zh-Hans", text="李大伟"), Text(language="", text="Li Dawei")))
    found = differences(page(edited), EVERY, HOSTS, complete=True)
    assert [(each.field, each.signed, each.shown) for each in found] == [
        ("name", han, "李大伟"),
        ("name", latin, "Li Dawei"),
    ]


def test_an_edited_score_stands_beside_the_signed_one() -> None:
    hours, score, issued = EVERY[0].facts
    better = replace(score, values=(Text(language="", text="100"),))
    (found,) = differences(page(replace(EVERY[0], facts=(hours, better, issued))), EVERY, HOSTS, complete=True)
    assert (found.field, found.signed, found.shown) == ("score", score.text, better.text)


def test_a_value_moved_to_another_label_is_a_difference() -> None:
    hours, score, issued = EVERY[0].facts
    swapped = replace(
        EVERY[0], facts=(replace(hours, values=score.values), replace(score, values=hours.values), issued)
    )
    assert {"hours", "score"} <= set(fields(page(swapped)))


def test_an_edited_module_score_is_a_difference() -> None:
    transcript = EVERY[0].transcript
    assert transcript
    first, *others = transcript.entries
    better = replace(first, values=(Text(language="", text="100"),))
    edited = replace(EVERY[0], transcript=replace(transcript, entries=(better, *others)))
    assert set(fields(page(edited))) == {"transcript", "unsigned"}


def test_a_second_address_to_verify_at_is_text_that_nobody_signed() -> None:
    assert fields(page(EVERY[0], "verify.glimmer-example.com")) == ["unsigned"]


def test_the_number_of_its_page_is_no_claim_but_that_of_another_is() -> None:
    (lines,) = page(EVERY[0]).lines
    assert fields(Opened(kind="pdf", lines=((*lines, "1 / 2"), ("2 / 2",)))) == []
    assert fields(Opened(kind="pdf", lines=((*lines, "2 / 2"), ("2 / 2",)))) == ["unsigned"]


def test_a_partner_called_as_a_section_is_no_sign_that_the_section_is_there() -> None:
    english = sample("usual", "en")
    assert english.partners
    assert english.skills
    label = english.skills.label[0].text
    partners = replace(english.partners, entries=((Text(language="en", text=f"Alliance for Digital {label}"),),))
    signed = replace(english, partners=partners)
    shown = [text.text for text in (*partners.label, *partners.entries[0])]
    assert differences(page(signed, *shown), [signed], HOSTS, complete=True) == ()
    found = differences(page(signed, *shown, label), [signed], HOSTS, complete=True)
    assert {difference.field for difference in found} == {"skills"}


def test_a_name_from_right_to_left_may_come_out_in_any_order_but_not_with_other_letters() -> None:
    name = "ئابدۇرېھىم (2) ئەلى"
    signed = replace(EVERY[0], name=(Text(language="", text=name),))
    turned = replace(EVERY[0], name=(Text(language="", text="ئەلى (2) ئابدۇرېھىم"),))
    other = replace(EVERY[0], name=(Text(language="", text="ئەلى (3) ئابدۇرېھىم"),))
    assert differences(page(turned), [signed], HOSTS, complete=True) == ()
    assert [found.field for found in differences(page(other), [signed], HOSTS, complete=True)] == ["name"]


def test_a_document_of_very_many_lines_is_compared_as_any_other() -> None:
    found = fields(page(EVERY[0], *["x"] * 200_000))
    assert found == ["unsigned"] * 20


def test_a_page_of_something_else_is_told_from_the_pages_of_a_certificate() -> None:
    (lines,) = page(EVERY[0]).lines
    opened = Opened(
        kind="pdf", lines=(lines[:6], lines[6:], ("To whom it may concern:", "he is the best.", "2 / 3"), ())
    )
    assert list(pages_of_others(opened, EVERY, HOSTS)) == [3, 4]
    assert list(pages_of_others(page(EVERY[0]), [], ())) == []


def test_without_the_translations_only_what_is_surely_missing_is_said() -> None:
    alone = [sample("usual", "zh-Hans")]
    assert differences(page(EVERY[0]), alone, HOSTS, complete=False) != ()  # the facts are labelled in two languages
    assert differences(page(alone[0], "something else"), alone, HOSTS, complete=False) == ()
