"""Why a request was not answered, as RFC 9457 has it."""

from collections.abc import Mapping

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from msgspec import UNSET, UnsetType

__all__ = ["PROBLEM", "Problem", "refusals"]

PROBLEM = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was not answered (RFC 9457). Nothing was verified; a credential that is refused is no problem.

    `code` says what is wrong with something that an issuer publishes (`credential.errors.FAULTS`).
    """

    status: int
    detail: str
    type: str = "about:blank"
    code: str | UnsetType = UNSET


def refusals(why: Mapping[int, str]) -> dict[int, ResponseSpec]:
    """How the API describes what it refuses, by status, and beside it what the door does."""
    return {
        **{status: ResponseSpec(Problem, False, text, PROBLEM) for status, text in why.items()},
        421: ResponseSpec(str, False, "The service does not answer to the name in the Host header.", "text/plain"),
    }
