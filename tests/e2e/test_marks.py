"""Star, labels, trash and unread by two agents, and by somebody in Gmail itself: all see it."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.waiting import until

SUBJECT = "届いた商品が破損していました"
SOON_MS = 2000


@pytest.fixture
def address(stage: Stage) -> str:
    address = stage.account()
    for name, background in (
        ("配送", "#4986e7"),
        ("クレーム", "#822111"),
        ("クレーム/至急", "#cc3a21"),
    ):
        stage.sandbox.admin.act(
            address, "create_label", name=name, background=background, text_color="#ffffff"
        )
    stage.deliver(address, "ほかのメール")
    stage.deliver(address, SUBJECT)
    stage.connect(address, open_days=1)
    until(
        lambda: stage.settled(address) and stage.mirrors_all(address),
        timeout=60,
        what=f"{address} is mirrored",
    )
    return address


@pytest.fixture
def agents(stage: Stage, address: str) -> tuple[Desk, Desk]:
    """Both look at the inbox."""
    tanaka, yamada = stage.person("田中 健一"), stage.person("山田 花子")
    stage.give(address, tanaka, yamada)
    return stage.at_work("田中 健一", tanaka), stage.at_work("山田 花子", yamada)


def gmail_labels(stage: Stage, address: str) -> set[str]:
    """The names of the labels that the mail has in Gmail."""
    state = stage.sandbox.admin.state(address)
    names = {label["id"]: label["name"] for label in state["labels"]}
    [mail] = [mail for mail in state["messages"] if mail["id"] == the_mail(stage, address)]
    return {names.get(label, label) for label in mail["labelIds"]}


def the_mail(stage: Stage, address: str) -> str:
    """Gmail's id of the mail, which came last."""
    mails = stage.sandbox.admin.state(address)["messages"]
    return str(max(mails, key=lambda mail: int(mail["internalDate"]))["id"])


def until_gmail(stage: Stage, address: str, **has: bool) -> None:
    until(
        lambda: all((name in gmail_labels(stage, address)) is on for name, on in has.items()),
        what=f"Gmail has {has}",
    )


def star_of(row: Locator) -> Locator:
    return row.get_by_role("button", name=re.compile("^スター"))


def pressed(button: Locator, on: bool) -> None:
    expect(button).to_have_attribute("aria-pressed", "true" if on else "false")


@pytest.mark.spec("M6", "M13", "M15")
def test_what_is_done_here_stands_in_gmail_and_before_the_others(
    stage: Stage, agents: tuple[Desk, Desk], address: str
) -> None:
    a, b = agents
    b.remember_page()
    star_of(a.row(SUBJECT)).click()
    began = time.monotonic()
    pressed(star_of(a.row(SUBJECT)), True)
    expect(star_of(b.row(SUBJECT))).to_have_attribute(
        "aria-pressed", "true", timeout=SOON_MS + 1000
    )
    assert time.monotonic() - began < SOON_MS / 1000 + 1
    until_gmail(stage, address, STARRED=True)

    # Opening it marks it as read, for everybody.
    expect(b.row(SUBJECT)).to_have_class(re.compile(r"\bun\b"))
    a.open_mail(SUBJECT)
    expect(b.row(SUBJECT)).not_to_have_class(re.compile(r"\bun\b"))
    until_gmail(stage, address, UNREAD=False)

    # Labels: looked for, ticked, 実行.
    a.page.get_by_role("button", name="ラベルを変更").or_(
        a.page.get_by_role("link", name="ラベルを変更")
    ).click()
    dialog = a.page.get_by_role("dialog", name="このメールのラベル")
    search = dialog.get_by_role("searchbox", name="ラベルを検索")
    expect(search).to_be_focused()
    search.fill("至急")
    expect(dialog.get_by_role("checkbox")).to_have_count(1)
    search.press("Enter")  # what ends a kana conversion submits nothing
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox", name="クレーム/至急").check()
    dialog.get_by_role("button", name="実行").click()
    expect(dialog).to_be_hidden()
    expect(a.page.locator("#mail-labels")).to_contain_text("クレーム/至急")
    expect(b.row(SUBJECT)).to_contain_text("クレーム/至急")
    until_gmail(stage, address, **{"クレーム/至急": True})

    # The trash, and back by the message that tells of it.
    b.open_mail(SUBJECT)
    a.button("ゴミ箱").click()
    expect(a.page.get_by_role("heading", level=1, name="受信トレイ")).to_be_visible()
    expect(a.row(SUBJECT)).to_have_count(0)
    expect(b.button("復元")).to_be_visible()
    until_gmail(stage, address, TRASH=True, INBOX=False)
    a.button("元に戻す").click()
    expect(a.row(SUBJECT)).to_contain_text("クレーム/至急")
    expect(a.row(SUBJECT)).to_contain_text("未処理")
    expect(b.button("ゴミ箱")).to_be_visible()
    until_gmail(stage, address, TRASH=False, INBOX=True, STARRED=True, **{"クレーム/至急": True})
    assert b.page.url.endswith("category=inbox")

    # From the list of the trash as well.
    b.button("ゴミ箱").click()
    expect(b.page.get_by_role("heading", level=1, name="受信トレイ")).to_be_visible()
    b.open_list("ゴミ箱")
    b.row(SUBJECT).get_by_role("button", name="復元").click()
    expect(b.row(SUBJECT)).to_contain_text("未処理")
    until_gmail(stage, address, TRASH=False, INBOX=True)

    # Spam leaves the inbox, and comes back.
    a.open_mail(SUBJECT)
    a.button("迷惑メール").click()
    expect(a.row(SUBJECT)).to_have_count(0)
    until_gmail(stage, address, SPAM=True, INBOX=False)
    a.button("元に戻す").click()
    until_gmail(stage, address, SPAM=False, INBOX=True)

    # 未読にする goes back to the list, where it is bold again.
    a.open_mail(SUBJECT)
    a.button("未読にする").click()
    expect(a.row(SUBJECT)).to_have_class(re.compile(r"\bun\b"))
    until_gmail(stage, address, UNREAD=True)


