"""Writing: the composer and all that opens over it, the same mail as others see it, sending."""

from __future__ import annotations

from playwright.sync_api import Page

from scripts.screenshots.camera import Room, answer, scene, visit
from scripts.screenshots.mails import mail_of

TEXT = {
    "ja": "お世話になっております。カスタマーサポートの田中です。\n"
    "ご連絡いただきありがとうございます。\n",
    "en": "Thank you for your message.\nThis is Tanaka of the customer support.\n",
}


def begin_reply(room: Room, page: Page, address: str) -> None:
    visit(page, address)
    page.locator("#b-reply").press("Enter")
    page.locator("#composer").wait_for()
    page.locator("#c-body").fill(TEXT[room.language])


def give_up(page: Page) -> None:
    page.locator("[data-cancel]").press("Enter")
    page.locator("#confirm [value=yes], #panel-draft h2").first.wait_for()
    if page.locator("#confirm [value=yes]").is_visible():
        answer(page, yes=True)
    page.locator("#composer").wait_for(state="detached")


@scene("tanaka", "reply", "locked", "locked-leader", "force", "asked")
def two_agents(room: Room, page: Page) -> None:
    """A reply, and the same mail as a colleague and a leader see it meanwhile."""
    address = mail_of(page, 1)
    begin_reply(room, page, address)
    room.take(page, "reply")
    colleague = room.page("yamada")
    visit(colleague, address)
    colleague.locator("#b-reply").press("Enter")
    colleague.locator("#alerts [data-alert]").wait_for()
    room.take(colleague, "locked")
    leader = room.page("suzuki")
    visit(leader, address)
    room.take(leader, "locked-leader")
    leader.locator("[data-dialog=force]").press("Enter")
    room.take(leader, "force")
    leader.close()
    colleague.locator("#alerts [data-alert] button").first.click()
    colleague.locator("#lock-banner form[action$='/ask/'] button").press("Enter")
    page.locator("#lock-banner .asked").wait_for()
    room.take(page, "asked")
    colleague.close()
    page.locator("#lock-banner form[action$='/decline/'] button").press("Enter")
    page.locator("#lock-banner .asked").wait_for(state="detached")
    give_up(page)


@scene(
    "tanaka",
    *("write-template", "write-template-filled", "write-sender", "write-addresses"),
    *("write-completion", "write-rich", "write-preview", "write-later", "write-wrong"),
)
def over_the_composer(room: Room, page: Page) -> None:
    begin_reply(room, page, mail_of(page, 2))
    page.locator("#composer [hx-get*='/templates/']").press("Enter")
    page.locator("#template-list").wait_for()
    room.take(page, "write-template")
    page.locator("#template-list input[type=radio]").first.check()
    page.locator("#template-look .muted.pick-none").wait_for(state="detached")
    room.take(page, "write-template-filled")
    page.keyboard.press("Escape")
    page.locator("button[data-senders]").press("Enter")
    page.locator("dialog[open] .from-list").wait_for()
    room.take(page, "write-sender")
    page.keyboard.press("Escape")
    page.locator("[data-af-book]").first.press("Enter")
    page.locator("dialog[open] [data-book-rows]").wait_for()
    if page.locator("dialog[open] [value=past]").count():
        page.locator("dialog[open] label:has([value=past])").click()
        page.locator("dialog[open] [data-book-rows] input").first.wait_for()
        page.locator("dialog[open] [data-book-rows] input").first.check()
    room.take(page, "write-addresses")
    page.keyboard.press("Escape")
    page.locator("#c-cc").press_sequentially("example")
    page.locator("#c-cc-options [role=option]").first.wait_for()
    room.take(page, "write-completion")
    page.locator("#c-cc").press("Escape")
    page.locator("#c-cc").fill("")
    page.locator("[data-rich]").press("Enter")
    page.locator("trix-editor").wait_for()
    room.take(page, "write-rich")
    page.locator("#composer [data-dialog=dialog][hx-post]").press("Enter")
    page.locator("#dialog h2").wait_for()
    room.take(page, "write-preview")
    page.keyboard.press("Escape")
    page.locator("details.later summary").press("Enter")
    room.take(page, "write-later")
    page.locator("details.later summary").press("Enter")
    page.locator("#c-to").fill("nobody@")
    page.locator("[data-send]").press("Enter")
    page.locator("#e-to").wait_for()
    room.take(page, "write-wrong")
    give_up(page)


@scene("tanaka", "sending")
def sending(room: Room, page: Page) -> None:
    """Undone while there is time, so that nobody gets it."""
    begin_reply(room, page, mail_of(page, 3))
    page.locator("[data-send]").press("Enter")
    undo = page.locator("[data-undo-send]")
    undo.wait_for()
    room.take(page, "sending")
    undo.press("Enter")
    page.locator("#composer").wait_for()
    give_up(page)


@scene("yamada", "unsent", "unsent-page", "lock-lost")
def forced(room: Room, page: Page) -> None:
    """What somebody wrote whose edit lock a leader has ended."""
    address = mail_of(page, 4)
    begin_reply(room, page, address)
    page.locator("#saved time, #saved:not(:empty)").first.wait_for()
    leader = room.page("suzuki")
    visit(leader, address)
    leader.locator("[data-dialog=force]").press("Enter")
    leader.locator("#force-reason").fill("お客様からお電話をいただいたため")
    leader.locator("#force [type=submit]").click()
    page.locator(".lock-lost").wait_for()
    room.take(page, "lock-lost")
    leader.close()
    with page.expect_response(lambda answer: answer.url.endswith("/autosave/")):
        page.locator("#c-body").press_sequentially("\n(控え)")
    visit(page, address)
    page.locator("#tab-draft").press("Enter")
    room.take(page, "unsent")
    visit(page, str(page.locator("#lock-banner a[href*='/drafts/']").get_attribute("href")))
    room.take(page, "unsent-page")
    page.locator("form[action$='/discard/'] button").click()
    answer(page, yes=True)
    page.wait_for_url(lambda url: "/drafts/" not in url)
    visit(page, address)
    page.locator("#tab-draft").press("Enter")
    page.locator(".begun .btn-primary").click()
    page.locator("#composer").wait_for()
    give_up(page)


@scene("tanaka", "new-from", "new", "list-drafts")
def new_mail(room: Room, page: Page) -> None:
    visit(page, "/mail/new/")
    room.take(page, "new-from")
    page.locator("form[action$='/new/'] [type=submit]").click()
    page.locator("#composer").wait_for()
    room.take(page, "new")
    page.locator("#c-to").fill("sasaki@minato.example,")
    page.locator("#c-subject").fill("お見積りの件")
    page.locator("#c-body").fill(TEXT[room.language])
    page.locator("#saved:not(:empty)").wait_for()
    draft = page.url
    visit(page, "/mail/?category=drafts")
    room.take(page, "list-drafts")
    page.goto(draft)
    page.locator("#composer").wait_for()
    give_up(page)
