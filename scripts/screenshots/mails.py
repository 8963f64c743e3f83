"""One mail: its pane, its tabs, what it is printed and read from, and who else is at it."""

from __future__ import annotations

from playwright.sync_api import Page

from scripts.screenshots.camera import Room, scene, still, visit


def mail_of(page: Page, number: int, query: str = "category=open") -> str:
    """The address of a mail of the demo; the same one for everybody who asks."""
    visit(page, f"/mail/?{query}")
    link = page.locator("#rows tr .sub a").nth(number)
    return str(link.get_attribute("href"))


def open_mail(page: Page, number: int = 2, query: str = "category=open") -> str:
    address = mail_of(page, number, query)
    visit(page, address)
    page.frame_locator("iframe.mail-frame").locator("body").wait_for()
    return address


@scene("tanaka", "mail", "mail-labels", "comments", "draft", "history", "events")
def mail(room: Room, page: Page) -> None:
    open_mail(page)
    room.take(page, "mail")
    page.locator("#b-labels").press("Enter")
    page.locator("#label-dialog form").wait_for()
    room.take(page, "mail-labels")
    page.keyboard.press("Escape")
    for key in ("comments", "draft", "history", "events"):
        # By key: a click right after scrolling may still be sent to the mail's own frame.
        page.locator(f"#tab-{key}").press("Enter")
        page.locator(f"#panel-{key} [aria-busy]").wait_for(state="detached")
        if room.phone:  # the panes stand below one another
            page.locator(f"#panel-{key}").scroll_into_view_if_needed()
        room.take(page, key)


@scene("suzuki", "comment-names", "comment-edit")
def comments(room: Room, page: Page) -> None:
    """A colleague is called; who is called sees it in `mentions`."""
    open_mail(page, 2)
    page.locator("#tab-comments").press("Enter")
    field = page.locator("#comment")
    field.wait_for()
    if not page.locator(".note").count():
        field.fill("10時にお客様から電話。折り返しを希望されています。")
        field.press("Control+Enter")
        page.locator(".note").first.wait_for()
        field.fill(
            "@田中 健一 倉庫に在庫を確認してください。@山田さんは返品票の用意をお願いします。"
        )
        field.press("Control+Enter")
        page.locator(".note .called").first.wait_for()
    field.fill("")
    field.press_sequentially("@")
    page.locator(".mention-option").first.wait_for()
    room.take(page, "comment-names")
    field.press("Escape")
    field.fill("")
    page.locator(".note-tools a").last.press("Enter")
    page.locator("#dialog textarea").wait_for()
    room.take(page, "comment-edit")


@scene("tanaka", "mentions", "comments-called")
def called(room: Room, page: Page) -> None:
    visit(page, "/mail/?category=mentioned")
    room.take(page, "mentions")
    if page.locator("#rows tr").count():
        open_mail(page, 0, "category=mentioned")
        page.locator("#tab-comments").press("Enter")
        page.locator(".note").first.wait_for()
        room.take(page, "comments-called")


@scene("tanaka", "beside")
def beside(room: Room, page: Page) -> None:
    for number in range(20):
        open_mail(page, number, "category=all")
        page.locator("#tab-history").press("Enter")
        page.locator("#panel-history [aria-busy]").wait_for(state="detached")
        other = page.locator("#panel-history a[data-beside]:not([data-own])").first
        if other.count():
            other.press("Enter")
            page.frame_locator("#other-pane iframe").locator("body > *").first.wait_for()
            room.take(page, "beside")
            return


@scene("tanaka", "mail-files", "file-preview")
def files(room: Room, page: Page) -> None:
    open_mail(page, 0, "q=has:attachment")
    page.locator("ul.files").scroll_into_view_if_needed()
    room.take(page, "mail-files")
    preview = page.locator("ul.files a[target=_blank]").first
    visit(page, str(preview.get_attribute("href")))
    page.locator(".doc-bar").wait_for()  # it may have to be fetched from Gmail first
    room.take(page, "file-preview")


@scene("suzuki", "mail-blocked", "mail-html")
def formatted(room: Room, page: Page) -> None:
    """The first mail with pictures from outside among the newest."""
    visit(page, "/mail/?category=all")
    addresses = page.locator("#rows tr .sub a").evaluate_all("all => all.map(a => a.href)")
    for address in addresses[:60]:
        page.goto(address)
        if page.locator("#blocked").count():
            page.frame_locator("iframe.mail-frame").locator("body").wait_for()
            room.take(page, "mail-blocked")
            page.locator("#blocked a").press("Enter")
            page.locator("#blocked").wait_for(state="hidden")
            room.take(page, "mail-html")
            return


@scene("suzuki", "original", "print")
def paper(room: Room, page: Page) -> None:
    address = open_mail(page).split("?")[0]
    visit(page, f"{address}original/")
    page.locator(".source-text, pre").first.wait_for()
    room.take(page, "original")
    visit(page, f"{address}print/")
    page.emulate_media(media="print")
    room.take(page, "print")
    page.emulate_media(media="screen")


still("not-found", "tanaka", "/mail/M-22222222/")
