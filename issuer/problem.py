"""What a refusal is as an RFC 9457 problem: the same members in an answer of its own and in a line of a longer one."""

from typing import Any

from issuer.errors import (
    Conflict,
    FieldProblem,
    Invalid,
    IssuerError,
    Misconfigured,
    NotAuthorised,
    NotFound,
    Unavailable,
)
from keys.errors import KeyringError

__all__ = ["problem", "problem_of"]

ANSWERS: dict[type[IssuerError], tuple[int, str]] = {
    Invalid: (422, "Some fields cannot be taken"),
    NotFound: (404, "Not found"),
    NotAuthorised: (401, "Not authorised"),
    Conflict: (409, "Already recorded with other content"),
    Unavailable: (503, "Not available now"),
    Misconfigured: (503, "The service is not set up correctly"),
    IssuerError: (500, "A fault of ours"),
}


def problem(status: int, code: str, title: str, detail: str, **more: Any) -> dict[str, Any]:
    """A problem whose `type` never changes."""
    return {"type": f"urn:weizheng:problem:{code}", "title": title, "status": status, "detail": detail, **more}


def problem_of(error: Exception) -> dict[str, Any]:
    """The problem that an error is. What it says of our own faults is for whoever asked; the log has the rest."""
    if isinstance(error, IssuerError):
        status, title = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
        more: dict[str, Any] = {}
        if isinstance(error, Invalid):
            more["errors"] = [{"pointer": _pointer(each), "detail": each.detail} for each in error.problems]
        return problem(status, error.code, title, str(error), **more)
    if isinstance(error, KeyringError):
        return problem(
            503, "keys_unavailable", "The signing keys are not available", "Nothing was issued. Try again later."
        )
    return problem(500, "fault", "A fault of ours", "Nothing was lost. It is in our log; please try again later.")


def _pointer(of: FieldProblem) -> str:
    """Where the problem is as a JSON Pointer (RFC 6901 §3, §5); "" is the whole body."""
    names = filter(None, ("" if of.item is None else f"{of.item}", of.field, of.member))
    return "".join(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in names)
