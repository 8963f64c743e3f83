"""備考 between three desks: written with a name, heard of elsewhere, edited and deleted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.e2e.test_writing import compose, confirm

SUBJECT = "届いた商品が破損していました"


@pytest.fixture
def address(stage: Stage) -> str:
    return stage.connected(subjects=[SUBJECT, "ご注文の確認"])


@pytest.fixture
def people(stage: Stage, address: str) -> tuple[Desk, Desk, Desk]:
    """An agent, another, and their leader."""
    keys = [
        stage.person("田中 健一"),
        stage.person("山田 花子"),
        stage.person("鈴木 一郎", role="leader"),
    ]
    stage.give(address, *keys)
    tanaka, yamada, suzuki = (
        stage.at_work(name, key)
        for name, key in zip(("田中 健一", "山田 花子", "鈴木 一郎"), keys, strict=True)
    )
    return tanaka, yamada, suzuki


def write(desk: Desk, text: str) -> None:
    desk.page.get_by_role("textbox", name="コメント").fill(text)
    desk.page.get_by_role("button", name="コメントする").click()


def notes(page: Page) -> list[str]:
    return page.locator("#comment-list .note-text").all_inner_texts()


@pytest.mark.spec("M14", "M6")
def test_a_colleague_is_called_by_name_and_finds_the_mail(
    people: tuple[Desk, Desk, Desk],
) -> None:
    tanaka, yamada, _ = people
    page = tanaka.page
    tanaka.open_mail(SUBJECT)
    field = page.get_by_role("textbox", name="コメント")
    field.press_sequentially("至急です @")
    options = page.get_by_role("listbox", name="知らせる相手").get_by_role("option")
    expect(options).to_have_count(2)
    # Within a kana conversion no Enter takes a name.
    keys = page.context.new_cdp_session(page)
    compose(keys, "やまだ")
    confirm(keys, "山田")
    expect(options).to_have_count(1)
    field.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("至急です @山田")
    field.press("Backspace")
    expect(options).to_have_count(1)
    # Where the cursor leaves the name, or the @ goes, there is nothing to take.
    field.press("Home")
    expect(options).to_have_count(0)
    field.press("End")
    field.press("Backspace")
    expect(options).to_have_count(2)
    field.press("Backspace")
    expect(options).to_have_count(0)
    field.press_sequentially("@山")
    expect(options).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value("至急です @山田 花子 ")
    expect(options).to_have_count(0)
    field.press_sequentially("確認をお願いします")
    field.press("Control+Enter")
    expect(page.locator("#comment-list .called")).to_have_text("@山田 花子")
    expect(field).to_have_value("")
    # The other one stands in the list: told at once, marked in the row, counted on the left.
    her = yamada.page
    toast = her.locator(".toast")
    expect(toast).to_contain_text(re.compile(r"M-\w+: コメントでメンションされました"))
    expect(toast.get_by_role("link", name="開く")).to_have_attribute(
        "href", re.compile(r"/mail/M-\w+/")
    )
    expect(yamada.row(SUBJECT)).to_contain_text("@あなた")
    expect(yamada.row(SUBJECT)).to_contain_text("確認をお願いします")
    mentioned = her.get_by_role("link", name="メンション 1 件の未読メンション")
    expect(mentioned).to_be_visible(timeout=30_000)
    mentioned.click()
    expect(her.locator("#rows tr")).to_have_count(1)
    her.get_by_role("link", name=re.compile(SUBJECT)).click()
    expect(her.locator(".note.is-new")).to_contain_text("至急です")
    # It has been on her screen: nothing waits any more.
    navigation = her.get_by_role("navigation", name="メイン")
    expect(navigation.get_by_role("link", name="メンション", exact=True)).to_be_visible()
    # From wherever she is, the toast leads to the mail.
    yamada.go("/templates/")
    write(tanaka, "@山田 もう一度お願いします")
    toast.get_by_role("link", name="開く").click()
    expect(her.get_by_role("heading", level=1, name=SUBJECT)).to_be_visible()
    expect(her.locator(".note.is-new")).to_contain_text("もう一度")


@pytest.mark.spec("M14")
def test_comments_are_edited_and_deleted_by_those_who_may(
    people: tuple[Desk, Desk, Desk],
) -> None:
    tanaka, yamada, suzuki = people
    for desk in people:
        desk.open_mail(SUBJECT)
    write(tanaka, "電話がありました")
    for desk in (yamada, suzuki):
        expect(desk.page.locator(".note-text")).to_have_text("電話がありました")
    expect(yamada.page.get_by_role("link", name="田中 健一さんのコメントを編集")).to_have_count(0)
    # While one edits, another comments, and the leader puts a word right.
    page = tanaka.page
    page.get_by_role("link", name="田中 健一さんのコメントを編集").click()
    dialog = page.get_by_role("dialog", name="コメントの編集")
    text = dialog.get_by_role("textbox", name="コメント")
    expect(text).to_be_focused()
    text.fill("電話が二度ありました")
    write(yamada, "折り返しました")
    expect(page.locator(".note-text")).to_have_count(2)
    expect(text).to_have_value("電話が二度ありました")
    their = suzuki.page
    their.get_by_role("link", name="田中 健一さんのコメントを編集").click()
    other = their.get_by_role("dialog", name="コメントの編集")
    other.get_by_role("textbox").fill("電話がありました（9時）")
    other.get_by_role("button", name="変更を保存").click()
    expect(other).to_be_hidden()
    expect(their.locator(".note").first).to_contain_text("編集済み")
    expect(page.locator(".note-text").first).to_have_text("電話がありました（9時）")
    dialog.get_by_role("button", name="変更を保存").click()
    expect(dialog.get_by_role("alert")).to_contain_text("上書きはしていません")
    expect(dialog).to_contain_text("電話がありました（9時）")
    expect(text).to_have_value("電話が二度ありました")
    # A slip does not lose it.
    page.keyboard.press("Escape")
    asked = page.locator("#confirm")
    expect(asked).to_be_visible()
    asked.get_by_role("button", name="キャンセル").click()
    expect(text).to_have_value("電話が二度ありました")
    text.fill("電話が二度ありました（9時）")
    text.press("Control+Enter")
    expect(dialog).to_be_hidden()
    for desk in people:
        expect(desk.page.locator(".note-text").first).to_have_text("電話が二度ありました（9時）")
    # Deleting asks first.
    their.get_by_role("button", name="山田 花子さんのコメントを削除").click()
    asked = their.locator("#confirm")
    expect(asked).to_contain_text("元に戻せません")
    asked.get_by_role("button", name="キャンセル").click()
    expect(their.locator(".note-text")).to_have_count(2)
    their.get_by_role("button", name="山田 花子さんのコメントを削除").click()
    asked.get_by_role("button", name="山田 花子さんのコメントを削除").click()
    for desk in people:
        expect(desk.page.locator(".note-text")).to_have_text(["電話が二度ありました（9時）"])
        expect(desk.page.get_by_role("tab", name="備考1")).to_be_visible()


@pytest.mark.spec("M14")
def test_a_half_written_comment_waits_where_it_was(people: tuple[Desk, Desk, Desk]) -> None:
    tanaka, *_ = people
    page = tanaka.page
    tanaka.open_mail(SUBJECT)
    field = page.get_by_role("textbox", name="コメント")
    field.fill("書きかけ")
    page.get_by_role("link", name="新しいメール").or_(
        page.get_by_role("link", name="古いメール")
    ).first.click()
    expect(page.get_by_role("heading", level=1, name="ご注文の確認")).to_be_visible()
    expect(field).to_have_value("")
    page.go_back()
    expect(page.get_by_role("heading", level=1, name=SUBJECT)).to_be_visible()
    expect(field).to_have_value("書きかけ")
    page.get_by_role("button", name="コメントする").click()
    expect(page.locator(".note-text")).to_have_text("書きかけ")
    expect(field).to_have_value("")
    page.reload()
    expect(page.locator(".note-text")).to_have_text("書きかけ")
    expect(field).to_have_value("")
    assert notes(page) == ["書きかけ"]
