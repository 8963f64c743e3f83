"""What happens seldom and must be understood at once: lost answers, work close by, force."""

from __future__ import annotations

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


def at_the_mail(stage: Stage, address: str, name: str, role: str = "agent") -> Desk:
    person = stage.person(name, role)
    stage.give(address, person)
    desk = stage.at_work(name, person)
    desk.open_mail(SUBJECT)
    return desk


def sent_into_the_dark(stage: Stage, address: str) -> Desk:
    """Gmail has not answered to the sending, and somebody has deleted the draft there."""
    a = at_the_mail(stage, address, "田中 健一")
    a.start_reply()
    a.text.fill(TEXT)
    stage.sandbox.admin.faults(
        errors=[{"method": "drafts.send", "status": 503, "reason": "backendError", "rate": 1}]
    )
    a.send_button.click()
    expect(a.page.get_by_text("送信されたかどうかを確認しています")).to_be_visible()
    a.picture("checking")
    stage.sandbox.admin.faults(reset=True)
    [draft] = stage.sandbox.admin.state(address)["drafts"]
    stage.sandbox.admin.act(address, "delete_draft", draft_id=draft["id"])
    stage.product.backstage.quiet_time_passes(address)
    expect(a.page.get_by_text("送信されたか確認できません")).to_be_visible()
    return a


@pytest.mark.spec("M22", "M36")
def test_what_nobody_can_know_is_asked_and_the_text_comes_back(stage: Stage, address: str) -> None:
    a = sent_into_the_dark(stage, address)
    b = at_the_mail(stage, address, "山田 花子")
    a.picture("uncertain")
    a.picture_in_english("uncertain")
    expect(a.banner).to_contain_text("送信されたか不明です")
    # It stays with its agent: a colleague cannot answer meanwhile.
    assert b.while_answering("/reply/", b.button("返信").click) == 409
    a.open_list("下書き")
    expect(a.page.get_by_role("row").filter(has_text=SUBJECT)).to_contain_text("送信結果が不明")
    a.page.go_back()
    a.button("送信されていない：本文に戻る").click()
    expect(a.text).to_have_value(TEXT)
    assert stage.sandbox.admin.ledger(address) == []
    a.send_button.click()
    expect(a.page.get_by_role("heading", name="送信済み")).to_be_visible()
    assert len(stage.sandbox.admin.ledger(address)) == 1


@pytest.mark.spec("M22")
def test_what_was_sent_after_all_is_done(stage: Stage, address: str) -> None:
    a = sent_into_the_dark(stage, address)
    a.button("送信されている").click()
    expect(a.status("完了")).to_be_visible()
    assert stage.product.backstage.holders(address) == []
    assert stage.sandbox.admin.ledger(address) == []


@pytest.mark.spec("M28")
def test_work_on_the_same_conversation_is_a_question(stage: Stage) -> None:
    address = stage.connected(subjects=[SUBJECT])
    [first] = stage.sandbox.admin.state(address)["messages"]
    a, b = (at_the_mail(stage, address, name) for name in ("田中 健一", "山田 花子"))
    b.open_list()
    answer = stage.deliver(address, f"Re: {SUBJECT}", answers=first["message_id"])
    assert answer["threadId"] == first["threadId"]
    b.page.get_by_role("button", name="新着").click()
    b.row(f"Re: {SUBJECT}").get_by_role("link").click()
    expect(b.page.get_by_role("heading", level=1, name=f"Re: {SUBJECT}")).to_be_visible()
    a.start_reply()
    assert b.while_answering("/reply/", b.button("返信").click) == 409
    expect(b.alert).to_have_text("近くで作業中の人がいます")
    expect(b.page.locator("#alerts")).to_contain_text("田中 健一さん")
    b.picture("nearby")
    b.picture_in_english("nearby")
    expect(b.text).to_have_count(0)
    b.button("それでも始める").click()
    expect(b.text).to_be_visible()
    expect(b.page.locator("[data-alert]")).to_have_count(0)
    until(lambda: set(stage.product.backstage.holders(address)) == {"田中 健一", "山田 花子"})


def forced(leader: Desk, status: str) -> None:
    leader.button("強制解除").click()
    dialog = leader.page.get_by_role("dialog")
    dialog.get_by_label("理由").fill("お電話のため")
    dialog.get_by_label("解除後のステータス").select_option(status)
    dialog.get_by_role("button", name="強制解除").click()


@pytest.mark.spec("M26a", "M26b")
def test_after_force_the_text_is_one_click_away(stage: Stage, address: str) -> None:
    a = at_the_mail(stage, address, "田中 健一")
    leader = at_the_mail(stage, address, "鈴木 一郎", "leader")
    a.start_reply()
    a.text.fill(TEXT)
    expect(a.page.get_by_text("に保存")).to_be_visible()
    forced(leader, "done")
    expect(leader.status("完了")).to_be_visible()
    expect(a.banner).to_contain_text("鈴木 一郎さんがあなたの編集ロックを解除しました")
    expect(a.banner).to_contain_text("お電話のため")
    a.page.get_by_role("link", name="自分の文章を見る").click()
    expect(a.page.get_by_text(TEXT)).to_be_visible()
    a.picture("after-force")


@pytest.mark.spec("M26a", "M26b")
def test_who_writes_on_a_phone_sees_that_the_lock_is_gone(stage: Stage, address: str) -> None:
    """The banner stands above the mail, far from the text; it is said where the person looks."""
    a = at_the_mail(stage, address, "田中 健一")
    leader = at_the_mail(stage, address, "鈴木 一郎", "leader")
    a.page.set_viewport_size({"width": 390, "height": 844})
    a.start_reply()
    a.text.fill(TEXT)
    expect(a.page.get_by_text("に保存")).to_be_visible()
    expect(a.banner).not_to_be_in_viewport()
    forced(leader, "in_progress")
    toast = a.page.locator("#toasts").get_by_text("編集ロックを解除しました")
    expect(toast).to_be_in_viewport()
    expect(toast).to_contain_text("お電話のため")
    a.picture("force-on-a-phone")


@pytest.mark.spec("M26a", "M26b")
def test_a_copy_that_is_not_needed_is_deleted_after_a_question(stage: Stage, address: str) -> None:
    a = at_the_mail(stage, address, "田中 健一")
    leader = at_the_mail(stage, address, "鈴木 一郎", "leader")
    a.start_reply()
    a.text.fill(TEXT)
    expect(a.page.get_by_text("に保存")).to_be_visible()
    forced(leader, "in_progress")
    expect(leader.banner).to_contain_text("あなたが編集中です")
    a.text.press("End")
    a.page.keyboard.type(" まだ入力中")
    expect(a.page.get_by_text("に控えとして保存")).to_be_visible()
    a.page.get_by_role("link", name="自分の文章を見る").click()
    expect(a.page.get_by_text(f"{TEXT} まだ入力中")).to_be_visible()
    a.button("控えを削除").click()
    question = a.page.get_by_role("dialog")
    expect(question).to_contain_text("この控えを削除しますか？")
    a.picture("delete-copy")
    question.get_by_role("button", name="控えを削除").click()
    expect(a.page.get_by_role("heading", level=1, name="下書き")).to_be_visible()
    expect(a.page.get_by_text("まだ入力中")).to_have_count(0)
