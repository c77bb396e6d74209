"""The texts that a kind of certificate is tried with: from an actual certificate of it to narrower and to wider ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, groupby, islice

from fontTools.unicodedata import script

from issuer.certificate.compiled.fields import Refused
from issuer.certificate.compiled.shaping import kind_of
from issuer.certificate.faces import Face

__all__ = ["probe_texts"]

LONGEST = 40  # letters that are added to a word at most
STEPS = (8, 4, 2, 1)
# For each alphabet a narrow letter for each field in turn; and what is kerned or could be a ligature.
HAN, DIGITS = "永东南西北中上下左右", "1234567890"
NARROW = {"Latn": "ljirtf", "Cyrl": "гтсзкх", "Grek": "ιγτκρσ"}
WIDE = {"Latn": "AVoffiTy", "Cyrl": "ГАТуДжэй", "Grek": "ΑΥΤολΡα"}
Texts = Mapping[str, str]


def probe_texts(actual: Texts, standing: Sequence[str], han: Face, same_kind: Callable[[Texts], bool]) -> list[Texts]:
    """The texts of each probe, all of them of the kind of `actual`: first with every field narrow, last with every one wide,
    between them with one of those that stand on a page wide and the others narrow.

    No two fields say the same. Raises `Refused` where there are no such texts.
    """

    def suits(texts: Texts) -> bool:
        return len({texts[field] for field in standing}) == len(standing) and same_kind(texts)

    def grown(texts: Texts, letters: Mapping[str, str], sign: int) -> Texts:
        """The texts with more and more letters, or fewer and fewer, a field at a time as long as that suits."""
        more = dict.fromkeys(standing, 0)
        for step in STEPS:
            growing = list(standing)
            while growing:
                field = growing.pop(0)
                said = _said(actual[field], more[field] + sign * step, standing.index(field), han, letters)
                if said != texts[field] and abs(more[field] + step) <= LONGEST and suits({**texts, field: said}):
                    more[field] += sign * step
                    texts = {**texts, field: said}
                    growing.append(field)
        return texts

    told_apart = dict(actual)
    for number, field in enumerate(standing):  # in letters of our own, where that is of the same kind
        said = {**told_apart, field: _said(actual[field], 0, number, han, NARROW)}
        if same_kind(said):
            told_apart = said
    if not suits(told_apart):
        raise Refused("two fields say the same, and no others are of the same kind")
    narrow, wide = grown(told_apart, NARROW, -1), grown(told_apart, WIDE, 1)
    probes = [narrow, *({**narrow, field: wide[field]} for field in standing if wide[field] != narrow[field]), wide]
    if not all(map(suits, probes)):
        raise Refused("narrow and wide texts together are of another kind")
    return probes


def _said(text: str, more: int, number: int, han: Face, letters: Mapping[str, str]) -> str:
    """A text that changes between faces where `text` does, with so many more letters in each part.

    `number` makes the texts of different fields differ.
    """
    parts = []
    alone = len({kind_of(character, han)[:2] for character in text if character != " "}) == 1
    for kind, found in groupby(text, lambda character: " " if character == " " else kind_of(character, han)[:2]):
        part = "".join(found)
        drawn = _letters(part, number, letters)
        if kind == " " or not drawn:
            parts.append(part)
        elif drawn[0] in HAN and not alone:  # 年 stands alone in every date
            parts.append("".join(islice(cycle(drawn), len(part))))
        else:
            parts.append("".join(islice(cycle(drawn), max(len(part) + more, 1))))
    return "".join(parts)


def _letters(part: str, number: int, letters: Mapping[str, str]) -> str:
    """What is said instead of a part that one face draws; nothing where it stays as it is."""
    alphabets: Iterator[str] = (script(character) for character in part)
    alphabet = next((found for found in alphabets if found != "Zyyy"), "")
    if alphabet == "Hani":
        return HAN[number % len(HAN)]
    drawn = letters.get(alphabet, "") if alphabet else DIGITS if part[0].isdigit() else ""
    turned = drawn[number % len(drawn) :] + drawn[: number % len(drawn)] if drawn else ""
    return turned[:1] if letters is NARROW else turned
