"""Logging in, 認証設定 with its people, a mailbox's health, and the doors that stay shut."""

from __future__ import annotations

from playwright.sync_api import Page

from scripts.screenshots.camera import Room, scene, still, visit

still("login", "", "/login/")
still("forbidden", "tanaka", "/settings/gmail/")


@scene("", "login-wrong")
def wrong(room: Room, page: Page) -> None:
    visit(page, "/login/")
    page.locator("#id_username").fill("tanaka")
    page.locator("#id_password").fill("wrong")
    page.locator("#id_password").press("Enter")
    page.locator("[role=alert]").first.wait_for()
    room.take(page, "login-wrong")


@scene("admin", "setup", "setup-account", "setup-people")
def setup(room: Room, page: Page) -> None:
    visit(page, "/settings/gmail/")
    room.take(page, "setup")
    page.locator(".account").first.scroll_into_view_if_needed()
    room.take(page, "setup-account")
    people = page.locator("details.account-people").first
    people.locator("summary").click()
    people.scroll_into_view_if_needed()
    room.take(page, "setup-people")


@scene("admin", "health", "health-below")
def health(room: Room, page: Page) -> None:
    visit(page, "/settings/gmail/")
    visit(page, str(page.locator(".account-end a").first.get_attribute("href")))
    room.take(page, "health")
    page.locator("#work").evaluate("work => work.scrollTo(0, work.scrollHeight)")
    room.take(page, "health-below")