@pytest.mark.spec("M15")
def test_what_is_done_in_gmail_arrives_on_the_open_pages(
    stage: Stage, agents: tuple[Desk, Desk], address: str
) -> None:
    a, b = agents
    a.open_mail(SUBJECT)
    expect(b.row(SUBJECT)).not_to_have_class(re.compile(r"\bun\b"))
    until_gmail(stage, address, UNREAD=False)
    a.remember_page()
    b.remember_page()
    mail = the_mail(stage, address)
    gmail = stage.sandbox.admin
    gmail.act(address, "star", message_id=mail)
    pressed(a.button("スター"), True)
    pressed(star_of(b.row(SUBJECT)), True)
    gmail.act(address, "modify", message_id=mail, add=["配送"], remove=["STARRED"])
    expect(a.page.locator("#mail-labels")).to_contain_text("配送")
    expect(b.row(SUBJECT)).to_contain_text("配送")
    pressed(a.button("スター"), False)
    gmail.act(address, "mark_unread", message_id=mail)
    expect(b.row(SUBJECT)).to_have_class(re.compile(r"\bun\b"))
    gmail.act(address, "trash", message_id=mail)
    expect(a.button("復元")).to_be_visible()
    expect(b.row(SUBJECT).get_by_role("button", name="復元")).to_be_visible()
    assert a.is_same_page()
    assert b.is_same_page()
    a.button("復元").click()
    expect(a.button("ゴミ箱")).to_be_visible()
    until_gmail(stage, address, TRASH=False, INBOX=True, 配送=True)


@pytest.mark.spec("M15")
def test_what_gmail_refuses_goes_back_and_is_told(
    stage: Stage, agents: tuple[Desk, Desk], address: str
) -> None:
    a, b = agents
    stage.sandbox.admin.faults(
        errors=[{"method": "messages.modify", "status": 400, "reason": "failedPrecondition"}]
    )
    star_of(a.row(SUBJECT)).click()
    pressed(star_of(a.row(SUBJECT)), True)
    expect(a.page.get_by_text("Gmailに受け付けられませんでした")).to_be_visible()
    pressed(star_of(a.row(SUBJECT)), False)
    pressed(star_of(b.row(SUBJECT)), False)
    expect(b.page.get_by_text("Gmailに受け付けられませんでした")).to_have_count(0)


@pytest.mark.spec("M24b", "M25")
def test_a_colleague_who_works_on_it_is_not_disturbed(
    stage: Stage, agents: tuple[Desk, Desk], address: str
) -> None:
    a, b = agents
    a.open_mail(SUBJECT)
    b.open_mail(SUBJECT)
    a.start_reply()
    expect(b.banner).to_contain_text("田中 健一さん")
    assert b.while_answering("/trash/", b.button("ゴミ箱").click) == 409
    expect(b.alert_text).to_contain_text("田中 健一さん")
    assert "TRASH" not in gmail_labels(stage, address)


@pytest.mark.spec("M20b")
def test_a_saved_draft_that_is_changed_in_gmail_is_told_and_both_texts_stay(
    stage: Stage, agents: tuple[Desk, Desk], address: str
) -> None:
    a, _ = agents
    gmail = stage.sandbox.admin
    a.open_mail(SUBJECT)
    a.start_reply()
    a.text.fill("代替品を本日発送いたします。")
    a.button("下書き保存").click()
    until(lambda: gmail.state(address)["drafts"], timeout=30, what="the draft is in Gmail")
    [draft] = gmail.state(address)["drafts"]
    until(lambda: stage.mirrors_all(address), timeout=30, what="and in the mirror")
    gmail.act(
        address, "create_draft", to="mio@customer.example", subject="Gmailの控え", text="途中"
    )
    gmail.act(address, "edit_draft", draft_id=draft["id"], text="Gmailで直した文章です。")
    expect(a.page.get_by_text("がGmailで変更されました")).to_be_visible(timeout=40_000)
    a.page.reload()
    expect(a.text).to_have_value("代替品を本日発送いたします。")
    expect(a.page.locator(".theirs")).to_contain_text("Gmailで直した文章です。")
    with a.page.context.expect_page() as opened:
        a.page.get_by_role("link", name="メールとして開く").click()
    theirs = opened.value
    frame = theirs.frame_locator("iframe[name=mail-body]")
    expect(frame.get_by_text("Gmailで直した文章です。")).to_be_visible()
    expect(theirs.get_by_role("button", name="続きを書く")).to_be_visible()
    theirs.close()
    # One row for the two texts, and one for what was begun in Gmail.
    a.open_list("下書き")
    expect(a.row(SUBJECT)).to_have_count(1)
    expect(a.row(SUBJECT)).to_contain_text("Gmailで変更")
    expect(a.row("Gmailの控え")).to_have_count(1)
    navigation = a.page.get_by_role("navigation", name="メイン")
    expect(navigation.get_by_role("link", name=re.compile("^下書き"))).to_contain_text("2")
