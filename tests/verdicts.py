"""Verdicts of every kind, made by hand, and the verifier's real application with a route of ours that shows them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.testing import TestClient
from playwright.sync_api import BrowserContext, Page, Route

from verifier import web
from verifier.app import create_app
from verifier.findings import STEPS
from verifier.settings import Settings
from verifier.verdict import (
    TRACES,
    Difference,
    Document,
    Identifier,
    Issuer,
    Revocation,
    Signed,
    Step,
    Trace,
    Verdict,
    Word,
)

__all__ = ["GREEN", "HOST", "HOSTILE", "MADE", "green", "hostile", "paste", "shown"]

HOST = "https://verify.example"
GREEN = "rgb(31, 107, 69)"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}</bdi><svg onload=alert(1)>",
    "javascript:alert(1)",
    "</style><style>@import url(//x.example)</style>\u202e",
)
SHA256 = "5e" * 32
ISSUER = Issuer(
    id="https://i.example/orgs/g", name={"zh-Hans": "微光学院", "en": "Glimmer Academy"}, since="2026-01-01"
)
SIGNED = Signed(
    id="https://i.example/credentials/WG-0000000000000000D",
    code="WG-0000-0000-0000-000D",
    names=("欧阳雨泽", "Ouyang Yuze"),
    identifiers=(
        Identifier(
            type="emailAddress",
            hash="sha256$" + sha256(b"ouyang.yuze@learner.example266970cc1f51a14a").hexdigest(),
            salt="266970cc1f51a14a",
        ),
    ),
    achievement={"zh-Hans": "数据分析微专业", "en": "Micro-specialty in Data Analysis"},
    issuer_name="微光学院",
    facts=(("level", "三级 / 高级工"), ("hours", "96"), ("score", "88"), ("credits", "3")),
    period="2026-03-02T00:00:00Z/2026-11-15T00:00:00Z",
    modules=(
        ({"zh-Hans": "SQL 与数据库", "en": "SQL and Databases"}, "92"),
        ({"zh-Hans": "Python 程序设计", "en": "Programming in Python"}, "85.5"),
        ({"zh-Hans": "统计推断与因果分析导论", "en": "Introduction to Statistical Inference and Causality"}, "A−"),
    ),
    skills=(
        {"zh-Hans": "统计", "en": "Statistics"},
        {"zh-Hans": "数据可视化", "en": "Data visualisation"},
        {"en": "SQL"},
    ),
    partners=({"zh-Hans": "数据协会", "zh-Hant": "數據協會", "en": "Data Society"},),
    awarded="2026-11-20T00:00:00Z",
    valid_from="2026-11-21T02:00:00Z",
    valid_until="2029-11-21T02:00:00Z",
)
LONG = Signed(
    id="https://i.example/credentials/1",
    names=("Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Senior",),
    achievement={"en": "Professional Certificate in Sustainable Supply Chain Management and Analytics for Leaders"},
    issuer_name="徽光学院",
    valid_from="2026-11-21T02:00:00Z",
)
PAIRS = (
    Difference(field="name", signed="欧阳雨泽", shown="欧阳雨洋"),
    Difference(field="name", signed="Ouyang Yuze", shown="Ouyang Yuyang"),
    Difference(field="achievement", signed="Micro-specialty in Data Analysis", shown="Major in Data Analysis"),
    Difference(field="score", signed="成绩 Score 88", shown="成绩 Score 98"),
    Difference(field="code", signed="WG-0000-0000-0000-000D"),
    *(Difference(field="unsigned", shown=f"以优异成绩毕业 with distinction {number}") for number in range(9)),
)


def made(
    word: Word,
    reason: str,
    results: str = "pppppp",
    *,
    document: Document | None = None,
    issuer: Issuer = ISSUER,
    signed: Signed | None = SIGNED,
    revocation: Revocation | None = None,
    more: dict[str, dict[str, str]] | None = None,
) -> Verdict:
    """A verdict; `results` has a letter for each step, `more` what else is said of one. No claims without a signature."""
    outcomes = {"p": "passed", "f": "failed", "n": "not_checked"}
    now = datetime(2026, 11, 22, 3, 8, tzinfo=UTC)
    told: dict[str, dict[str, Any]] = {
        "known_issuer": {"detail": "2026-11-20"} if results[1] == "p" else {},
        "status": {"as_of": now} if results[4] != "n" else {},
    }
    known = results.startswith("ppp")
    return Verdict(
        verdict=word,
        reason=reason,
        steps=tuple(
            msgspec.convert(
                {"step": step, "result": outcomes[letter], **told.get(step, {}), **(more or {}).get(step, {})}, Step
            )
            for step, letter in zip(STEPS, results, strict=True)
        ),
        issuer=issuer if known else None,
        credential=signed if known else None,
        document=document or Document(shows="not_compared"),
        checked_at=now,
        **({"revocation": revocation} if revocation else {}),
    )


def traced(*traces: Trace, differences: tuple[Difference, ...] = ()) -> Document:
    return Document(shows="differs", differences=differences, traces=traces, sha256=SHA256)


PLATFORM = Issuer(
    id="https://p.example/orgs/7", name={"zh-Hans": "晨星培训"}, since="2026-03-01", listed_by={"zh-Hans": "万课平台"}
)
WITHDRAWN = Revocation(since="2026-10-02T08:00:00Z", reason="成绩录入有误，已更正后重新颁发。", superseded_by=None)
MADE: dict[str, Verdict] = {
    "as_issued": made("valid", "ok", document=Document(shows="as_issued", sha256=SHA256)),
    "text_matches": made("valid", "ok", document=Document(shows="text_matches", sha256=SHA256)),
    "not_compared": made("valid", "ok", "pppppn"),
    "photo": made("valid", "ok", "pppppn", document=Document(shows="not_compared", sha256=SHA256)),
    "platform": made("valid", "ok", issuer=PLATFORM, document=Document(shows="text_matches", sha256=SHA256)),
    "long": made("valid", "ok", "pppppn", signed=LONG),
    "revoked": made("invalid", "revoked", "ppppfn", revocation=WITHDRAWN),
    "superseded": made("invalid", "superseded", "ppppfn", revocation=WITHDRAWN),
    "expired": made("invalid", "expired", "pppfpn"),
    "differs": made("invalid", "document_differs", "pppppf", document=traced(differences=PAIRS)),
    "traces": made(
        "invalid", "document_differs", "pppppf",
        document=traced(*(Trace(code=code, page=1 + place % 2) for place, code in enumerate(TRACES)),
                        Trace(code="annotations", page=2, detail="FreeText"), Trace(code="of_tomorrow")),
    ),
    "both": made(
        "invalid", "document_differs", "pppppf",
        document=traced(Trace(code="hidden_text", page=1, detail="欧阳雨泽"), differences=PAIRS[:1]),
    ),
    "leads_elsewhere": made(
        "invalid", "leads_elsewhere", "pppppf",
        document=traced(Trace(code="look_alike_host", detail="verify.examp1e ≠ verify.example")),
    ),
    "bad_signature": made("invalid", "bad_signature", "ppfnnn"),
    "unknown_issuer": made("unchecked", "unknown_issuer", "pnnnnn", more={"known_issuer": {"detail": "https://who.example/orgs/1"}}),
    "status_unavailable": made("unchecked", "status_unavailable", "ppppnp", document=Document(shows="text_matches")),
    "not_confirmed": made(
        "unchecked",
        "document_not_confirmed",
        "pppppn",
        document=Document(shows="text_matches", sha256=SHA256),
        more={"document": {"code": "file_not_known"}},
    ),
    "not_reached": made(
        "unchecked",
        "document_not_confirmed",
        "pppppn",
        document=Document(shows="text_matches", sha256=SHA256),
        more={"document": {"code": "issuer_unreachable"}},
    ),
    "document_not_compared": made(
        "unchecked", "document_not_compared", "pppppn", document=Document(shows="not_compared", sha256=SHA256)
    ),
    "key_compromised": made(
        "unchecked", "key_compromised", "ppnnnn", more={"signature": {"code": "confirmation_missing", "detail": "k"}}
    ),
    "no_code_in_picture": made("unchecked", "no_credential_inside", "nnnnnn", more={"token": {"code": "picture"}}),
    "office": made("unchecked", "cannot_open", "nnnnnn", more={"token": {"code": "save_as_pdf"}}),
    "unsupported": made("unchecked", "unsupported_format", "nnnnnn", more={"token": {"code": "sd_jwt", "detail": "SD-JWT"}}),
}  # fmt: skip


def hostile(text: str) -> Verdict:
    """A verdict in which everything that can come from a stranger is this text."""
    texts = {"zh-Hans": text, "en": text, text[:20]: text}
    return made(
        "invalid",
        "superseded",
        "ppppff",
        issuer=Issuer(id=text, name=texts, since=text, listed_by=texts),
        signed=Signed(
            id=text, code="WG-0000-0000-0000-000D", names=(text, text),
            identifiers=(Identifier(type="emailAddress", hash=text, salt=text),), achievement=texts, issuer_name=f"{text}!",
            facts=(("level", text), ("hours", text), ("score", text), ("credits", text)), period=f"{text}/{text}",
            modules=((texts, text),), skills=(texts,), partners=(texts,), awarded=text, valid_from=text,
            valid_until=text, legacy=True,
        ),
        document=traced(
            *(Trace(code=code, page=1, detail=text) for code in (*TRACES, text)),
            differences=(
                Difference(field="name", signed=text, shown=text[::-1]),
                Difference(field=text, signed=f"{text} {text}", shown=text),
                Difference(field="unsigned", shown=text),
            ),
        ),
        revocation=Revocation(since=text, reason=text, superseded_by=text),
        more={"token": {"detail": text}, "known_issuer": {"detail": text}, "signature": {"code": text, "detail": text}},
    )  # fmt: skip


@contextmanager
def shown(context: BrowserContext, directory: Path, verdicts: Mapping[str, Verdict]) -> Iterator[None]:
    """Let the context's pages under `HOST` be answered by the real application, which is given two routes more.

    /shown/NAME is the page of one of the `verdicts`, /refused/STATUS that of a request that cannot be handled.
    """

    @get("/shown/{name:str}", sync_to_thread=False)
    def show(
        request: Request[Any, Any, Any], settings: NamedDependency[Settings], name: FromPath[str]
    ) -> Response[str]:
        return web._verdict(request, settings, verdicts[name], switch=False)

    @get("/refused/{status:int}", sync_to_thread=False)
    def refuse(request: Request[Any, Any, Any], status: FromPath[int]) -> Response[str]:
        return web.refused(request, HTTPException(status_code=status))

    app = create_app(Settings(host="127.0.0.1", port=8001, public_url=HOST, directory=directory))
    app.register(show)
    app.register(refuse)
    with TestClient(app, base_url=HOST) as client:

        def answer(route: Route) -> None:
            asked = route.request
            given = client.request(asked.method, asked.url, content=asked.post_data_buffer, headers=asked.all_headers())
            route.fulfill(status=given.status_code, headers=dict(given.headers), body=given.content)

        context.route(f"{HOST}/**", answer)
        yield
        context.unroute_all(behavior="wait")


def paste(page: Page, verifier: str, text: str) -> None:
    """Hand in a text and wait for the verdict."""
    page.goto(verifier)
    page.locator("#text").fill(text)
    page.locator("form button").click()


def green(page: Page) -> bool:
    """Whether anything on the page has the colour of a valid credential."""
    found: bool = page.evaluate(
        "green => [...document.querySelectorAll('main *')].some(e => getComputedStyle(e).color === green)", GREEN
    )
    return found
