"""Recipients: chips, completion, the address book over the page, pasted lists, and the sender."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.e2e.letters import CUSTOMER, letter
from tests.e2e.test_writing import compose, confirm
from tests.sandbox_server import CLIENT_ID, CLIENT_SECRET
from tests.waiting import until

BOOK = (
    ("山田 花子", "hanako@partner.example"),
    ("山田 太郎", "taro@partner.example"),
    ("経理部", "keiri@partner.example"),
)


@pytest.fixture
def address(stage: Stage) -> str:
    return stage.connected(subjects=["住所を間違えました", "領収書をください"])


@pytest.fixture
def desk(stage: Stage, address: str) -> Desk:
    """A leader with a few people in the address book, and a mail to answer."""
    suzuki = stage.person("鈴木 一郎", "leader")
    stage.give(address, suzuki)
    desk = stage.at_work("鈴木 一郎", suzuki)
    fill_book(desk)
    desk.go("/mail/")
    desk.open_mail("領収書をください")
    desk.start_reply()
    return desk


def fill_book(desk: Desk) -> None:
    """By hand, once a session: the book is everybody's."""
    for name, mail in BOOK:
        desk.go("/addressbook/?q=" + mail)
        if desk.page.get_by_role("link", name=re.compile(re.escape(mail))).count():
            continue
        desk.go("/addressbook/new/")
        desk.page.get_by_label("名称", exact=True).fill(name)
        desk.page.get_by_role("textbox", name="メールアドレス").fill(mail)
        desk.page.get_by_role("button", name=re.compile("^変更を保存")).click()
        expect(desk.page.get_by_role("heading", level=2, name=name)).to_be_visible()


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def chips(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name=f"{name}: 入力済み").get_by_role("listitem")


def options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="候補").get_by_role("option")


def posted(page: Page, name: str) -> str:
    form = page.locator("#composer")
    return str(form.evaluate("(form, name) => new FormData(form).get(name)", name))


@pytest.mark.spec("M19a")
def test_a_button_is_pressed_while_addresses_are_still_being_typed(desk: Desk) -> None:
    """They become chips, which moves the button down under the pointer; the press counts."""
    page = desk.page
    page.get_by_role("button", name="テンプレート", exact=True).hover()
    before = page.get_by_role("button", name="テンプレート", exact=True).bounding_box()
    typed = [f"person-with-a-long-address-{number}@partner.example" for number in range(4)]
    field(page, "Cc").fill(", ".join(typed))
    page.mouse.down()
    expect(chips(page, "Cc")).to_have_count(0)
    page.mouse.up()
    expect(page.get_by_role("dialog", name="テンプレート")).to_be_visible()
    expect(chips(page, "Cc")).to_have_text(typed)
    assert posted(page, "cc") == ", ".join(typed)
    after = page.get_by_role("button", name="テンプレート", exact=True).bounding_box()
    assert before
    assert after
    assert after["y"] > before["y"] + 20


@pytest.mark.spec("M19a")
def test_people_are_completed_by_keyboard_and_sent_to(
    stage: Stage, desk: Desk, address: str
) -> None:
    page = desk.page
    expect(chips(page, "To")).to_have_text(["井上 葵"])
    cc = field(page, "Cc")
    cc.press_sequentially("山田")
    expect(options(page)).to_have_count(2)
    expect(cc).to_have_attribute("aria-expanded", "true")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    cc.press("ArrowDown")
    chosen = options(page).nth(1)
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(cc).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    name = chosen.locator(".af-option-name").inner_text()
    cc.press("Enter")
    expect(chips(page, "Cc")).to_have_text([name])
    expect(cc).to_have_attribute("aria-expanded", "false")
    expect(cc).to_be_focused()
    # Escape closes the suggestions and nothing else; a comma ends an address.
    cc.press_sequentially("kei")
    expect(options(page)).to_have_count(1)
    cc.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(cc).to_have_value("kei")
    cc.press_sequentially("ri@partner.example,")
    expect(chips(page, "Cc")).to_have_count(2)
    # With the keyboard to the chips and away with the first.
    cc.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    expect(chips(page, "Cc")).to_have_text(["keiri@partner.example"])
    expect(page.locator("#announcer")).to_contain_text("外しました")
    # Past correspondents are suggested, too: the customer has written to this mailbox.
    desk.until_suggested(CUSTOMER)
    bcc = field(page, "Bcc")
    bcc.press_sequentially("aoi@")
    expect(options(page).filter(has_text=CUSTOMER)).to_have_count(1)
    bcc.press("Escape")
    bcc.fill("")
    desk.text.fill("領収書をお送りします。")
    desk.send_button.click()
    expect(page.get_by_role("heading", name="送信済み")).to_be_visible()
    (entry,) = stage.sandbox.admin.ledger(address)
    assert sorted(entry["recipients"]) == [CUSTOMER, "keiri@partner.example"]


