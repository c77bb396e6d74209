"""A completion: what a platform reports. The same fields, by the same names, come as JSON and as columns of a CSV file,
where `scores` has a column for each module, such as `scores.sql`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

import msgspec

from issuer.addresses import NAME, is_web_address
from issuer.descriptions.achievement import MOST_MODULES
from issuer.errors import FieldProblem, Invalid
from issuer.text import printable

__all__ = ["FIELDS", "Completion", "read_completion"]

MOST_HOURS = 100_000
LONGEST_VALIDITY = timedelta(days=36_525)
ID = re.compile(r"[!-~]{1,200}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")


class Completion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A learner finished a course. `completion_id` is the platform's own and is issued for once.

    `completed_on` and `started_on` are days, `hours` a decimal number as text, `valid_until` a moment in UTC. `scores` has
    the score of each module by its id; whether the achievement has those modules is asked when it is issued.
    """

    completion_id: str
    achievement: str
    name: str
    completed_on: date
    romanised_name: str | None = None
    email: str | None = None
    started_on: date | None = None
    hours: str | None = None
    score: str | None = None
    level: str | None = None
    scores: dict[str, str] = {}
    evidence: str | None = None
    valid_until: datetime | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the content in hex: tells the same completion again from another one under the same id."""
        return sha256(msgspec.json.encode(self)).hexdigest()


def read_completion(given: Mapping[str, Any], now: datetime) -> Completion:
    """Check every field and take the completion, or raise `Invalid` with each problem. Empty fields count as absent.

    Whether `valid_until` has passed is not asked here: an old completion reported again must find its old credential.
    """
    taken: dict[str, Any] = {}
    problems = [
        FieldProblem(field[:100], f"is not a field of a completion; the fields are {', '.join(FIELDS)}")
        for field in sorted(given.keys() - FIELDS.keys())
    ]
    for field, (required, read) in FIELDS.items():
        value = given.get(field)
        if value is None or value == "":
            if required:
                problems.append(FieldProblem(field, "is missing"))
            continue
        try:
            taken[field] = read(value)
        except ValueError as error:
            problems.append(FieldProblem(field, str(error)))
        except Invalid as error:
            problems += error.problems
    completed, started, until = (taken.get(field) for field in ("completed_on", "started_on", "valid_until"))
    if completed and completed > (now + timedelta(days=1)).date():
        problems.append(FieldProblem("completed_on", "is in the future"))
    if completed and started and started > completed:
        problems.append(FieldProblem("started_on", "is after completed_on"))
    if until and until > now + LONGEST_VALIDITY:
        problems.append(FieldProblem("valid_until", "is more than a century away; leave it out for “for ever”"))
    if problems:
        raise Invalid(tuple(problems))
    return Completion(**taken)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")
    return value


def _matching(pattern: re.Pattern[str], description: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _text(value).strip()
        if len(text) > 320 or not pattern.fullmatch(text):
            raise ValueError(f"must be {description}")
        return text

    return read


def _name(value: Any) -> str:
    return printable(_text(value))


def _score(value: Any) -> str:
    return printable(_decimal(value), most=12)


def _scores(value: Any) -> dict[str, str]:
    """A score by module, sorted, so that the same scores always make the same completion."""
    if not isinstance(value, Mapping):
        raise ValueError("must be an object with a score for each module")
    given = {module: score for module, score in sorted(value.items()) if score is not None and score != ""}
    if len(given) > MOST_MODULES:
        raise ValueError(f"are at most {MOST_MODULES}")
    scores, problems = {}, []
    for module, score in given.items():
        try:
            scores[module] = _score(score)
        except ValueError as error:
            problems.append(FieldProblem("scores", str(error), member=module[:100]))
    if problems:
        raise Invalid(tuple(problems))
    return scores


def _decimal(value: Any) -> str:
    """A text, or a number as it comes in JSON, as text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)


def _hours(value: Any) -> str:
    try:
        hours = Decimal(_decimal(value))
        if not hours.is_finite() or not 0 < hours <= MOST_HOURS or hours != round(hours, 1):
            raise InvalidOperation
    except InvalidOperation as error:
        raise ValueError(f"must be a number above 0, at most {MOST_HOURS:,}, with at most one decimal") from error
    return f"{hours.normalize():f}"


def _day(value: Any) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", _text(value).strip()):
            raise ValueError
        day = date.fromisoformat(value.strip())
    except ValueError as error:
        raise ValueError("must be a day such as 2026-11-20") from error
    if day.year < 1900:
        raise ValueError("is before 1900")
    return day


def _moment(value: Any) -> datetime:
    try:
        when = datetime.fromisoformat(_text(value).strip())
        if when.tzinfo is None:
            raise ValueError
        return when.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise ValueError("must be a moment with its time zone, such as 2029-11-20T18:00:00Z") from error


def _email(value: Any) -> str:
    return _matching(EMAIL, "an e-mail address")(value).lower()


def _address(value: Any) -> str:
    address = _text(value).strip()
    if not is_web_address(address):
        raise ValueError("must be an http or https address")
    return address


FIELDS: Mapping[str, tuple[bool, Callable[[Any], Any]]] = {  # name → required, how it is read
    "completion_id": (True, _matching(ID, "1 to 200 letters, digits and signs without blanks")),
    "achievement": (True, _matching(NAME, "an achievement's short name such as data-analysis")),
    "name": (True, _name),
    "romanised_name": (False, _name),
    "email": (False, _email),
    "started_on": (False, _day),
    "completed_on": (True, _day),
    "hours": (False, _hours),
    "score": (False, _score),
    "level": (False, _score),
    "scores": (False, _scores),
    "evidence": (False, _address),
    "valid_until": (False, _moment),
}
