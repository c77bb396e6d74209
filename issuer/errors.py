"""What the issuer refuses and why. `code` is stable; the message is a sentence that says what to do next. No HTTP here."""

from dataclasses import dataclass

__all__ = [
    "Conflict",
    "FieldProblem",
    "Invalid",
    "IssuerError",
    "Misconfigured",
    "NotAuthorised",
    "NotFound",
    "NotIssued",
    "Unavailable",
]


class IssuerError(Exception):
    """The root of the issuer's refusals."""

    code = "refused"


class Misconfigured(IssuerError):
    """A setting or something on the machine is not as it must be."""

    code = "misconfigured"


class NotFound(IssuerError):
    """There is no such thing, or none that the asker may know of."""

    code = "not_found"


class NotAuthorised(IssuerError):
    """The API key is missing, unknown or expired."""

    code = "not_authorised"


class Conflict(IssuerError):
    """What is asked contradicts what is already recorded."""

    code = "conflict"


class Unavailable(IssuerError):
    """The database or the disk cannot take it now; asking again later may succeed."""

    code = "unavailable"


class NotIssued(IssuerError):
    """A token that we made did not pass our own check. Nothing was given out."""

    code = "not_issued"


@dataclass(frozen=True)
class FieldProblem:
    """One thing that is wrong with one field, or with one `member` of a field that has members.

    Of several completions, `item` says of which, counted from 0.
    """

    field: str
    detail: str
    member: str = ""
    item: int | None = None

    @property
    def name(self) -> str:
        """The field as a column of a CSV file is called."""
        return f"{self.field}.{self.member}" if self.member else self.field


class Invalid(IssuerError):
    """What was sent cannot be taken; `problems` names each field."""

    code = "invalid"

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__("; ".join(map(_sentence, problems)))
        self.problems = problems


def _sentence(problem: FieldProblem) -> str:
    named = filter(None, (f"completion {problem.item}" if problem.item is not None else "", problem.name))
    return ": ".join((*named, problem.detail))
