"""The verifier before the exhibits: cold for each, reaching nothing but the workshop's issuer."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from tests.gallery import additions, attachments, genuine, hidden, hosts, pictures, statuses, texts, tokens
from tests.gallery.exhibit import Exhibit, Handed
from tests.gallery.workshop import Workshop
from verifier.answer import Answer, answer_in
from verifier.errors import NotPublished, Unreachable
from verifier.published import Published
from verifier.published.fetch import Fetcher
from verifier.verdict import Verdict
from verifier.verify import verify
from verifier.words import words_in

__all__ = ["OWN", "ROOMS", "Answers", "Judged", "judged", "verdict_on"]

ROOMS = (genuine, texts, hidden, additions, attachments, hosts, pictures, tokens, statuses)
LANGUAGES = ("zh-Hans", "en")
OWN = "https://check.employer.example"  # whose verifier it is: not the one that the certificates name


@dataclass(frozen=True, kw_only=True)
class Judged:
    """An exhibit with the verdict that it got, and the verdict in words per language."""

    exhibit: Exhibit
    handed: Handed
    verdict: Verdict
    answers: Mapping[str, Answer]

    @property
    def word(self) -> str:
        """Verdict and reason."""
        return f"{self.verdict.verdict}: {self.verdict.reason}"

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is not as it has to be, in a line each."""
        expected, document = self.exhibit, self.verdict.document
        traces, fields = {trace.code for trace in document.traces}, {each.field for each in document.differences}
        found = []
        if self.word not in expected.expect.split("|"):
            found.append(f"says {self.word}, not {expected.expect}")
        if expected.shows and document.shows != expected.shows and self.verdict.reason != "several_credentials":
            found.append(f"the document {document.shows}, not {expected.shows}")
        found += [f"does not find {each}" for each in expected.traces if not traces & set(each.split("|"))]
        found += [f"does not find that the {each} differs" for each in sorted(expected.fields - fields)]
        if self.verdict.verdict == "valid" and (traces or fields):
            found.append(f"finds {', '.join(sorted(traces | fields))} on what is valid")
        if expected.warns != bool(self.answers["en"].warning):
            found.append("warns" if self.answers["en"].warning else "does not warn")
        return tuple(found)


def judged(exhibit: Exhibit, workshop: Workshop) -> Judged:
    """Make the exhibit and hand it in."""
    handed = exhibit.handed(workshop)
    verdict = verdict_on(handed, workshop)
    answers = {language: answer_in(words_in(language), verdict) for language in LANGUAGES}
    return Judged(exhibit=exhibit, handed=handed, verdict=verdict, answers=answers)


def verdict_on(handed: Handed, workshop: Workshop) -> Verdict:
    """What a verifier that has just been started says."""
    published = Published(Answers(workshop, handed.answers), lambda: handed.at)
    return asyncio.run(verify(handed.data, workshop.directory, published, handed.at, own_url=OWN))


class Answers(Fetcher):
    """Fetches from the workshop's issuer in process, but for what somebody answers in its place."""

    def __init__(self, workshop: Workshop, instead: Mapping[str, bytes | None]) -> None:
        self.workshop = workshop
        self.instead = instead

    async def get(self, url: str, accept: str = "*/*") -> bytes:
        if url in self.instead:
            answer = self.instead[url]
            if answer is None:
                raise Unreachable(f"{url} cannot be reached.")
            return answer
        content = self.workshop.published(url)
        if content is None:
            raise NotPublished(f"{url} is not there.")
        return content

    async def aclose(self) -> None:
        """There is nothing to close."""
