"""Script that only some pages need, as a browser fetches it: by its hashed names, under the content
policy, when its attribute comes, and without losing what was pressed before it was there."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from scripts.screenshots.camera import browser as opened_browser
from tests.callcenter.test_hashed import collected

__all__ = ["collected"]

PAGE = """<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>x</title>
<meta name="htmx-config" content='{{"includeIndicatorStyles":false,"allowEval":false}}'>
<script src="/static/{htmx}" defer></script><script type="module" src="/static/{app}"></script>
</head><body data-login="/login/" data-live="/live/" data-live-poll="/poll/" data-rows="/rows/"
data-nav="/nav/" data-user="1"><div id="announcer"></div><div id="toasts"></div><main>{body}</main>
<template id="strings"></template><template id="icons"></template></body></html>"""
CALENDAR = """<div class="with-cal"><input id="when" data-period>
<button type="button" data-calendar="#when">日付</button></div>"""


class Site(http.server.SimpleHTTPRequestHandler):
    """The collected files, and whatever page a test asks for, under the product's policy."""

    pages: dict[str, str] = {}

    def do_GET(self) -> None:
        if self.path in self.pages:
            content = self.pages[self.path].encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
            )
            self.end_headers()
            self.wfile.write(content)
        elif self.path.startswith("/static/"):
            self.path = self.path.removeprefix("/static")
            super().do_GET()
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site(collected: dict[str, Path]) -> Iterator[str]:
    root = collected["js/app.js"].parent.parent
    names = {name: str(path.relative_to(root)) for name, path in collected.items()}
    for where, body in (("/plain", "<p>x</p>"), ("/calendar", CALENDAR), ("/swapped", SWAPPED)):
        Site.pages[where] = PAGE.format(
            htmx=names["vendor/htmx/htmx.min.js"], app=names["js/app.js"], body=body
        )
    Site.pages["/piece"] = CALENDAR
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Site, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


SWAPPED = """<a id="more" href="/piece" hx-get="/piece" hx-target="#place">もっと</a>
<div id="place"></div>"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with opened_browser() as found:
        yield found


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=site)
    page = context.new_page()
    refused: list[str] = []
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.on(
        "console",
        lambda said: refused.append(said.text) if "Content Security" in said.text else None,
    )
    yield page
    context.close()
    assert refused == []


def fetched(page: Page) -> set[str]:
    """The modules that the page has asked for, by their names before the hash."""
    names = page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    return {name.rsplit("/", 1)[1].split(".")[0] for name in names if name.endswith(".js")}


def test_a_plain_page_fetches_no_part(page: Page) -> None:
    page.goto("/plain")
    page.wait_for_function("window.htmx !== undefined")
    loaded = fetched(page)
    assert {"app", "parts", "live", "dom"} <= loaded
    assert not {"calendar", "addresses", "people", "drawers", "labels", "rich", "search"} & loaded


def test_what_is_pressed_too_early_is_pressed_again(page: Page) -> None:
    held: list[Route] = []
    page.route("**/calendar.*.js", lambda route: held.append(route))
    with page.expect_request("**/calendar.*.js"):
        page.goto("/calendar", wait_until="commit")
    button = page.get_by_role("button", name="日付")
    button.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    for route in held:
        route.continue_()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(1)


def test_a_part_comes_with_what_is_swapped_in(page: Page) -> None:
    page.goto("/swapped")
    page.wait_for_function("window.htmx !== undefined")
    assert "calendar" not in fetched(page)
    page.locator("#more").click()
    page.get_by_role("button", name="日付").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert "calendar" in fetched(page)
