"""What axe-core finds wrong with a page for people who use a keyboard, a screen reader or a magnifying glass."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

__all__ = ["barriers"]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def barriers(page: Page) -> list[str]:
    """Each rule of axe-core that the page breaks, with the first element that does."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}: {each['nodes'][0]['failureSummary']}" for each in found]
