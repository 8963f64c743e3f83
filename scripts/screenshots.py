"""Pictures of every screen, in both languages and three widths, from the running demo.

    python -m scripts.screenshots [--url http://127.0.0.1:8000] [--only NAME …] [--readme]

Needs the demo (`make run`) and Chromium. The pictures go to var/screenshots/; with --readme, the
ones that the README shows go to docs/images/ as well. What it changes in the demo it gives back: a
reply is begun and cancelled.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "var" / "screenshots"
README = ROOT / "docs" / "images"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SIZES = {"390": (390, 844), "1280": (1280, 720), "1440": (1440, 900)}
LANGUAGES = ("ja", "en")
IN_README = {"list": "list.png", "reply": "reply.png", "locked": "locked.png", "setup": "setup.png"}


@dataclass(frozen=True)
class Screen:
    """One picture: who looks, and the way there."""

    name: str
    who: str
    go: Callable[[Page], None]


def _open(path: str) -> Callable[[Page], None]:
    return lambda page: _visit(page, path)


def _visit(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_load_state("load")
    page.locator("[aria-busy=true]:visible").first.wait_for(state="detached")


def _mail_of(page: Page, number: int) -> str:
    """The address of a mail in 未処理 of the demo; the same one for everybody who asks."""
    _visit(page, "/mail/?category=open")
    link = page.locator("#rows tr .sub a").nth(number)
    return str(link.get_attribute("href"))


def _open_mail(page: Page) -> None:
    _visit(page, _mail_of(page, 2))
    page.frame_locator("iframe.mail-frame").locator("body").wait_for()


def _tab(key: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        _open_mail(page)
        # By key: a click right after scrolling may still be sent to the mail's own frame.
        page.locator(f"#tab-{key}").press("Enter")
        page.locator(f"#panel-{key} [aria-busy]").wait_for(state="detached")

    return go


def _health(page: Page) -> None:
    _visit(page, "/settings/gmail/")
    _visit(page, str(page.locator(".account-end a").first.get_attribute("href")))


def _menu(page: Page) -> None:
    _visit(page, "/mail/")
    if page.locator(".menu-toggle").is_visible():
        page.locator(".menu-toggle").click()
    else:
        page.locator("details.menu summary.av").click()


def _ticked(page: Page) -> None:
    _visit(page, "/mail/?category=all")
    for number in range(3):
        page.locator("#rows input[name=id]").nth(number).check()


SCREENS = (
    Screen("login", "", _open("/login/")),
    Screen("list", "tanaka", _open("/mail/?category=inbox")),
    Screen("list-all", "yamada", _ticked),
    Screen("list-empty", "tanaka", _open("/mail/?q=zzzzzz")),
    Screen("menu", "tanaka", _menu),
    Screen("mail", "tanaka", _open_mail),
    Screen("history", "tanaka", _tab("history")),
    Screen("events", "tanaka", _tab("events")),
    Screen("new", "tanaka", _open("/mail/new/")),
    Screen("setup", "admin", _open("/settings/gmail/")),
    Screen("health", "admin", _health),
    Screen("not-found", "tanaka", _open("/mail/M-22222222/")),
    Screen("forbidden", "tanaka", _open("/settings/gmail/")),
)


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
def looking(
    browser: Browser, url: str, who: str, language: str, size: tuple[int, int]
) -> Iterator[Page]:
    """A window of its own, logged in as a demo user."""
    width, height = size
    window = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        locale="ja-JP",
        reduced_motion="reduce",
    )
    try:
        page = window.new_page()
        page.goto("/login/")
        if who:
            page.locator("#id_username").fill(who)
            page.locator("#id_password").fill(f"{who}-demo")
            page.locator("#id_password").press("Enter")
            page.wait_for_url("**/mail/**")
        if page.locator("html").get_attribute("lang") != language:
            page.locator(f"form[action$='/language/']:has([value={language}])").evaluate(
                "form => form.submit()"
            )
            page.wait_for_selector(f"html[lang={language}]")
        yield page
    finally:
        window.close()


class Album:
    """Where the pictures go."""

    def __init__(self, *, readme: bool) -> None:
        OUT.mkdir(parents=True, exist_ok=True)
        self.readme = readme
        self.taken = 0

    def take(self, page: Page, name: str, language: str, width: str) -> None:
        path = OUT / f"{name}-{width}-{language}.png"
        page.screenshot(path=path)
        self.taken += 1
        print(path.relative_to(ROOT))
        if self.readme and name in IN_README and (language, width) == ("ja", "1440"):
            README.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, README / IN_README[name])


def two_agents(browser: Browser, url: str, album: Album, language: str, width: str) -> None:
    """A reply, and the same mail as a colleague and a leader see it meanwhile."""
    size = SIZES[width]
    with looking(browser, url, "tanaka", language, size) as page:
        address = _mail_of(page, 1)
        _visit(page, address)
        page.locator("#b-reply").press("Enter")
        page.locator("#composer").wait_for()
        page.locator("#c-body").fill("お世話になっております。カスタマーサポートの田中です。\n")
        album.take(page, "reply", language, width)
        for who, name in (("yamada", "locked"), ("suzuki", "locked-leader")):
            with looking(browser, url, who, language, size) as other:
                _visit(other, address)
                if who == "yamada":
                    other.locator("#b-reply").press("Enter")
                    other.locator("#alerts [data-alert]").wait_for()
                album.take(other, name, language, width)
        page.locator("[data-cancel]").press("Enter")
        page.locator("#confirm [value=yes], #panel-draft h2").first.wait_for()
        if page.locator("#confirm [value=yes]").is_visible():
            page.locator("#confirm [value=yes]").click()
        page.locator("#composer").wait_for(state="detached")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--only", nargs="*", default=[], help="names of screens")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--width", choices=SIZES, action="append")
    parser.add_argument("--readme", action="store_true", help="also write docs/images/")
    options = parser.parse_args(arguments)
    album = Album(readme=options.readme)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"] if sys.platform == "linux" else []
        )
        for language in options.language or LANGUAGES:
            for width in options.width or SIZES:
                for screen in SCREENS:
                    if options.only and screen.name not in options.only:
                        continue
                    with looking(browser, options.url, screen.who, language, SIZES[width]) as page:
                        screen.go(page)
                        album.take(page, screen.name, language, width)
                if not options.only or {"reply", "locked"} & set(options.only):
                    two_agents(browser, options.url, album, language, width)
        browser.close()
    print(f"{album.taken} pictures in {OUT.relative_to(ROOT)}/")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
