"""What the steps found, and the verdict they add up to. The one place that says `valid`."""

from datetime import datetime

from msgspec import UNSET, UnsetType

from verifier.verdict import Document, Issuer, Revocation, Signed, Step, Verdict, Word

__all__ = ["STEPS", "Findings"]

STEPS = ("token", "known_issuer", "signature", "in_force", "status", "document")
# Of several failures the verdict names the gravest. Those not listed end the procedure and so stand alone.
GRAVEST = ("superseded", "revoked", "leads_elsewhere", "document_differs", "expired", "not_yet_valid")
# Of several doubts it names the first, but this one before all: it says what a person has to fear.
FOREMOST_DOUBT = "status_unavailable"


class Findings:
    """Collects the steps of one verification as of `now`. `issuer` and `credential` are set once the signature is good."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.issuer: Issuer | None = None
        self.credential: Signed | None = None
        self.revocation: Revocation | UnsetType = UNSET
        self.document = Document(shows="not_compared")
        self._steps: dict[str, Step] = {}
        self._failures: list[str] = []
        self._doubts: list[str] = []

    def passed(
        self, step: str, detail: str | None = None, *, as_of: datetime | None = None, code: str | None = None
    ) -> None:
        """The step was made and is in order."""
        self._steps[step] = Step(step=step, result="passed", code=code, detail=detail, as_of=as_of)

    def failed(
        self,
        step: str,
        reason: str,
        detail: str | None = None,
        *,
        as_of: datetime | None = None,
        code: str | None = None,
    ) -> None:
        """The step was made and something is wrong: the verdict cannot be better than `invalid`."""
        self._steps[step] = Step(step=step, result="failed", code=code, detail=detail, as_of=as_of)
        self._failures.append(reason)

    def not_checked(self, step: str, reason: str, detail: str | None = None, *, code: str | None = None) -> None:
        """The step had to be made and could not: the verdict cannot be better than `unchecked`."""
        self._steps[step] = Step(step=step, result="not_checked", code=code, detail=detail)
        self._doubts.append(reason)

    def neutral(self, step: str) -> None:
        """The step does not apply to what was handed in."""
        self._steps[step] = Step(step=step, result="not_checked")

    def verdict(self) -> Verdict:
        """`invalid` when anything failed, else `unchecked` when anything is in doubt, else `valid`."""
        made = all(map(self._steps.__contains__, STEPS))
        word: Word
        if self._failures:
            word, reason = "invalid", min(self._failures, key=_gravity)
        elif self._doubts or not made:
            word, reason = "unchecked", self._foremost_doubt()
        else:
            word, reason = "valid", "ok"
        return Verdict(
            verdict=word,
            reason=reason,
            steps=tuple([self._steps.get(step) or Step(step=step, result="not_checked") for step in STEPS]),
            issuer=self.issuer,
            credential=self.credential,
            document=self.document,
            checked_at=self.now.replace(microsecond=0),
            revocation=self.revocation,
        )

    def _foremost_doubt(self) -> str:
        if not self._doubts:
            return "incomplete"
        return FOREMOST_DOUBT if FOREMOST_DOUBT in self._doubts else self._doubts[0]


def _gravity(reason: str) -> int:
    return GRAVEST.index(reason) if reason in GRAVEST else -1
