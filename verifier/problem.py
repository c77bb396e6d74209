"""Why a request was not answered, as RFC 9457 has it."""

import msgspec
from msgspec import UNSET, UnsetType

__all__ = ["PROBLEM", "Problem"]

PROBLEM = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was not answered (RFC 9457). Nothing was verified; a credential that is refused is no problem.

    `code` says what is wrong with something that an issuer publishes (`credential.errors.FAULTS`).
    """

    status: int
    detail: str
    type: str = "about:blank"
    code: str | UnsetType = UNSET
