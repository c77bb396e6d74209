"""A page in a real browser with verifier/browser/*.js and the copies it asks for, and the server's own answer beside it."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, Route

from credential import reader
from credential.jwks import public_jwk, read_key_set, read_states
from verifier.directory import Directory, KnownIssuer
from verifier.errors import Unreachable
from verifier.published import Published
from verifier.published.fetch import Fetcher
from verifier.verdict import Verdict
from verifier.verify import verify

__all__ = ["HOST", "BrowserDesk"]

HOST = "verify.example"
MODULES = Path(__file__).parent.parent / "verifier" / "browser"
VERIFY = """async ([digits, code, now]) => {
    const { verify } = await import("/verify.js");
    const given = { fetch: window.fetch, now: new Date(now) };
    return JSON.stringify(await verify(digits, code, given));
}"""
# The fault that verifier/copies.py names where none is known more exactly.
OTHERWISE = {"keys": "key_set_unreachable", "lists": "status_unreachable", "dictionaries": "dictionary_unreachable"}
Thing = TypeVar("Thing")


def apart(work: Coroutine[Any, Any, Thing]) -> Thing:
    """Run it in another thread: Playwright keeps this one's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class BrowserDesk:
    """A page of a verifier that knows `directory`.

    `asked` are the paths that the page asked for, modules aside. What begins with one of `down` is out of reach, or
    refused by the verifier with the status `refuses`. `kept_for` is how old its copy of an issuer's keys is.
    """

    def __init__(self, browser: Browser) -> None:
        self.page: Page = browser.new_page()
        self.page.route("**/*", self._answer)
        self.page.goto(f"https://{HOST}/")  # crypto.subtle is there for https alone
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing may have failed in the page that was not foreseen."""
        self.page.close()
        assert [text for text in self.said if "Failed to load resource" not in text] == []

    def stands(self, directory: Directory, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        """Take another directory, and what its issuers publish at another time."""
        self.directory, self.fetcher, self.clock = directory, fetcher, clock
        self.asked: list[str] = []
        self.down: tuple[str, ...] = ()
        self.refuses = 0
        self.kept_for = timedelta(0)

    def agreed(self, digits: str, code: str) -> str:
        """What browser and server both say, `verdict: reason`; or `ask: why` where the browser leaves it to the server."""
        said = self.in_browser(digits, code)
        if "ask" in said:
            return f"ask: {said['ask']}"
        verdict, server = said["verdict"], json.loads(self.at_server(digits, code).as_json())
        if verdict["credential"]:  # the browser has no translations
            achievement = verdict["credential"]["achievement"]
            assert achievement.items() <= server["credential"]["achievement"].items()
            server["credential"]["achievement"] = achievement
        for mine, theirs in zip(verdict["steps"], server["steps"], strict=True):
            if "detail" not in mine:  # the sentences for people about what is malformed are the server's alone
                theirs.pop("detail", None)
        assert verdict == server
        return f"{verdict['verdict']}: {verdict['reason']}"

    def run(self, module: str, call: str, argument: Any) -> Any:
        """What a call of what a module exports gives for `argument`: a value, or a fault that is for the server to judge."""
        asks = "asks: error?.constructor.name === 'Ask'"
        told = f"(value) => ({{ value, asks: false }}), (error) => ({{ fault: error.fault, {asks} }})"
        return self.page.evaluate(
            f"(argument) => import('/{module}').then((module) => module.{call}).then({told})", argument
        )

    def in_browser(self, digits: str, code: str) -> Any:
        """What the browser says: a verdict, or that the server is to be asked."""
        return json.loads(self.page.evaluate(VERIFY, [digits, code, self.clock().isoformat()]))

    def at_server(self, digits: str, code: str) -> Verdict:
        """What the server says."""
        given = f"https://{HOST}/v/{code}#{digits}".encode()
        published = Published(self.fetcher, self.clock)
        return apart(verify(given, self.directory, published, self.clock(), own_url=f"https://{HOST}"))

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(f"https://{HOST}")
        if path.endswith(".js"):
            route.fulfill(body=(MODULES / path[1:]).read_bytes(), content_type="text/javascript")
            return
        if path in {"/", "/favicon.ico"}:
            route.fulfill(body="<!doctype html>", content_type="text/html")
            return
        self.asked.append(path)
        if self.down and path.startswith(self.down):
            if self.refuses:
                route.fulfill(status=self.refuses, json={"status": self.refuses, "detail": "", "type": "about:blank"})
            else:
                route.abort()
            return
        try:
            route.fulfill(body=self._copy(path))
        except Unreachable as error:
            status = 404 if error.fault == "not_found" else 503
            code = error.fault or OTHERWISE[path[1:].partition("?")[0].partition("/")[0]]
            body = json.dumps({"code": code, "status": status})
            route.fulfill(status=status, body=body, content_type="application/problem+json")

    def _copy(self, path: str) -> str | bytes:
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        match urlsplit(path).path.split("/")[1:]:
            case ["directory"]:
                entries = (*self.directory.platforms, *self.directory.issuers.values())
                return json.dumps({"changed": self.directory.changed, "issuers": [_entry(each) for each in entries]})
            case ["dictionaries", tag, name]:
                return self._get(f"{self._service(tag).service}/dictionaries/{name}")
            case ["lists"]:
                assert self._issuer(query).may_fetch(query["url"])
                return self._get(query["url"])
            case ["keys"]:
                return self._keys(self._issuer(query))
        raise Unreachable(f"{path} is no route.", "not_found")

    def _keys(self, issuer: KnownIssuer) -> str:
        assert issuer.jwks_uri
        document = reader.read_json(self._get(issuer.jwks_uri))
        names = apart(Published(self.fetcher, self.clock).profile_names(issuer)) if issuer.listed_by else {}
        return json.dumps(
            {
                "keys": [public_jwk(key.key) | {"kid": kid} for kid, key in read_key_set(document).items()],
                "compromised": [kid for kid, state in read_states(document).items() if state == "compromised"],
                "names": names,
                "as_of": (self.clock() - self.kept_for).isoformat(),
            }
        )

    def _get(self, url: str) -> bytes:
        return apart(self.fetcher.get(url))

    def _issuer(self, query: dict[str, str]) -> KnownIssuer:
        issuer = self.directory.issuer(query["issuer"])
        if issuer is None:
            raise Unreachable("Nobody knows this issuer.", "not_found")
        return issuer

    def _service(self, tag: str) -> KnownIssuer:
        service = self.directory.service_of(tag)
        if service is None:
            raise Unreachable("Nobody knows this tag.", "not_found")
        return service


def _entry(issuer: KnownIssuer) -> dict[str, Any]:
    return {
        "id": issuer.id,
        "tag": issuer.tag,
        "service": issuer.service,
        "names": dict(issuer.names),
        "url_prefix": issuer.url_prefix,
        "keys": [public_jwk(key.key) | {"kid": kid} for kid, key in issuer.keys.items()],
        "publishes_keys": issuer.jwks_uri is not None,
        "since": issuer.since,
        "verifiers": list(issuer.verifiers),
        "platform": issuer.is_platform,
    }
