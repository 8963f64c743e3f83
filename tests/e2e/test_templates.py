"""テンプレート from its drawer into a mail that goes out, and what two people do to one of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.waiting import until

BODY = "{顧客名|お客様} 様\n\nご注文番号 {注文番号} を確認いたしました。\n{担当者名}"


@pytest.fixture
def address(stage: Stage) -> str:
    return stage.connected(subjects=["領収書をください"])


@pytest.fixture
def desk(stage: Stage, address: str) -> Desk:
    tanaka = stage.person("田中 健一", "leader")
    stage.give(address, tanaka)
    return stage.at_work("田中 健一", tanaka)


def open_drawer(desk: Desk, name: str) -> None:
    navigation = desk.page.get_by_role("navigation", name="メイン")
    navigation.get_by_role("link", name=name, exact=True).click()
    expect(desk.page.get_by_role("heading", level=1, name=name)).to_be_visible()


def make(desk: Desk, name: str, body: str, subject: str = "") -> None:
    desk.go("/templates/new/")
    field(desk, "名称").fill(name)
    field(desk, "件名").fill(subject)
    field(desk, "本文").fill(body)
    desk.page.get_by_role("button", name="変更を保存").click()
    expect(desk.page.get_by_text(f"「{name}」を保存しました。")).to_be_visible()


def field(desk: Desk, name: str) -> Locator:
    return desk.page.locator("form#entry").get_by_label(name)


def the_modal(desk: Desk) -> Locator:
    return desk.page.get_by_role("dialog", name="テンプレート")


@pytest.mark.spec("M19b", "M23", "T1")
def test_a_template_is_written_once_and_fills_a_mail(
    stage: Stage, desk: Desk, address: str
) -> None:
    open_drawer(desk, "テンプレート")
    desk.page.get_by_role("link", name="新規テンプレート").first.click()
    field(desk, "名称").fill("領収書のご案内")
    field(desk, "フォルダ").fill("領収書")
    field(desk, "件名").fill("【ご回答】")
    field(desk, "件名").press("End")
    desk.page.get_by_role("button", name="{件名}").click()
    expect(field(desk, "件名")).to_have_value("【ご回答】{件名}")
    field(desk, "本文").fill(BODY)

    # Filled in for the newest mail, before anything is saved.
    preview = desk.page.get_by_role("region", name="プレビュー")
    expect(preview.get_by_text("【ご回答】領収書をください")).to_be_visible()
    expect(preview.get_by_text("{注文番号} は書く人が記入します。")).to_be_visible()
    desk.picture("template-new")
    desk.page.keyboard.press("Control+s")
    expect(desk.page.get_by_text("「領収書のご案内」を保存しました。")).to_be_visible()
    make(desk, "別のテンプレート", "別の文")
    desk.page.get_by_role("searchbox", name="テンプレートを検索").fill("領収")
    rows = desk.page.get_by_role("region", name="テンプレート").get_by_role("listitem")
    expect(rows).to_have_count(1)
    rows.get_by_role("link").click()
    expect(field(desk, "本文")).to_have_value(BODY)
    desk.picture("template")
    desk.picture_in_english("template")

    desk.open_list()
    desk.open_mail("領収書をください")
    desk.start_reply()
    desk.button("テンプレート").click()
    modal = the_modal(desk)
    search = modal.get_by_role("searchbox", name="テンプレートを検索")
    expect(search).to_be_focused()
    search.fill("別の")
    expect(modal.get_by_role("radio")).to_have_count(1)
    search.fill("領収")
    expect(modal.get_by_role("radio", name="領収書のご案内")).to_be_visible()
    modal.get_by_role("radio", name="領収書のご案内").check()
    expect(modal.get_by_text("送信までに記入が必要: {注文番号}")).to_be_visible()
    desk.picture("template-modal")
    modal.get_by_role("button", name="実行").click()
    expect(modal).to_be_hidden()
    expect(desk.page.get_by_role("textbox", name="件名")).to_have_value(
        "【ご回答】領収書をください"
    )
    expect(desk.text).to_have_value(
        BODY.replace("{顧客名|お客様}", "井上 葵").replace("{担当者名}", "田中 健一")
    )

    # Left open, it does not go; the message names what is missing, and nothing is lost.
    desk.send_button.click()
    refused = desk.page.get_by_role("form").get_by_text("未記入の項目が残っています: {注文番号}")
    expect(refused).to_be_visible()
    expect(desk.text).to_be_focused()
    desk.picture("template-unfilled")
    assert stage.sandbox.admin.ledger(address) == []
    desk.text.fill(desk.text.input_value().replace("{注文番号}", "A-1024"))
    desk.send_button.click()
    expect(desk.page.get_by_role("heading", name="送信済み")).to_be_visible()
    until(lambda: len(stage.sandbox.admin.ledger(address)) == 1)
    open_drawer(desk, "テンプレート")
    row = desk.page.get_by_role("listitem").filter(has_text="領収書のご案内")
    expect(row.get_by_text("使用 1回")).to_be_visible()


@pytest.mark.spec("M19b")
def test_typed_text_is_asked_for_before_it_is_overwritten(desk: Desk) -> None:
    make(desk, "感謝の文", "ありがとうございます。")
    desk.open_list()
    desk.open_mail("領収書をください")
    desk.start_reply()
    desk.text.fill("わたしの文です。")

    def run(answer: str) -> None:
        desk.button("テンプレート").click()
        the_modal(desk).get_by_role("radio", name="感謝の文").check()
        the_modal(desk).get_by_role("button", name="実行").click()
        asked = the_modal(desk).get_by_role("alert")
        expect(asked.get_by_text("すでに入力があります: 本文")).to_be_visible()
        desk.picture(f"template-asked-{answer}")
        the_modal(desk).get_by_role("button", name=answer).last.click()
        expect(the_modal(desk)).to_be_hidden()

    run("キャンセル")
    expect(desk.text).to_have_value("わたしの文です。")
    run("後ろに足す")
    expect(desk.text).to_have_value("わたしの文です。\n\nありがとうございます。")
    run("入力を置き換える")
    expect(desk.text).to_have_value("ありがとうございます。")


@pytest.mark.spec("T1")
def test_two_people_who_edit_one_template_both_see_both_versions(
    stage: Stage, desk: Desk, address: str
) -> None:
    make(desk, "共同編集", "はじめの文")
    suzuki = stage.person("鈴木 一郎", "leader")
    stage.give(address, suzuki)
    other = stage.at_work("鈴木 一郎", suzuki)
    other.page.goto(desk.page.url)
    field(other, "本文").fill("鈴木の文")
    other.page.get_by_role("button", name="変更を保存").click()
    expect(other.page.get_by_text("「共同編集」を保存しました。")).to_be_visible()

    field(desk, "本文").fill("田中の文")
    desk.page.get_by_role("button", name="変更を保存").click()
    expect(desk.page.get_by_text("鈴木 一郎さんが先に保存しました")).to_be_visible()
    row = desk.page.get_by_role("row", name="本文")
    expect(row).to_contain_text("鈴木の文")
    expect(row).to_contain_text("田中の文")
    expect(field(desk, "本文")).to_have_value("田中の文")
    desk.picture("template-conflict")
    desk.page.get_by_role("button", name="自分の内容で保存").click()
    expect(desk.page.get_by_text("鈴木 一郎さんが先に保存しました")).to_have_count(0)
    other.page.reload()
    expect(field(other, "本文")).to_have_value("田中の文")

    # Deleted under somebody's hands, what they typed is still there.
    field(other, "本文").fill("まだ保存していない文")
    desk.page.get_by_role("button", name="削除").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="削除").click()
    expect(desk.page.get_by_text("「共同編集」を削除しました。")).to_be_visible()
    other.page.get_by_role("button", name="変更を保存").click()
    expect(other.page.get_by_text("他の人が先に削除しました")).to_be_visible()
    other.page.get_by_role("button", name="変更を保存").click()
    expect(other.page.get_by_text("「共同編集」を保存しました。")).to_be_visible()
    expect(field(other, "本文")).to_have_value("まだ保存していない文")


def test_the_drawer_is_worked_with_keys_alone(desk: Desk) -> None:
    # One drawer for all journeys: this one keeps to its own three.
    for name in ("鍵あ", "鍵い", "鍵う"):
        make(desk, name, f"{name}の文")
    desk.go("/templates/?q=鍵")
    keyboard = desk.page.keyboard
    entries = desk.page.get_by_role("region", name="テンプレート").get_by_role("listitem")
    rows = entries.get_by_role("link")
    keyboard.press("j")
    keyboard.press("j")
    expect(rows.filter(has_text="鍵い")).to_be_focused()
    keyboard.press("Enter")
    expect(field(desk, "本文")).to_have_value("鍵いの文")
    expect(rows.filter(has_text="鍵い")).to_have_attribute("aria-current", "true")
    keyboard.press("k")
    keyboard.press("Enter")
    expect(field(desk, "本文")).to_have_value("鍵あの文")

    # What was typed is not left without asking; No keeps it.
    field(desk, "本文").fill("書きかけ")
    rows.filter(has_text="鍵う").click()
    asked = desk.page.get_by_role("dialog").filter(has_text="保存されていません")
    asked.get_by_role("button", name="キャンセル").click()
    expect(field(desk, "本文")).to_have_value("書きかけ")
    field(desk, "本文").press("Control+s")
    expect(desk.page.get_by_text("「鍵あ」を保存しました。")).to_be_visible()
    desk.page.get_by_role("heading", level=1).click()
    keyboard.press("/")
    expect(desk.page.get_by_role("searchbox", name="テンプレートを検索")).to_be_focused()
    keyboard.type(" うの")
    expect(rows).to_have_count(1)
    desk.page.get_by_role("heading", level=1).click()
    keyboard.press("n")
    expect(field(desk, "名称")).to_have_value("")
    keyboard.press("Control+s")
    expect(desk.page.get_by_text("名称を入力してください。")).to_be_visible()
    expect(field(desk, "名称")).to_be_focused()