@pytest.mark.spec("M32")
def test_a_kana_conversion_takes_no_suggestion_and_no_chip(desk: Desk) -> None:
    page = desk.page
    cc = field(page, "Cc")
    cc.focus()
    keys = page.context.new_cdp_session(page)
    compose(keys, "やまだ")
    confirm(keys, "山田")
    expect(cc).to_have_value("山田")
    expect(chips(page, "Cc")).to_have_count(0)
    expect(options(page)).to_have_count(2)
    # An Enter within a conversion, whatever stands under it, takes nothing either.
    compose(keys, "たろう")
    confirm(keys, "太郎")
    expect(cc).to_have_value("山田太郎")
    expect(options(page)).to_have_count(1)
    cc.press("Enter")
    expect(chips(page, "Cc")).to_have_text(["山田 太郎"])
    expect(desk.status("作業中")).to_be_visible()


def paste(page: Page, where: Locator, text: str) -> None:
    where.focus()
    page.evaluate(
        """(text) => {
            const carrier = new DataTransfer();
            carrier.setData("text/plain", text);
            const event = new ClipboardEvent(
                "paste", {clipboardData: carrier, bubbles: true, cancelable: true});
            if (document.activeElement.dispatchEvent(event))
                document.execCommand("insertText", false, text);
        }""",
        text,
    )


def test_a_pasted_list_becomes_chips_and_what_is_wrong_is_marked(desk: Desk) -> None:
    page = desk.page
    cc = field(page, "Cc")
    paste(
        page,
        cc,
        "山田 花子\thanako@partner.example\n"
        '"田中, 次郎" <jiro@partner.example>; "saburo" <saburo@partner.example>、\n'
        "shiro@partner.example　goro@partner.example\n"
        "HANAKO@partner.example\nだれか",
    )
    expect(chips(page, "Cc")).to_have_text(
        [
            "山田 花子",
            "田中, 次郎",
            "saburo",
            "shiro@partner.example",
            "goro@partner.example",
            "だれか",
        ]
    )
    expect(page.locator("#announcer")).to_contain_text("追加したアドレス: 6件")
    assert posted(page, "cc") == (
        "山田 花子 <hanako@partner.example>, "
        '"田中, 次郎" <jiro@partner.example>, saburo <saburo@partner.example>, '
        "shiro@partner.example, goro@partner.example, だれか"
    )
    desk.text.fill("念のため。")
    assert desk.while_answering("/send/", desk.send_button.click) == 422
    expect(cc).to_have_accessible_description("メールアドレスの形式ではありません: だれか")
    # Put back into the line, mended, and it is an address.
    wrong = page.get_by_role(
        "button", name=re.compile("^だれか はメールアドレスの形式ではありません")
    )
    wrong.press("Enter")
    expect(cc).to_have_value("だれか")
    cc.fill("dareka@partner.example")
    cc.press("Enter")
    expect(chips(page, "Cc")).to_have_count(6)
    assert desk.while_answering("/send/", desk.send_button.click) == 200


def test_one_pasted_word_stays_text(desk: Desk) -> None:
    cc = field(desk.page, "Cc")
    paste(desk.page, cc, "山田")
    expect(cc).to_have_value("山田")
    expect(chips(desk.page, "Cc")).to_have_count(0)


