"""Other words on the page, set by a good hand: each of these was drawn by our own software, on a genuine credential."""

from typing import Any

from credential import code as codes
from credential.wording import Text
from demo import forgeries
from demo.editing import opened, saved
from tests.gallery.exhibit import DIFFERS, exhibit
from tests.gallery.surgery import lay, piece_of, typed, without_attachments
from tests.gallery.workshop import HOST, Workshop

RESULTS = {"hours": "ext:LearningHours", "score": "RawScore", "level": "PerformanceLevel", "module": "ext:ModuleScore"}


def named(name: str, place: int = 0) -> Any:
    """Edits the learner's name: 0 is the Chinese one, 1 the romanised."""

    def edit(claims: dict[str, Any]) -> None:
        claims["credentialSubject"]["identifier"][place]["identityHash"] = name

    return edit


def named_alone(claims: dict[str, Any], name: str) -> None:
    """Edits the learner's names to this one."""
    identifiers = claims["credentialSubject"]["identifier"]
    identifiers[:] = [identifiers[0] | {"identityHash": name}]


def attained(kind: str, value: str) -> Any:
    """Edits the first result of a kind."""

    def edit(claims: dict[str, Any]) -> None:
        subject = claims["credentialSubject"]
        described = subject["achievement"]["resultDescription"]
        wanted = next(each["id"] for each in described if each["resultType"] == RESULTS[kind])
        next(each for each in subject["result"] if each["resultDescription"] == wanted)["value"] = value

    return edit


@exhibit(DIFFERS, fields={"name"})
def name_edited_in_the_text(w: Workshop) -> bytes:
    """陈静's certificate with the name 李明, in the same face and place. Her credential stays attached."""
    return w.drawn("陈静", named("李明"))


@exhibit(DIFFERS, fields={"name"})
def romanised_name_edited(w: Workshop) -> bytes:
    """Only the name in Latin letters is another, for an employer abroad."""
    return w.drawn("欧阳雨泽", named("Li Ming", 1))


@exhibit(DIFFERS, fields={"name"})
def one_character_of_the_name_edited(w: Workshop) -> bytes:
    """静 has become 婧: a part of a character, and another person."""
    return w.drawn("陈静", named("陈婧"))


@exhibit(DIFFERS, fields={"achievement"})
def achievement_edited(w: Workshop) -> bytes:
    """A course on web pages has become one on artificial intelligence."""

    def edit(claims: dict[str, Any]) -> None:
        claims["credentialSubject"]["achievement"]["name"] = "人工智能工程师"

    return w.drawn("李㛃", edit)


@exhibit(DIFFERS, fields={"title"})
def title_edited(w: Workshop) -> bytes:
    """结业证书 has become 学位证书: a degree instead of a certificate of completion."""
    titles = (Text(language="zh-Hans", text="学位证书"), Text(language="en", text="Degree Certificate"))
    return w.drawn("陈静", title=titles)


@exhibit(DIFFERS, fields={"score"})
def score_edited(w: Workshop) -> bytes:
    """88 points have become 98."""
    return w.drawn("欧阳雨泽", attained("score", "98"))


@exhibit(DIFFERS, fields={"transcript"})
def digits_of_a_score_swapped(w: Workshop) -> bytes:
    """The 78 of a course has become 87: the same two glyphs the other way round, no new font, no new text."""
    return forgeries.edited_pdf(w.genuine("Maria das Graças Albuquerque de Vasconcelos e Lima-Magalhães"), "78")


@exhibit(DIFFERS, fields={"hours"})
def hours_edited(w: Workshop) -> bytes:
    """96 hours have become 196."""
    return w.drawn("陈静", attained("hours", "196"))


@exhibit(DIFFERS, fields={"issued"})
def date_of_issue_edited(w: Workshop) -> bytes:
    """Issued a year earlier, before the deadline of an application."""
    return w.drawn("陈静", lambda claims: claims.update(validFrom="2025-11-19T02:00:00Z"))


@exhibit(DIFFERS, fields={"period"})
def period_of_study_edited(w: Workshop) -> bytes:
    """Begun half a year earlier."""
    return w.drawn("陈静", lambda c: c["credentialSubject"].update(activityStartDate="2025-09-01T00:00:00Z"))


