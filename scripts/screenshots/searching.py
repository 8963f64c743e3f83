"""The search box, what it offers, its form with the calendar, and the searches that were kept."""

from __future__ import annotations

from playwright.sync_api import Page

from scripts.screenshots.camera import Room, answer, scene, settle, visit


@scene("tanaka", "search-completion")
def completion(room: Room, page: Page) -> None:
    visit(page, "/mail/")
    page.locator("#q").press_sequentially("label:")
    page.locator("#search-list [role=option]").first.wait_for()
    room.take(page, "search-completion")


@scene("tanaka", "search-form", "search-calendar", "search-hits")
def form(room: Room, page: Page) -> None:
    visit(page, "/mail/")
    page.locator("[data-search-form]").click()
    sheet = page.locator("#search-panel [data-sheet]")
    sheet.wait_for()
    room.take(page, "search-form")
    sheet.locator("[data-calendar]").first.press("Enter")
    page.locator(".calendar, [role=dialog]").first.wait_for()
    room.take(page, "search-calendar")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    visit(page, "/mail/?q=status:open+has:attachment+-label:xyz")
    room.take(page, "search-hits")


@scene("tanaka", "search-form-page")
def form_alone(room: Room, page: Page) -> None:
    visit(page, "/mail/search/?q=subject:請求+status:open")
    room.take(page, "search-form-page")


@scene("suzuki", "search-new", "searches")
def kept(room: Room, page: Page) -> None:
    visit(page, "/mail/searches/new/")
    page.locator("#id_query").fill("status:open has:attachment")
    page.locator("#id_name").fill("未処理の添付あり")
    room.take(page, "search-new")
    page.locator("#entry .entry-end .btn-primary").click()
    page.wait_for_url("**/mail/?**")
    visit(page, "/mail/searches/")
    page.locator("[data-drawer-row]").first.click()
    page.locator("#entry-delete").wait_for(state="attached")
    settle(page)
    room.take(page, "searches")
    page.locator("button[form=entry-delete]").click()
    answer(page, yes=True)
    page.locator("#entry-delete").wait_for(state="detached")