@pytest.mark.spec("M19a")
def test_the_address_book_over_the_page(desk: Desk) -> None:
    page = desk.page
    page.get_by_role("button", name="アドレス帳から選ぶ: Cc").click()
    book = page.get_by_role("dialog", name="アドレス帳: Cc")
    search = book.get_by_role("searchbox")
    expect(search).to_be_focused()
    search.press_sequentially("山田")
    expect(book.get_by_role("checkbox")).to_have_count(2)
    # Down from the search, tick by Enter, and what is ticked stays so while one searches on.
    search.press("ArrowDown")
    expect(book.get_by_role("checkbox").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(book).to_contain_text("選択中: 1件")
    search.fill("経理")
    expect(book.get_by_role("checkbox")).to_have_count(1)
    book.get_by_text("経理部").click()
    expect(book).to_contain_text("選択中: 2件")
    search.fill("")
    expect(book.get_by_role("checkbox", checked=True)).to_have_count(2)
    desk.until_suggested(CUSTOMER)
    book.get_by_text("やりとりのある相手").click()
    expect(book.get_by_role("checkbox", name=re.compile(CUSTOMER))).to_be_visible()
    book.get_by_role("button", name="実行").click()
    expect(book).to_be_hidden()
    expect(field(page, "Cc")).to_be_focused()
    expect(chips(page, "Cc")).to_have_count(2)
    # Those who stand there are ticked; without the tick they leave.
    page.get_by_role("button", name="アドレス帳から選ぶ: Cc").click()
    book.get_by_role("searchbox").fill("経理")
    expect(book.get_by_role("checkbox", checked=True)).to_have_count(1)
    book.get_by_text("経理部").click()
    page.keyboard.press("Control+Enter")
    expect(book).to_be_hidden()
    expect(chips(page, "Cc")).to_have_count(1)
    # Escape changes nothing.
    page.get_by_role("button", name="アドレス帳から選ぶ: Cc").click()
    expect(book).to_be_visible()
    page.keyboard.press("Escape")
    expect(book).to_be_hidden()
    expect(chips(page, "Cc")).to_have_count(1)
    expect(desk.status("作業中")).to_be_visible()


def test_what_was_typed_survives_a_reload(desk: Desk) -> None:
    page = desk.page
    with page.expect_response(lambda answer: answer.url.endswith("/autosave/")):
        field(page, "Cc").press_sequentially("taro@partner.example, よう")
    page.reload()
    expect(chips(page, "Cc")).to_have_text(["taro@partner.example", "よう"])


@pytest.mark.spec("M19a")
def test_the_sender_is_chosen_in_a_modal(stage: Stage) -> None:
    suzuki = stage.person("鈴木 一郎", "leader")
    address, alias = stage.account(), "sales@shop.example"
    stage.sandbox.admin.account(address, send_as=[{"address": alias, "name": "営業部"}])
    stage.product.backstage.client(CLIENT_ID, CLIENT_SECRET)
    tokens = stage.sandbox.admin.connect(address)
    stage.product.backstage.connect(address, tokens, [suzuki], open_days=1, also=[alias])
    other = stage.connected(suzuki)
    stage.sandbox.admin.deliver(address, letter(alias, subject="営業へのご質問"))
    until(lambda: stage.mirrors_all(address), timeout=60, what="the question is here")
    desk = stage.at_work("鈴木 一郎", suzuki)
    desk.open_mail("営業へのご質問")
    desk.start_reply()
    page = desk.page
    sender = page.get_by_role("combobox", name="From")
    expect(sender).to_have_value(alias)  # the address that the customer wrote to
    desk.button("差出人を選ぶ").click()
    modal = page.get_by_role("dialog", name="差出人を選ぶ")
    expect(modal.get_by_role("radio", name=re.compile(alias))).to_be_checked()
    foreign = modal.get_by_role("radio", name=re.compile(other))
    expect(foreign).to_be_disabled()
    expect(foreign).to_have_accessible_description(
        f"メールボックス {other} のアドレスです。そちらの新規メールで使えます。"
    )
    modal.get_by_role("radio", name=re.compile(address)).check()
    modal.get_by_role("button", name="実行").click()
    expect(sender).to_have_value(address)
    expect(sender).to_be_focused()
    desk.text.fill("お答えします。")
    desk.send_button.click()
    expect(page.get_by_role("heading", name="送信済み")).to_be_visible()
    (entry,) = stage.sandbox.admin.ledger(address)
    assert address in entry["from"]
