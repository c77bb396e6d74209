"""Why a request was not answered, as RFC 9457 has it."""

import msgspec

__all__ = ["PROBLEM", "Problem"]

PROBLEM = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was not answered (RFC 9457). Nothing was verified; a credential that is refused is no problem."""

    status: int
    detail: str
    type: str = "about:blank"
