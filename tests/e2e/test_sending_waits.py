"""Between 送信 and the sending: undo, the second gate, another time, and handing over."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.waiting import until

TEXT = "本日発送いたします。①㈱髙島屋"
SUBJECT = "いつ届きますか"


@pytest.fixture
def address(stage: Stage) -> str:
    return stage.connected(subjects=[SUBJECT])


def at_the_mail(stage: Stage, address: str, name: str, undo_seconds: int = 0) -> Desk:
    person = stage.person(name, undo_seconds=undo_seconds)
    stage.give(address, person)
    desk = stage.at_work(name, person)
    desk.open_mail(SUBJECT)
    return desk


def mail_id(stage: Stage, address: str) -> str:
    [mail] = stage.sandbox.admin.state(address)["messages"]
    return str(mail["id"])


@pytest.mark.spec("M21a", "M36")
def test_undo_after_a_reload_and_from_another_tab(stage: Stage, address: str) -> None:
    a = at_the_mail(stage, address, "田中 健一", undo_seconds=25)
    b = at_the_mail(stage, address, "山田 花子")
    a.start_reply()
    a.text.fill(TEXT)
    a.send_button.click()
    expect(a.button("送信取り消し")).to_be_visible()
    expect(a.banner).to_contain_text("あなたの返信は送信待ちです")
    expect(b.banner).to_contain_text("田中 健一さんの返信は送信待ちです")
    a.picture("waiting")
    a.picture_in_english("waiting")
    b.picture("waiting-others")
    a.page.reload()
    expect(a.button("送信取り消し")).to_be_visible()
    other = Desk("田中 健一、もう一つのタブ", a.username, a.new_tab(), a.home, a.complaints)
    other.page.goto(a.page.url)
    other.button("送信取り消し").click()
    expect(other.text).to_have_value(TEXT)
    expect(other.banner).to_contain_text("あなたが編集中です")
    expect(a.text).to_have_value(TEXT)  # the first tab follows
    expect(b.banner).to_contain_text("田中 健一さんがこのメールを作業中です")
    assert stage.sandbox.admin.ledger(address) == []
    assert stage.sandbox.admin.state(address)["drafts"] == []
    assert stage.product.backstage.holders(address) == ["田中 健一"]


@pytest.mark.spec("M21a", "M20a")
def test_when_the_window_is_over_it_goes_by_itself(stage: Stage, address: str) -> None:
    a = at_the_mail(stage, address, "田中 健一", undo_seconds=3)
    a.start_reply()
    a.text.fill(TEXT)
    a.send_button.click()
    expect(a.button("送信取り消し")).to_be_visible()
    expect(a.page.get_by_role("heading", name="送信済み")).to_be_visible()
    expect(a.status("完了")).to_be_visible()
    assert len(stage.sandbox.admin.ledger(address)) == 1


@pytest.mark.spec("M29")
def test_an_answer_made_in_gmail_itself_is_seen_before_the_mail_goes(
    stage: Stage, address: str
) -> None:
    a = at_the_mail(stage, address, "田中 健一")
    a.start_reply()
    a.text.fill(TEXT)
    stage.sandbox.admin.act(
        address, "reply", message_id=mail_id(stage, address), text="Gmailから先に返信しました"
    )
    a.send_button.click()
    expect(a.page.get_by_text("送信を保留しています")).to_be_visible()
    expect(a.page.get_by_text("Gmailから先に返信しました")).to_be_visible()
    a.picture("held")
    a.picture_in_english("held")
    assert [entry["via"] for entry in stage.sandbox.admin.ledger(address)] == ["person"]
    a.button("本文に戻る").click()
    expect(a.text).to_have_value(TEXT)
    stage.deliver(address, "別の用件")
    thread = stage.sandbox.admin.state(address)["messages"][0]["threadId"]
    assert thread
    a.send_button.click()
    expect(a.page.get_by_role("heading", name="送信済み")).to_be_visible()
    assert len(stage.sandbox.admin.ledger(address)) == 2


@pytest.mark.spec("M21b")
def test_a_mail_is_scheduled_changed_and_taken_back(stage: Stage, address: str) -> None:
    a = at_the_mail(stage, address, "田中 健一")
    b = at_the_mail(stage, address, "山田 花子")
    a.start_reply()
    a.text.fill(TEXT)
    a.page.locator("summary").filter(has_text="予約送信").click()
    when = a.page.get_by_label("送信する日時")
    when.fill("2020-01-01T09:00")
    assert a.while_answering("/send/", a.button("この日時に予約").click) == 422
    expect(when).to_have_accessible_description(re.compile("過ぎている"))
    expect(a.text).to_have_value(TEXT)
    later = datetime.now(ZoneInfo("Asia/Tokyo")) + timedelta(days=2)
    when.fill(later.strftime("%Y-%m-%dT09:00"))
    a.button("この日時に予約").click()
    expect(a.page.get_by_role("heading", name="送信予約済み")).to_be_visible()
    expect(b.banner).to_contain_text(re.compile("田中 健一さんが .* に返信を予約しています"))
    a.page.get_by_label("別の日時").fill(later.strftime("%Y-%m-%dT18:30"))
    # Whatever happens to the mail meanwhile, what was chosen stays.
    with a.page.expect_response("**/mail/sending/*/"):
        b.page.get_by_role("textbox", name="コメント").fill("返信は予約済み")
        b.page.get_by_role("button", name="コメントする").click()
    expect(a.page.get_by_label("別の日時")).to_have_value(later.strftime("%Y-%m-%dT18:30"))
    a.button("日時を変更").click()
    expect(a.page.locator("time.due")).to_contain_text("18:30")
    a.picture("scheduled")
    a.picture_in_english("scheduled")
    a.open_list("下書き")
    expect(a.page.get_by_role("row").filter(has_text="18:30")).to_be_visible()
    a.page.go_back()
    a.button("予約を取り消して編集に戻る").click()
    expect(a.text).to_have_value(TEXT)
    assert stage.sandbox.admin.ledger(address) == []


@pytest.mark.spec("M30")
def test_a_colleague_asks_and_gets_text_and_lock_with_one_click(stage: Stage, address: str) -> None:
    a = at_the_mail(stage, address, "田中 健一")
    b = at_the_mail(stage, address, "山田 花子")
    a.start_reply()
    a.text.fill(TEXT)
    b.button("代わってほしい").click()
    expect(b.banner).to_contain_text("代わってほしいと依頼しました")
    expect(a.banner).to_contain_text("山田 花子さんが代わりたいと言っています")
    a.picture("asked")
    a.picture_in_english("asked")
    a.text.press("End")
    a.page.keyboard.type(" 以上")
    a.button("文章とロックを渡す").click()
    expect(b.text).to_have_value(f"{TEXT} 以上")
    expect(b.banner).to_contain_text("あなたが編集中です")
    expect(a.banner).to_contain_text("山田 花子さんがこのメールを作業中です")
    b.picture("handed-over")
    expect(a.text).to_have_count(0)
    b.send_button.click()
    expect(b.page.get_by_role("heading", name="送信済み")).to_be_visible()
    until(lambda: stage.product.backstage.holders(address) == [])
    assert len(stage.sandbox.admin.ledger(address)) == 1


@pytest.mark.spec("M26b")
def test_what_is_typed_after_a_forced_unlock_is_kept(stage: Stage, address: str) -> None:
    a = at_the_mail(stage, address, "田中 健一")
    leader = stage.person("鈴木 一郎", "leader")
    stage.give(address, leader)
    c = stage.at_work("鈴木 一郎", leader)
    c.open_mail(SUBJECT)
    a.start_reply()
    a.text.fill(TEXT)
    expect(a.page.get_by_text("に保存")).to_be_visible()
    c.button("強制解除").click()
    c.picture("force")
    dialog = c.page.get_by_role("dialog")
    dialog.get_by_label("理由").fill("お電話のため")
    dialog.get_by_role("button", name="強制解除").click()
    a.text.press("End")
    a.page.keyboard.type(" まだ入力中")
    expect(a.page.get_by_text("に控えとして保存")).to_be_visible()
    a.picture("parked")
    a.picture_in_english("parked")
    a.page.get_by_role("link", name="自分の文章を見る").click()
    expect(a.page.get_by_text(f"{TEXT} まだ入力中")).to_be_visible()
    assert stage.sandbox.admin.ledger(address) == []
