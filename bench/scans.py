"""One QR code verified in a real browser, against asking the server for the same: `./run bench scans`."""

from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from bench.applications import Learner
from bench.chromium import chromium
from bench.office import office

__all__ = ["show"]

TIMES = 20  # of each in a round
# Each gives milliseconds, and throws where the answer is not `valid`.
ASKED = """async (text) => {
  const began = performance.now();
  const { verdict } = await (await fetch("/api/verify", { method: "POST", body: text })).json();
  if (verdict !== "valid") throw new Error(verdict);
  return performance.now() - began;
}"""
VERIFIED = """async ({ digits, code }) => {
  const { verify } = await import("/browser/verify.js");
  const began = performance.now();
  const told = await verify(digits, code, { fetch: (path) => fetch(path), now: new Date() });
  if (told.verdict?.verdict !== "valid") throw new Error(JSON.stringify(told));
  return performance.now() - began;
}"""


@dataclass(frozen=True)
class Round:
    """Milliseconds of each: asking the server, verifying in the browser, and from opening the address to the verdict."""

    asked: list[float]
    verified: list[float]
    opened: list[float]


def show(rounds: int) -> None:
    """Print one table: medians, 95th percentiles, and the ratio to asking the server from the same browser."""
    with (
        TemporaryDirectory() as name,
        office(Path(name)) as desk,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        page = browser.new_page(locale="zh-CN")
        page.goto(desk.url)
        page.evaluate("navigator.serviceWorker.ready")
        _print([_round(page, desk.people[0]) for _ in range(rounds)], browser.version)


def _round(page: Page, learner: Learner) -> Round:
    digits = learner.qr.partition("#")[2]
    asked, verified, opened = [], [], []
    for _ in range(TIMES):
        asked.append(page.evaluate(ASKED, learner.qr))
        verified.append(page.evaluate(VERIFIED, {"digits": digits, "code": learner.code}))
        page.goto(learner.qr)
        page.wait_for_selector("section.verdict.valid h1")
        opened.append(page.evaluate("performance.now()"))
        page.goto("about:blank")
        page.goto(learner.qr.partition("/v/")[0])
    return Round(asked, verified, opened)


def _print(rounds: list[Round], version: str) -> None:
    table = Table(title=f"One scan in Chromium {version}, {len(rounds)} rounds of {TIMES}")
    for heading in ("", "median ms", "p95 ms", "ratio"):
        table.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    rows = {
        "the browser asks POST /api/verify": [each for one in rounds for each in one.asked],
        "the browser verifies: digits to verdict": [each for one in rounds for each in one.verified],
        "the address is opened: to the verdict that is seen": [each for one in rounds for each in one.opened],
    }
    baseline = median(next(iter(rows.values())))
    for what, times in rows.items():
        high = quantiles(times, n=20)[-1]
        table.add_row(what, f"{median(times):.1f}", f"{high:.1f}", f"{median(times) / baseline:.2f}")
    Console(width=130).print(table)
