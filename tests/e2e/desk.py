"""A person at a browser of their own: acts by the words on the screen, and hears its complaints."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Response,
    expect,
)

from tests.e2e.backstage import PASSWORD
from tests.waiting import until

# A folder for pictures of what the journeys come by; none are taken without it.
SHOTS = os.environ.get("SHOTS", "")
WIDTHS = {"1440": (1440, 900), "1280": (1280, 720), "390": (390, 844)}

# Refusals that a person is told in words; the browser notes each in its console as well.
_TOLD_IN_WORDS = re.compile(r"Failed to load resource: .* status of (400|403|409|422)\b")
# A question that a newer one has made pointless (hx-sync): htmx notes that as an error.
_GIVEN_UP = re.compile(r"^htmx:(sendAbort|afterRequest)\b")


@dataclass
class Complaints:
    """What no page may do: errors in scripts, breaches of the content policy, broken answers."""

    origin: str
    found: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self._error(error.error))
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if not message.location.get("url", "").startswith(self.origin):
            return  # Google's pages are not ours
        if _GIVEN_UP.match(message.text):
            return
        if message.type in {"error", "warning"} and not _TOLD_IN_WORDS.search(message.text):
            self.found.append(f"console: {message.text} ({message.location})")

    def _error(self, error: Error) -> None:
        self.found.append(f"script: {error}")

    def _response(self, response: Response) -> None:
        ours = response.url.startswith(self.origin)
        if ours and (response.status >= 500 or response.status == 404):
            self.found.append(f"{response.status} {response.request.method} {response.url}")


@dataclass
class Desk:
    """One browser (context) with one page, and the verbs that journeys share."""

    name: str
    username: str
    page: Page
    home: str
    complaints: Complaints
    log_in_words: tuple[str, str, str] = ("ユーザー名", "パスワード", "ログイン")

    def log_in(self) -> None:
        name, password, button = self.log_in_words
        self.page.goto(f"{self.home}/login/")
        self.page.get_by_label(name).fill(self.username)
        self.page.get_by_label(password).fill(PASSWORD)
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(self.page.get_by_role("navigation", name=re.compile("メイン|Main"))).to_be_visible()

    def description(self) -> str:
        """The page as a screen reader finds it, for reports."""
        if self.page.is_closed():
            return "(closed)"
        return f"{self.page.url}\n{self.page.locator('body').aria_snapshot()}"

    def picture(self, name: str, page: Page | None = None) -> None:
        """The screen in three widths, when SHOTS names a folder for that."""
        if not SHOTS:
            return
        page = page or self.page
        for label, (width, height) in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(SHOTS) / f"{name}-{label}.png", animations="disabled")
        width, height = WIDTHS["1440"]
        page.set_viewport_size({"width": width, "height": height})

    def picture_in_english(self, name: str) -> None:
        """The same address as a person finds it who reads English; in a tab of its own."""
        if not SHOTS:
            return
        page = self.new_tab()
        page.goto(self.page.url)
        menu = page.locator("summary.av-l")
        menu.click()
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        self.picture(f"{name}-en", page)
        menu.click()
        page.get_by_role("button", name="日本語").click()
        expect(page.locator("html")).to_have_attribute("lang", "ja")
        page.close()

    def new_tab(self) -> Page:
        """Another tab of this browser, in the same session."""
        return self.page.context.new_page()

    def go(self, path: str) -> None:
        self.page.goto(self.home + path)

    def until_suggested(self, address: str) -> None:
        """Past correspondents are gathered every ten seconds; the mail may have come since."""

        def suggested() -> bool:
            where = f"{self.home}/addressbook/complete/"
            answer = self.page.request.get(where, params={"q": address})
            assert answer.ok
            return address in answer.text()

        until(suggested, timeout=60, what=f"{address} is a correspondent")

    def remember_page(self) -> None:
        """From here on `is_same_page` tells whether the page was ever loaded anew."""
        self.page.evaluate("window.theSamePage = true")

    def is_same_page(self) -> bool:
        return bool(self.page.evaluate("window.theSamePage === true"))

    # The list

    def row(self, subject: str) -> Locator:
        return self.page.get_by_role("row").filter(
            has=self.page.get_by_role("link", name=re.compile(re.escape(subject)))
        )

    def open_list(self, category: str = "受信トレイ") -> None:
        navigation = self.page.get_by_role("navigation", name="メイン")
        navigation.get_by_role("link", name=re.compile(f"^{category}")).click()
        expect(self.page.get_by_role("heading", level=1, name=category)).to_be_visible()

    def open_mail(self, subject: str) -> None:
        self.row(subject).get_by_role("link").click()
        expect(self.page.get_by_role("heading", level=1, name=subject)).to_be_visible()

    # 認証設定

    def open_settings(self) -> None:
        navigation = self.page.get_by_role("navigation", name="メイン")
        navigation.get_by_role("link", name="認証設定").click()
        expect(self.page.get_by_role("heading", level=1, name="認証設定")).to_be_visible()

    def account(self, address: str) -> Locator:
        """A connected account's entry."""
        return self.page.get_by_role("listitem").filter(has_text=address)

    # One mail

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def status(self, name: str) -> Locator:
        """The button of the status control that is pressed."""
        return self.page.get_by_role("group", name="ステータス").get_by_role(
            "button", name=name, pressed=True
        )

    @property
    def banner(self) -> Locator:
        """Who works on this mail."""
        return self.page.locator("#lock-banner")

    @property
    def alert(self) -> Locator:
        """What was refused, until it is read."""
        return self.page.locator("#alerts").get_by_role("heading", level=2)

    @property
    def alert_text(self) -> Locator:
        return self.page.locator("#alerts").get_by_role("paragraph")

    @property
    def text(self) -> Locator:
        """The field for the answer."""
        return self.page.get_by_role("textbox", name="本文", exact=True)

    @property
    def send_button(self) -> Locator:
        return self.page.get_by_role("button", name="送信して完了")

    def press(self, button: Locator) -> None:
        """Press what lies under the pointer when it lies there.

        Right after scrolling, Chromium may still give a click to the frame (of another process)
        that stood there before; nobody's hand is that quick.
        """
        until(lambda: self._points_at(button), what="the pointer is over the button")
        button.click()

    def _points_at(self, button: Locator) -> bool:
        button.hover()
        return bool(button.evaluate("button => button.matches(':hover')"))

    def start_reply(self) -> None:
        self.press(self.button("返信"))
        expect(self.text).to_be_focused()

    def while_answering(self, path: str, act: Callable[[], None]) -> int:
        """Do something that posts to an address with this ending; its answer's status."""
        with self.page.expect_response(
            lambda answer: answer.request.method == "POST" and answer.url.endswith(path)
        ) as waiting:
            act()
        return waiting.value.status
