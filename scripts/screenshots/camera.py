"""The camera: browsers that are logged in, the way to a page, and where the pictures go."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
OUT = ROOT / "var" / "screenshots"
README = ROOT / "docs" / "images"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SIZES = {"390": (390, 844), "1280": (1280, 720), "1440": (1440, 900)}
LANGUAGES = ("ja", "en")
IN_README = {"list": "list.png", "reply": "reply.png", "locked": "locked.png", "setup": "setup.png"}

# What keeps a page from being what a person sees: something that is fetched or just arrives.
_UNDER_WAY = (
    "[aria-busy=true]:visible, .htmx-request:visible, .htmx-settling, address-field:not(.is-on)"
)

# A refusal that is told in words, and a question that a newer one made pointless.
_USUAL = re.compile(r"Failed to load resource|htmx:(sendAbort|afterRequest)")


def chromium() -> str:
    """The browser's path.

    Raises:
        SystemExit: there is none.
    """
    for name in CHROMIUM:
        if found := shutil.which(name):
            return found
    raise SystemExit("Chromium is not installed: apt-get install -y chromium fonts-noto-cjk")


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"] if sys.platform == "linux" else []
        )
        try:
            yield opened
        finally:
            opened.close()


def visit(page: Page, path: str) -> None:
    page.goto(path)
    settle(page)


def settle(page: Page) -> None:
    page.wait_for_load_state("load")
    page.locator(_UNDER_WAY).first.wait_for(state="detached")


@dataclass
class Album:
    """Where the pictures go."""

    readme: bool
    only: frozenset[str]
    taken: int = 0

    def wants(self, names: tuple[str, ...]) -> bool:
        return not self.only or any(fnmatch(name, each) for name in names for each in self.only)

    def take(self, page: Page, name: str, language: str, width: str) -> None:
        if not self.wants((name,)):
            return
        OUT.mkdir(parents=True, exist_ok=True)
        path = OUT / f"{name}-{width}-{language}.png"
        # Hiding the caret would write style attributes, which the pages' policy refuses to copy.
        page.screenshot(path=path, animations="disabled", caret="initial")
        self.taken += 1
        print(path.relative_to(ROOT), flush=True)
        if self.readme and name in IN_README and (language, width) == ("ja", "1440"):
            README.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, README / IN_README[name])


@dataclass
class Room:
    """One language and one width: who looks, each in a browser of their own, kept logged in."""

    browser: Browser
    url: str
    language: str
    width: str
    album: Album
    windows: dict[str, BrowserContext] = field(default_factory=dict)
    complaints: int = 0

    def page(self, who: str) -> Page:
        """A fresh page of somebody; of nobody with an empty name."""
        if who not in self.windows:
            self.windows[who] = self._window(who)
        page = self.windows[who].new_page()
        page.set_default_timeout(30_000)
        return page

    def take(self, page: Page, name: str) -> None:
        settle(page)
        self.album.take(page, name, self.language, self.width)

    @property
    def phone(self) -> bool:
        return self.width == "390"

    def close(self) -> None:
        for window in self.windows.values():
            window.close()
        self.windows.clear()

    def complain(self, text: str) -> None:
        """Of a scene that could not be played, or of an error in a page's script."""
        self.complaints += 1
        print(f"NOT WELL ({self.language}, {self.width}): {text}", file=sys.stderr, flush=True)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _USUAL.match(message.text):
            self.complain(f"{message.text} ({message.location})")

    def _window(self, who: str) -> BrowserContext:
        width, height = SIZES[self.width]
        window = self.browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": height},
            locale="ja-JP",
            reduced_motion="reduce",
        )
        window.on("weberror", lambda error: self.complain(str(error.error)))
        window.on("console", self._hear)
        page = window.new_page()
        page.goto("/login/")
        if who:
            page.locator("#id_username").fill(who)
            page.locator("#id_password").fill(f"{who}-demo")
            page.locator("#id_password").press("Enter")
            page.wait_for_url("**/mail/**")
        if page.locator("html").get_attribute("lang") != self.language:
            page.locator(f"form[action$='/language/']:has([value={self.language}])").evaluate(
                "form => form.submit()"
            )
            page.wait_for_selector(f"html[lang={self.language}]")
        page.close()
        return window


Play = Callable[[Room, Page], None]


@dataclass(frozen=True)
class Scene:
    """A way through the demo, on which one or several pictures are taken."""

    who: str
    pictures: tuple[str, ...]
    play: Play


SCENES: list[Scene] = []


def scene(who: str, *pictures: str) -> Callable[[Play], Play]:
    """Marks a function as a scene of somebody that takes these pictures."""

    def mark(play: Play) -> Play:
        SCENES.append(Scene(who, pictures, play))
        return play

    return mark


def still(name: str, who: str, path: str) -> None:
    """A scene that is one address."""

    def play(room: Room, page: Page) -> None:
        visit(page, path)
        room.take(page, name)

    SCENES.append(Scene(who, (name,), play))


def answer(page: Page, *, yes: bool) -> None:
    """To the question that the page asks."""
    page.locator(f"#confirm [value={'yes' if yes else 'no'}]").click()
