"""The edit lock as two agents and a supervisor live with it."""

from __future__ import annotations

import pytest
from playwright.sync_api import APIResponse, Route, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.waiting import until

TEXT = "在庫を確認しております。\n少々お待ちください。"
SUBJECT = "在庫はありますか"


@pytest.fixture
def address(stage: Stage) -> str:
    return stage.connected(subjects=[SUBJECT])


@pytest.fixture
def agents(stage: Stage, address: str) -> tuple[Desk, Desk]:
    """田中 is writing an answer; 山田 looks at the same mail."""
    tanaka, yamada = stage.person("田中 健一"), stage.person("山田 花子")
    stage.give(address, tanaka, yamada)
    a, b = stage.at_work("田中 健一", tanaka), stage.at_work("山田 花子", yamada)
    for desk in (a, b):
        desk.open_mail(SUBJECT)
        expect(desk.status("未処理")).to_be_visible()
    a.start_reply()
    a.text.fill(TEXT)
    expect(b.banner).to_contain_text("田中 健一さんがこのメールを作業中です")
    return a, b


@pytest.mark.spec("M12", "M25")
def test_taking_and_giving_back_the_lock_by_the_status(
    stage: Stage, agents: tuple[Desk, Desk], address: str
) -> None:
    a, b = agents
    a.send_button.click()
    expect(b.status("完了")).to_be_visible()
    b.page.get_by_role("button", name="作業中", pressed=False).click()
    expect(b.banner).to_contain_text("あなたが編集中です")
    expect(a.banner).to_contain_text("山田 花子さんがこのメールを作業中です")
    expect(a.status("作業中")).to_be_visible()
    assert a.while_answering("/status/", a.button("未処理").click) == 409
    expect(a.alert_text).to_contain_text("山田 花子さん")
    assert stage.product.backstage.holders(address) == ["山田 花子"]
    b.button("編集ロックを解除").click()
    for desk in (a, b):
        expect(desk.status("完了")).to_be_visible()
        expect(desk.banner.get_by_role("status")).to_have_count(0)
    a.button("未処理").click()
    expect(b.status("未処理")).to_be_visible()
    assert stage.product.backstage.holders(address) == []


@pytest.mark.spec("M27", "M20b")
def test_a_reload_keeps_the_lock_and_what_was_typed(
    stage: Stage, agents: tuple[Desk, Desk], address: str
) -> None:
    a, b = agents
    expect(a.page.get_by_text("に保存")).to_be_visible()
    a.page.reload()
    expect(a.text).to_have_value(TEXT)
    expect(a.banner).to_contain_text("あなたが編集中です")
    expect(a.status("作業中")).to_be_visible()
    assert b.while_answering("/reply/", b.button("返信").click) == 409
    assert stage.product.backstage.holders(address) == ["田中 健一"]
    # And it can still be sent.
    a.send_button.click()
    expect(a.page.get_by_role("heading", name="送信済み")).to_be_visible()
    expect(b.status("完了")).to_be_visible()
    assert len(stage.sandbox.admin.ledger(address)) == 1


@pytest.mark.spec("M20d", "M24a")
def test_cancelling_gives_back_the_status_and_the_lock(
    stage: Stage, agents: tuple[Desk, Desk], address: str
) -> None:
    a, b = agents
    expect(a.page.get_by_text("に保存")).to_be_visible()  # and still it asks
    b.remember_page()
    a.button("キャンセル").click()
    question = a.page.get_by_role("dialog")
    expect(question).to_contain_text("入力した文章を破棄しますか？")
    question.get_by_role("button", name="キャンセル").click()
    expect(a.text).to_have_value(TEXT)
    a.button("キャンセル").click()
    question.get_by_role("button", name="OK").click()
    for desk in (a, b):
        expect(desk.status("未処理")).to_be_visible()
        expect(desk.banner.get_by_role("status")).to_have_count(0)
        expect(desk.page.get_by_role("definition").filter(has_text="なし")).to_be_visible()
    assert b.is_same_page()
    assert stage.product.backstage.holders(address) == []
    b.start_reply()
    expect(a.banner).to_contain_text("山田 花子さんがこのメールを作業中です")
    assert stage.sandbox.admin.ledger(address) == []


@pytest.mark.spec("M26a")
def test_a_reason_that_is_being_typed_stays_while_the_mail_changes(
    stage: Stage, agents: tuple[Desk, Desk], address: str
) -> None:
    a, b = agents
    expect(a.page.get_by_text("に保存")).to_be_visible()
    suzuki = stage.person("鈴木 一郎", "leader")
    stage.give(address, suzuki)
    leader = stage.at_work("鈴木 一郎", suzuki)
    leader.open_mail(SUBJECT)
    leader.button("強制解除").click()
    dialog = leader.page.get_by_role("dialog")
    reason = dialog.get_by_label("理由")
    reason.fill("お電話の")
    # Meanwhile the lock is given back, which all the rest of the leader's page shows.
    a.button("キャンセル").click()
    a.page.get_by_role("dialog").get_by_role("button", name="OK").click()
    expect(b.status("未処理")).to_be_visible()
    until(lambda: stage.product.backstage.holders(address) == [])
    stage.deliver(address, "あとから来た件")
    inbox = leader.page.locator(".nav-link[href='/mail/?category=inbox']")
    expect(inbox).to_contain_text("2")
    reason.press_sequentially("ため")
    expect(reason).to_have_value("お電話のため")
    dialog.get_by_role("button", name="キャンセル").click()
    expect(leader.banner).to_have_text("")
    expect(leader.status("未処理")).to_be_visible()


