"""The list of mail, what can be done to many, and what the frame around it opens."""

from __future__ import annotations

from playwright.sync_api import Page

from scripts.screenshots.camera import Room, scene, still, visit

still("list", "tanaka", "/mail/?category=inbox")
still("list-sent", "tanaka", "/mail/?category=sent")
still("list-empty", "yamada", "/mail/?category=mine")
still("list-drafts-empty", "yamada", "/mail/?category=drafts")
still("list-no-hit", "tanaka", "/mail/?q=zzzzzz")


@scene("suzuki", "list-ticked", "bulk-labels", "bulk-people")
def ticked(room: Room, page: Page) -> None:
    visit(page, "/mail/?category=all")
    for number in range(3):
        page.locator("#rows input[name=id]").nth(number).check()
    room.take(page, "list-ticked")
    for way in ("labels", "people"):
        page.locator(f"#bulk a[href$='/bulk/{way}/']").click()
        page.locator("#bulk-dialog form").first.wait_for()
        room.take(page, f"bulk-{way}")
        page.keyboard.press("Escape")


@scene("suzuki", "bulk-report")
def bulk_report(room: Room, page: Page) -> None:
    visit(page, "/mail/?category=all")
    for number in (3, 4):
        page.locator("#rows input[name=id]").nth(number).check()
    page.locator("#bulk [value=star]").click()
    undo = page.locator("#bulk-report form[action*='/undo/'] button")
    undo.wait_for()
    room.take(page, "bulk-report")
    undo.click()
    undo.wait_for(state="detached")


@scene("tanaka", "menu", "keys")
def menu(room: Room, page: Page) -> None:
    visit(page, "/mail/")
    page.locator("details.menu summary.av").click()
    room.take(page, "menu")
    page.locator("[data-keys]").click()
    page.locator("#dialog h2").wait_for()
    room.take(page, "keys")


@scene("tanaka", "navigation")
def navigation(room: Room, page: Page) -> None:
    if room.phone:  # elsewhere it stands beside the list
        visit(page, "/mail/")
        page.locator(".menu-toggle").click()
        room.take(page, "navigation")


@scene("tanaka", "look")
def look(room: Room, page: Page) -> None:
    visit(page, "/mail/")
    page.locator("details.look-menu > summary").first.click()
    room.take(page, "look")
