"""What a template asks about the texts of a learner, and the same questions asked of the next learner's.

A template is filled in once with `fields.Field`s. What it asks on the way (how long is this name? in which size does it
fit its place?) is all that the texts decide, so another certificate whose answers are the same is the same HTML but for
its fields. The questions make a tree: which is asked next can depend on the answers before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

from markupsafe import escape

from credential.wording import Text
from issuer.certificate.compiled.fields import Refused, filled, marks_in
from issuer.certificate.fitting import Fitted, TooLong

__all__ = ["Answering", "Node", "Question", "find"]

Texts = Mapping[str, str]
Question = Callable[[Texts], Any]
End = TypeVar("End")


@dataclass
class Node(Generic[End]):
    """A question and, for each answer, what comes after it; or the `end`, where nothing more is asked."""

    question: Question | None = None
    answers: "dict[Any, Node[End]]" = field(default_factory=dict)
    end: End | None = None


def find(root: Node[End], texts: Texts) -> Node[End] | None:
    """Down the tree by the answers of `texts` to an end; None where nobody has been yet."""
    node: Node[End] | None = root
    while node and node.question:
        node = node.answers.get(node.question(texts))
    return node if node and node.end else None


@dataclass(frozen=True)
class Longer:
    """Has it more characters than that?"""

    name: str
    number: int

    def __call__(self, texts: Texts) -> bool:
        return len(texts[self.name]) > self.number


@dataclass(frozen=True)
class Fit:
    """In which size, spacing and number of lines does it fit that place?"""

    fit: Callable[..., Fitted]
    text: str  # with marks
    language: str
    style: str
    place: tuple[tuple[str, Any], ...]

    def __call__(self, texts: Texts) -> tuple[float, float, int] | None:
        return _fitting(self, filled(self.text, texts))


@lru_cache(maxsize=8192)
def _fitting(question: Fit, text: str) -> tuple[float, float, int] | None:
    """The answer, remembered: the learners of a cohort share days, hours and many a score. None where it does not fit."""
    try:
        fitted = question.fit(Text(language=question.language, text=text), question.style, **dict(question.place))
    except TooLong:
        return None
    return fitted.size, fitted.spacing, len(fitted.lines)


class Answering(Generic[End]):
    """Answers a template while it is filled in for `texts`, and takes down what it asks, from `node` on."""

    def __init__(self, node: Node[End], texts: Texts, fit: Callable[..., Fitted]) -> None:
        self.node, self._texts, self._fit = node, texts, fit

    def ask(self, question: Question) -> Any:
        """The answer, and one step down."""
        self.node.question = question
        answer = question(self._texts)
        self.node = self.node.answers.setdefault(answer, Node())
        return answer

    def longer(self, name: str, number: int) -> bool:
        """For `Field`."""
        answer: bool = self.ask(Longer(name, number))
        return answer

    def fit(self, text: Any, style: str = "roman", **place: Any) -> Fitted:
        """`layout.fitted`, as templates call it. What is broken into lines may be measured but not printed."""
        said = escape(text.text).unescape()  # as it is read
        if not (names := marks_in(said)):
            return self._fit(text, style, **place)
        answer = self.ask(Fit(self._fit, said, text.language, style, tuple(sorted(place.items()))))
        if answer is None:
            raise Refused("a text does not fit")
        size, spacing, lines = answer
        whole = names == [said[1:-1]] and lines == 1
        return Fitted(size=size, spacing=spacing, lines=(text.text,) if whole else (_Unprintable(),) * lines)


class _Unprintable:
    """A line that may be counted and not printed."""

    def __html__(self) -> str:
        raise Refused("a text that differs from certificate to certificate is broken into lines")

    __str__ = __html__
