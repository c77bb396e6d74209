"""The texts that a kind of certificate is tried with: from an actual certificate of it to narrower and to wider ones."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import cycle, groupby, islice
from pathlib import Path

from fontTools.unicodedata import script

from issuer.certificate.compiled.fields import Refused
from issuer.certificate.compiled.shaping import Setting, kind_of, shape
from issuer.certificate.faces import ROMAN, Face

__all__ = ["probe_texts"]

STEPS = (8, 4, 2, 1)
# For each alphabet a narrow letter for each field in turn; and what is kerned or could be a ligature.
HAN, DIGITS = "永东南西北中上下左右", "1234567890"
NARROW = {"Latn": "ljirtf", "Cyrl": "гтсзкх", "Grek": "ιγτκρσ"}
WIDER = "RHQMW"  # for what never has more letters, each wider than the one before
WIDE = {"Latn": "WAVMToWfiWy", "Cyrl": "ШГАЖТуЩДэ", "Grek": "ΩΑΥΜΤοΩΡα"}
Texts = Mapping[str, str]


def probe_texts(
    actual: Texts, most: Mapping[str, int], faces: tuple[Face, Path], same_kind: Callable[[Texts], bool]
) -> tuple[Texts, Texts]:
    """The narrowest and the widest texts for the fields of a page, all of them of the kind of `actual`.

    So are the narrowest with any one of the widest. `most` says for each field how many letters more, or fewer, a part of
    it may have; `faces` are the Chinese face and the folder of `instances.static`. No two fields say the same. Raises
    `Refused` where there are no such texts.
    """
    return _Trying(actual, most, faces, same_kind).both()


class _Trying:
    def __init__(
        self, actual: Texts, most: Mapping[str, int], faces: tuple[Face, Path], same_kind: Callable[[Texts], bool]
    ) -> None:
        self._actual, self._most, self._same_kind = actual, most, same_kind
        self._han, self._cache = faces
        self._fields = list(most)

    def both(self) -> tuple[Texts, Texts]:
        """The narrowest and the widest."""
        ours = self._put(self._actual, self._fields, NARROW, -1, self._same_kind)
        if not self._suits(ours):
            raise Refused("two fields say the same, and no others are of the same kind")
        narrow = self._grown(ours, NARROW, -1)
        wide = ours
        for field in self._fields:
            if self._suits(tried := {**wide, field: self._actual[field]}):
                wide = tried
        wide = self._grown(self._put(wide, self._fields, WIDE, 1, self._suits), WIDE, 1)
        fixed = [field for field in self._fields if not self._most[field]]
        for letter in WIDER:
            wide = self._put(wide, fixed, {"Latn": letter}, 1, self._suits)
        if not all(map(self._suits, ({**narrow, field: wide[field]} for field in self._fields))):
            raise Refused("narrow and wide texts together are of another kind")
        return narrow, wide

    def _suits(self, texts: Texts) -> bool:
        return len({texts[field] for field in self._fields}) == len(self._fields) and self._same_kind(texts)

    def _said(self, field: str, more: int, letters: Mapping[str, str]) -> str:
        return _said(self._actual[field], more, self._fields.index(field), self._han, letters)

    def _put(
        self,
        texts: Texts,
        fields: Iterable[str],
        letters: Mapping[str, str],
        sign: int,
        suits: Callable[[Texts], bool],
    ) -> Texts:
        """The texts, some fields in other letters where that suits and they are the wider or the narrower for it."""
        for field in fields:
            tried = {**texts, field: self._said(field, 0, letters)}
            if self._wider(tried[field], texts[field]) * sign >= 0 and suits(tried):
                texts = tried
        return texts

    def _wider(self, text: str, other: str) -> float:
        """By how much a text is wider than another one, about."""
        setting = Setting(latin=ROMAN, chinese=True, han=self._han, size=16, spacing=0, language="", cache=self._cache)
        return shape(text, setting).width - shape(other, setting).width

    def _grown(self, texts: Texts, letters: Mapping[str, str], sign: int) -> Texts:
        """The texts with more and more letters, or fewer and fewer, a field at a time as long as that suits."""
        more = dict.fromkeys(self._fields, 0)
        for step in STEPS:
            growing = list(self._fields)
            while growing:
                field = growing.pop(0)
                further = more[field] + step
                tried = {**texts, field: self._said(field, sign * further, letters)}
                further_out = self._wider(tried[field], texts[field]) * sign > 0
                if further_out and further <= self._most[field] and self._suits(tried):
                    more[field], texts = further, tried
                    growing.append(field)
        return texts


def _said(text: str, more: int, number: int, han: Face, letters: Mapping[str, str]) -> str:
    """A text that changes between faces where `text` does, with so many more letters in each part.

    `number` makes the texts of different fields differ.
    """
    parts = []
    alone = len({kind_of(character, han)[:2] for character in text if character != " "}) == 1
    for kind, found in groupby(text, lambda c: " " if c == " " else (kind_of(c, han)[:2], c.isalnum())):
        part = "".join(found)
        drawn = _letters(part, number, letters)
        if kind == " " or not drawn:
            parts.append(part)
        elif drawn[0] in HAN and any(map(str.isdigit, text)):  # 年 stands alone in every date
            parts.append("".join(islice(cycle(drawn), len(part))))
        else:
            if drawn[0] not in DIGITS:
                length = len(part) + more
            elif alone:
                length = len(part) + min(more, 2)  # of a hundred points, at most
            else:  # in a date: a day has one digit or two, a year has four
                length = len(part) if len(part) > 2 else 2 if letters is WIDE else 1
            parts.append("".join(islice(cycle(drawn), max(length, 1))))
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
