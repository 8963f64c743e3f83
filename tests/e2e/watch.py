"""A browser in which nothing hostile goes unseen: scripts that run, requests that leave.

Every host but this machine is a trap that counts what reaches it, and the browser's net log tells
which names were looked up, so that what makes no request event (prefetches, preconnects) is seen
too. `traces` is for what a content policy would hide: markup that was written into a page of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Request,
)

from tests.callcenter.richtext.harness import Server, arguments, lookups, serving
from tests.e2e.conftest import PATIENCE, Stage
from tests.e2e.desk import Complaints, Desk
from tests.e2e.product import chromium

# Runs first in every document that may run scripts: how hostile text says that it ran.
_TELLTALE = """(() => {
  for (const name of ["alert", "confirm", "prompt"])
    window[name] = () => { console.debug("fired", name, location.href); };
})()"""
_INNER = ("data:", "about:", "blob:", "chrome-extension:", "devtools:")
_BROWSERS_OWN = ("google.com", "googleapis.com", "gvt1.com", "gstatic.com")
# What the hostile texts of the journeys bear, were they ever read as markup.
MARKED = ".pwn, [pwn], pwn, [id=pwn], [name=pwn]"


@dataclass
class Watch:
    """What happened in one browser; `at` says what was being looked at."""

    desk: Desk
    trap: Server
    net_log: Path
    at: str = "nothing yet"
    fired: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        context.add_init_script(_TELLTALE)
        context.on("console", self._said)
        context.on("dialog", self._dialog)
        context.on("request", self._asked)
        context.on("page", self._opened)

    def _said(self, message: ConsoleMessage) -> None:
        if message.text.startswith("fired "):
            self.fired.append(f"{self.at}: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        self.fired.append(f"{self.at}: {dialog.type} {dialog.message}")
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.desk.home}/", *_INNER)):
            self.left.append(f"{self.at}: {request.resource_type} {request.url}")

    def _opened(self, page: Page) -> None:
        page.set_default_timeout(PATIENCE * 1000)

    def show(self, words: str) -> None:
        self.at = words

    def traces(self, page: Page | None = None) -> Locator:
        """Hostile markup that stands in the page as such."""
        return (page or self.desk.page).locator(MARKED)

    def expect_quiet(self) -> None:
        """Nothing has run and nothing has left, up to now."""
        told = [*self.fired, *self.left, *self.trap.requests]
        assert not told, "\n".join(told[:40])

    def looked_up(self) -> set[str]:
        """The hosts that the browser asked its resolver for, but for what it asks on its own
        account in the course of minutes; to be asked when it is closed.
        """
        return {
            host
            for host in lookups(self.net_log)
            if "." in host and not host.endswith(_BROWSERS_OWN)
        }


@contextmanager
def watched(stage: Stage, username: str, name: str, folder: Path) -> Iterator[Watch]:
    """A person at a browser that is watched; its log is whole when the block ends."""
    net_log = folder / "net-log.json"
    browser: Browser = stage.browser
    with serving() as trap:
        # A lasting profile: a passing one neither looks names up in advance nor preconnects.
        context = browser.browser_type.launch_persistent_context(
            folder / "profile",
            executable_path=chromium(),
            ignore_default_args=["--disable-background-networking"],
            args=arguments(trap, net_log),
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            viewport={"width": 1440, "height": 900},
        )
        try:
            complaints = Complaints(stage.product.url)
            complaints.listen(context)
            page = context.pages[0]
            page.set_default_timeout(PATIENCE * 1000)
            desk = Desk(name, username, page, stage.product.url, complaints)
            stage.desks.append(desk)
            watch = Watch(desk, trap, net_log)
            watch.listen(context)
            session = stage.product.backstage.session(username)
            context.add_cookies([{"name": "sessionid", "value": session, "url": stage.product.url}])
            yield watch
        finally:
            context.close()


def provoke(watch: Watch) -> None:
    """Unprotected, the same browser runs and fetches, and it is seen; forgotten afterwards."""
    watch.show("the control")
    page = watch.desk.new_tab()
    page.set_content(
        "<img src=x onerror=alert(1)><img class=pwn src=http://leak.example/control.png>"
        "<link rel=preconnect href=http://control.leak.example>",
        wait_until="load",
    )
    page.wait_for_function("document.images[1].complete")
    assert any("fired alert" in each for each in watch.fired), watch.fired
    assert any("leak.example/control.png" in each for each in watch.left), watch.left
    assert "GET leak.example/control.png" in watch.trap.requests
    assert watch.traces(page).count() == 1
    page.close()
    for told in (watch.fired, watch.left, watch.trap.requests, watch.trap.contacts):
        told.clear()
