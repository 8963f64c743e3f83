"""English is one click away, and then everything but the mail itself is English."""

from __future__ import annotations

from collections.abc import Collection

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Stage
from tests.e2e.letters import letter
from tests.waiting import until

# Every text and label of the page that shows a Japanese sign, but for what says that it is
# Japanese (the way back to 日本語).
_JAPANESE = r"""() => {
    const japanese = /[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/;
    const found = [];
    const names = ["aria-label", "title", "placeholder", "alt", "data-confirm", "hx-confirm"];
    for (const element of document.querySelectorAll("*")) {
        if (element.closest("[lang=ja]:not(html)")) continue;
        for (const name of names) {
            const value = element.getAttribute(name);
            if (value && japanese.test(value)) found.push(`${name}: ${value}`);
        }
        for (const node of element.childNodes) {
            if (node.nodeType === Node.TEXT_NODE && japanese.test(node.data)) {
                found.push(node.data.trim());
            }
        }
    }
    return [document.documentElement.lang, document.title, ...found];
}"""


def expect_english(page: Page, title: str, *, names: Collection[str] = ()) -> None:
    """`names`: of people, who are called what they are called in any language."""
    language, shown, *found = page.evaluate(_JAPANESE)
    initials = {name[0] for name in names}
    texts = [each for each in found if each not in initials]
    for name in names:
        texts = [each.replace(name, "") for each in texts]
    japanese = [each for each in texts if each.strip(", ")]
    assert language == "en"
    assert title in shown
    assert japanese == []


def test_log_in_list_mail_and_reply_in_english(stage: Stage) -> None:
    ken, mary = stage.person("Ken Tanaka"), stage.person("Mary Admin", "admin")
    address = stage.account("Customer support")
    stage.connect(address, ken)
    text = "My order has not arrived yet."
    stage.sandbox.admin.deliver(
        address, letter(address, subject="Where is my order?", text=text, name="Alice Smith")
    )
    until(lambda: stage.mirrors_all(address) and stage.settled(address), timeout=30)

    desk = stage.desk(ken, "Ken Tanaka", log_in_words=("User name", "Password", "Log in"))
    page = desk.page
    desk.go("/login/")
    page.get_by_role("button", name="English").click()
    expect_english(page, "Log in")
    desk.log_in()
    expect(page.get_by_role("heading", level=1, name="Inbox")).to_be_visible()
    expect_english(page, "Inbox")
    desk.open_mail("Where is my order?")
    expect(page.frame_locator("iframe").get_by_text(text)).to_be_visible()
    expect_english(page, "Where is my order?")
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="You are working on this")).to_be_visible()
    for name in ("Comments", "Mail history", "Operation history", "Draft"):
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tabpanel", name=name)).to_be_visible()
    expect_english(page, "Where is my order?")
    page.get_by_role("textbox", name="Text", exact=True).fill("It is on its way.")
    page.get_by_role("button", name="Send and set to done").click()
    expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
    expect_english(page, "Where is my order?")
    (entry,) = stage.sandbox.admin.ledger(address)
    assert entry["subject"] == "Re: Where is my order?"

    admin = stage.desk(mary, "Mary Admin", log_in_words=("User name", "Password", "Log in"))
    admin.go("/login/")
    admin.page.get_by_role("button", name="English").click()
    admin.log_in()
    admin.page.get_by_role("link", name="Authentication settings").first.click()
    expect(admin.page.get_by_role("heading", name="Authentication settings")).to_be_visible()
    expect_english(admin.page, "Authentication settings", names=stage.product.backstage.names())


def test_the_language_is_the_persons_own_and_goes_back_with_one_click(stage: Stage) -> None:
    ken = stage.person("Ken Tanaka")
    desk = stage.at_work("Ken Tanaka", ken)
    page = desk.page
    page.get_by_label("ユーザーメニュー").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1, name="Inbox")).to_be_visible()
    # Another browser that asks for Japanese: the person's choice holds.
    elsewhere = stage.at_work("Ken Tanaka, elsewhere", ken)
    expect(elsewhere.page.get_by_role("heading", level=1, name="Inbox")).to_be_visible()
    elsewhere.page.get_by_label("Your menu").click()
    elsewhere.page.get_by_role("button", name="日本語").click()
    expect(elsewhere.page.get_by_role("heading", level=1, name="受信トレイ")).to_be_visible()