@pytest.mark.spec("M26a")
def test_a_supervisor_breaks_the_lock_and_the_former_holder_is_told(
    stage: Stage, agents: tuple[Desk, Desk], address: str
) -> None:
    a, b = agents
    expect(a.page.get_by_text("に保存")).to_be_visible()
    expect(b.button("強制解除")).to_have_count(0)  # an agent is not offered it
    suzuki = stage.person("鈴木 一郎", "leader")
    stage.give(address, suzuki)
    leader = stage.at_work("鈴木 一郎", suzuki)
    leader.open_mail(SUBJECT)
    leader.button("強制解除").click()
    dialog = leader.page.get_by_role("dialog")
    dialog.get_by_label("理由").fill("お客様からお電話をいただいたため")
    a.remember_page()
    dialog.get_by_role("button", name="強制解除").click()

    expect(a.banner).to_contain_text("鈴木 一郎さんがあなたの編集ロックを解除しました")
    expect(a.banner).to_contain_text("お客様からお電話をいただいたため")
    for desk in (a, b, leader):
        expect(desk.status("未処理")).to_be_visible()
    assert stage.product.backstage.holders(address) == []

    # The stale page can send nothing, and says so; the text is not lost.
    assert a.while_answering("/send/", a.send_button.click) == 409
    expect(a.alert).to_have_count(1)
    assert a.while_answering("/save/", a.button("下書き保存").click) == 409
    assert a.is_same_page()
    expect(a.text).to_have_value(TEXT)
    assert stage.sandbox.admin.ledger(address) == []
    assert stage.sandbox.admin.state(address)["drafts"] == []

    # The supervisor answers: what 田中 had typed is kept for 田中, and shown nobody else.
    leader.start_reply()
    expect(leader.text).to_have_value("")
    expect(a.banner).to_contain_text("鈴木 一郎さんがこのメールを作業中です")
    expect(b.banner).to_contain_text("鈴木 一郎さんがこのメールを作業中です")
    expect(b.page.get_by_role("link", name="自分の文章を見る")).to_have_count(0)
    a.button("閉じる").click()  # the alert has been read
    a.page.get_by_role("link", name="自分の文章を見る").click()
    expect(a.page.get_by_text("在庫を確認しております。")).to_be_visible()

    leader.page.get_by_role("tab", name="操作履歴").click()
    history = leader.page.get_by_role("tabpanel", name="操作履歴")
    expect(history).to_contain_text("編集ロックを強制解除しました")
    expect(history).to_contain_text("お客様からお電話をいただいたため")


@pytest.mark.spec("M25")
def test_what_happens_while_the_page_asks_is_asked_for_again(
    stage: Stage, agents: tuple[Desk, Desk]
) -> None:
    a, b = agents
    expect(a.page.get_by_text("に保存")).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    b.page.route("**/lock/", hold_first)
    a.button("編集ロックを解除").click()
    expect(a.status("未処理")).to_be_visible()
    until(lambda: b.page.evaluate("true") and held, what="B has asked for the banner")
    # The next change reaches B while that answer is still on its way.
    with b.page.expect_response("**/comments/"):
        a.button("完了").click()
    route, outdated = held[0]
    route.fulfill(response=outdated)
    expect(b.banner.get_by_role("status")).to_have_count(0)
    expect(b.status("完了")).to_be_visible()


@pytest.mark.spec("M25")
def test_a_refusal_is_shown_although_the_page_follows_others_meanwhile(
    stage: Stage, agents: tuple[Desk, Desk]
) -> None:
    a, b = agents
    expect(a.page.get_by_text("に保存")).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []
    b.page.route("**/reply/", lambda route: held.append((route, route.fetch())))
    b.button("返信").click()
    until(lambda: b.page.evaluate("true") and held, what="the server has refused B")
    # What A does reaches B before the refusal does.
    a.button("編集ロックを解除").click()
    expect(a.status("未処理")).to_be_visible()
    a.page.get_by_role("tab", name="備考").click()
    a.page.get_by_role("textbox", name="コメント").fill("お電話しました")
    a.button("コメントする").click()
    expect(a.page.get_by_text("お電話しました")).to_be_visible()
    route, refusal = held[0]
    assert refusal.status == 409
    route.fulfill(response=refusal)
    expect(b.alert_text).to_contain_text("田中 健一さん")
    expect(b.page.get_by_text("お電話しました")).to_be_visible()
    expect(b.status("未処理")).to_be_visible()
    expect(b.banner.get_by_role("status")).to_have_count(0)


@pytest.mark.spec("M25")
def test_who_looks_at_the_same_mail_is_seen_before_anybody_begins(
    stage: Stage, address: str
) -> None:
    tanaka, yamada = stage.person("田中 健一"), stage.person("山田 花子")
    stage.give(address, tanaka, yamada)
    a, b = stage.at_work("田中 健一", tanaka), stage.at_work("山田 花子", yamada)
    a.open_mail(SUBJECT)
    looking = a.page.locator("[data-looking]")
    expect(looking).to_be_hidden()
    b.open_mail(SUBJECT)
    expect(looking).to_have_attribute("title", "山田 花子さんもこのメールを開いています")
    expect(looking.locator(".av")).to_have_text(["山"])
    expect(b.page.locator("[data-looking]").locator(".av")).to_have_text(["田"])
    b.open_list()
    expect(looking).to_be_hidden()