@exhibit(DIFFERS, fields={"expires"})
def date_of_expiry_edited(w: Workshop) -> bytes:
    """What was valid for a month has become valid for years."""
    until = {"achievement": "elderly-care", "level": "五级/初级工", "completed_on": "2026-11-06"}
    credential = w.credential("孙倩", **until, valid_until="2026-12-20T00:00:00Z")
    return w.drawn(credential, lambda claims: claims.update(validUntil="2036-12-20T00:00:00Z"))


@exhibit(DIFFERS, fields={"transcript"})
def course_edited(w: Workshop) -> bytes:
    """The first course of the transcript has another name."""

    def edit(claims: dict[str, Any]) -> None:
        described = claims["credentialSubject"]["achievement"]["resultDescription"]
        next(each for each in described if each["resultType"] == RESULTS["module"])["name"] = "深度学习"

    return w.drawn("陈静", edit, rendition="zh-Hans")


@exhibit(DIFFERS, fields={"transcript"})
def score_of_a_course_edited(w: Workshop) -> bytes:
    """The score of one course of six is another; the final one is as it was."""
    return w.drawn("欧阳雨泽", attained("module", "95"))


@exhibit(DIFFERS, fields={"level"})
def level_edited(w: Workshop) -> bytes:
    """The lowest level has become the highest."""
    return w.drawn("扎西次仁", attained("level", "一级/高级技师"))


@exhibit(DIFFERS, fields={"organisation"})
def organisation_edited(w: Workshop) -> bytes:
    """微光学院 has become 微光大学, in both languages."""
    names = (Text(language="zh-Hans", text="微光大学"), Text(language="en", text="Glimmer University"))
    return w.drawn("陈静", organisation=names)


@exhibit(DIFFERS, fields={"code"})
def code_edited(w: Workshop) -> bytes:
    """The number is that of another certificate, which whoever types it finds valid."""
    other = w.credential("欧阳雨泽").code
    return w.drawn("陈静", lambda claims: claims.update(id=f"{claims['id'].rsplit('/', 1)[0]}/{other}"))


@exhibit(DIFFERS)
def signatory_edited(w: Workshop) -> bytes:
    """Somebody more famous has signed."""
    signed = ((Text(language="zh-Hans", text="陈景云 院士"), Text(language="en", text="Chen Jingyun, Academician")),)
    return w.drawn("陈静", signatories=signed)


@exhibit(DIFFERS, fields={"unsigned"})
def skill_added(w: Workshop) -> bytes:
    """One more skill in the list."""
    genuine, drawn = w.genuine("陈静", "zh-Hans"), w.drawn("陈静", named("机器学习"), rendition="zh-Hans")
    with opened(genuine) as document, opened(drawn) as source:
        piece = piece_of(source.pages[0], "机器学习")
        like = piece_of(document.pages[0], "可视化")
        at = [there - here for there, here in zip(like.matrix.shorthand[4:], piece.matrix.shorthand[4:], strict=True)]
        lay(
            document, document.pages[0], source.pages[0], piece, moved=(at[0] + 45, at[1]), scale=like.size / piece.size
        )
        return saved(document)


@exhibit(DIFFERS, fields={"unsigned"})
def praise_added(w: Workshop) -> bytes:
    """优秀毕业生 is set beneath the name, in the certificate's own face and ink."""
    with opened(w.genuine("陈静")) as document, opened(w.drawn("陈静", named("优秀毕业生"))) as source:
        piece = piece_of(source.pages[0], "优秀毕业生")
        lay(document, document.pages[0], source.pages[0], piece, moved=(195, 20), scale=0.5)
        return saved(document)


@exhibit(DIFFERS, fields={"name"})
def printed_anew_with_another_name(w: Workshop) -> bytes:
    """Edited and saved by a program that keeps no attachments. What is left to check it by is the QR code."""
    return without_attachments(w.drawn("陈静", named("李明")))


@exhibit(DIFFERS, fields={"name"})
def only_a_genuine_code(w: Workshop) -> bytes:
    """Typed anew in a word processor, without QR code and attachment: the number is 陈静's, the name is not."""
    return typed(w.drawn("陈静", named("李明")))


@exhibit("unchecked: not_published")
def a_code_that_was_made_up(w: Workshop) -> bytes:
    """Typed in a word processor, with a number that passes the check of its last character and was never given out."""
    code = codes.new("WG")
    return typed(w.drawn("陈静", lambda claims: claims.update(id=f"{HOST}/credentials/{code}")))
