"""A real Chromium: this machine's, else Playwright's own."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

__all__ = ["chromium"]

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def chromium(playwright: Playwright, *flags: str) -> Browser:
    """The browser, started with further `flags`. CHROMIUM in the environment names another one."""
    names = ("chromium", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    # Drawing a certificate in this process has hidden the machine's fonts from it; without fonts, Chromium dies.
    environment = {name: value for name, value in os.environ.items() if name != "FONTCONFIG_FILE"}
    return playwright.chromium.launch(executable_path=found, args=[*QUIET, *flags], env=dict(environment))
