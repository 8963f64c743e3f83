"""アドレス帳 by hand: entries, CSV in and out, two people at one entry (A1)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return stage.at_work("鈴木 一郎", stage.person("鈴木 一郎", "leader"))


def open_book(desk: Desk) -> None:
    navigation = desk.page.get_by_role("navigation", name="メイン")
    # It may be the page that is open already: only when it has come anew is it worked on.
    with desk.page.expect_response(re.compile(r"/addressbook/$")):
        navigation.get_by_role("link", name="アドレス帳").click()
    expect(desk.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    expect(desk.page.get_by_role("heading", level=1, name="アドレス帳")).to_be_visible()


def fill(page: Page, name: str, address: str) -> None:
    page.get_by_label("名称", exact=True).fill(name)
    page.get_by_role("textbox", name="メールアドレス").fill(address)


def save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^変更を保存")).click()


@pytest.mark.spec("A1")
def test_an_entry_from_its_making_to_its_end(desk: Desk) -> None:
    page = desk.page
    open_book(desk)
    page.get_by_role("link", name="新規アドレス").first.click()
    fill(page, "旅人 甲", "tabibito@")
    save(page)
    expect(page.get_by_role("textbox", name="メールアドレス")).to_have_accessible_description(
        re.compile("メールアドレスではありません")
    )
    fill(page, "旅人 甲", "tabibito@customer.example")
    page.get_by_role("checkbox", name=re.compile("検索対象")).check()
    save(page)
    expect(page.get_by_role("heading", level=2, name="旅人 甲")).to_be_visible()
    # Search, list, detail
    page.get_by_role("searchbox", name="名称・アドレスを検索").fill("旅人")
    row = page.get_by_role("link", name=re.compile("旅人 甲"))
    expect(row).to_have_count(1)
    expect(row).to_contain_text("検索対象")
    with page.expect_response(re.compile(r"/addressbook/\d+/")):
        row.click()
    # It is the entry that is open already: only when it has come anew is it typed in.
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
    fill(page, "旅人 乙", "tabibito@customer.example")
    save(page)
    expect(page.get_by_role("heading", level=2, name="旅人 乙")).to_be_visible()
    page.get_by_text("操作履歴").click()
    expect(page.get_by_text("変更しました").first).to_be_visible()
    # A question that says what stays, and then it is gone.
    page.get_by_role("button", name="削除").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("旅人 乙")
    expect(question).to_contain_text("そのまま残ります")
    question.get_by_role("button", name="削除").click()
    expect(page.get_by_text("削除しました")).to_be_visible()
    page.get_by_role("searchbox", name="名称・アドレスを検索").fill("旅人")
    expect(page.get_by_role("heading", name=re.compile("一致するものはありません"))).to_be_visible()


def test_who_saves_second_sees_both(stage: Stage, desk: Desk) -> None:
    page = desk.page
    desk.go("/addressbook/new/")
    fill(page, "共有 先", "shared@customer.example")
    save(page)
    expect(page.get_by_role("heading", level=2, name="共有 先")).to_be_visible()
    other = stage.at_work("田中 健一", stage.person("田中 健一"))
    other.page.goto(page.url)
    fill(other.page, "共有 先 様", "shared@customer.example")
    save(other.page)
    expect(other.page.get_by_role("heading", level=2, name="共有 先 様")).to_be_visible()
    fill(page, "共有先", "shared@customer.example")
    save(page)
    alert = page.get_by_role("alert").filter(has_text="田中 健一")
    expect(alert).to_contain_text("共有 先 様")
    expect(alert).to_contain_text("共有先")
    expect(page.get_by_label("名称", exact=True)).to_have_value("共有先")


@pytest.mark.spec("A1")
def test_a_file_as_excel_saves_it_comes_in_after_a_look(desk: Desk, tmp_path: Path) -> None:
    page = desk.page
    file = tmp_path / "顧客.csv"
    file.write_bytes(
        "名称,メールアドレス,検索対象\r\n"
        "①㈱髙橋商店,takahashi@import.example,○\r\n"
        "壊れた行,nobody@,\r\n"
        "二度目,takahashi@import.example,\r\n".encode("cp932")
    )

    def bring_in() -> None:
        open_book(desk)
        page.get_by_label("CSV の入出力").click()
        page.get_by_role("link", name="CSV を取り込む").click()
        page.get_by_label("ファイルを選ぶか、ここにドロップ").set_input_files(file)
        desk.button("ファイルを読む").click()
        expect(page.get_by_role("heading", level=1, name="取り込み: 顧客.csv")).to_be_visible()

    bring_in()
    expect(
        page.get_by_role("cell", name="メールアドレスの形式ではありません: nobody@")
    ).to_be_visible()
    page.get_by_role("link", name=re.compile("^重複")).click()
    expect(
        page.get_by_role("cell", name="同じアドレスが2行目にあります。そちらを使います。")
    ).to_be_visible()
    page.get_by_role("link", name=re.compile("^新規")).last.click()
    expect(page.get_by_role("cell", name="①㈱髙橋商店")).to_be_visible()
    desk.button("1件を取り込む").click()
    expect(page.get_by_text("取り込みました: 新規 1件、変更 0件")).to_be_visible()
    open_book(desk)
    page.get_by_role("searchbox", name="名称・アドレスを検索").fill("髙橋商店")
    expect(page.get_by_role("link", name=re.compile("①㈱髙橋商店"))).to_be_visible()
    # The same once more: nothing to do.
    bring_in()
    expect(page.get_by_text("ファイルの内容はすべてアドレス帳にあります。")).to_be_visible()
    desk.button("取り込みをやめる").click()
    # And out again, as the list is searched.
    page.goto(f"{desk.home}/addressbook/?q=import.example")
    page.get_by_label("CSV の入出力").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV で書き出す (UTF-8)").click()
    raw = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    assert raw.splitlines() == [
        "名称,メールアドレス,検索対象",
        "①㈱髙橋商店,takahashi@import.example,○",
    ]
