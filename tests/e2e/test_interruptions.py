"""Gmail is away, a worker is killed: people are told, nothing is lost, nothing goes out twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Stage
from tests.waiting import until

# A send whose worker was killed is picked up when its claim is over (mail/outbox/timing.py: 30 s).
PICKED_UP_WITHIN = 75.0


def mirrored(stage: Stage, address: str) -> int:
    return len(stage.product.backstage.mirrored(address))


@pytest.mark.spec("S4")
def test_gmail_goes_down_in_the_middle_of_the_first_synchronisation(stage: Stage) -> None:
    suzuki = stage.person("佐藤 真理", "admin")
    admin = stage.at_work("佐藤 真理", suzuki)
    address = stage.account()
    stage.fill(address, 160)
    stage.sandbox.admin.faults(latency_by_method={"batch": 1000})
    stage.connect(address, suzuki)
    until(lambda: mirrored(stage, address) >= 50, timeout=60)
    stage.sandbox.admin.faults(reset=True, down=True)

    until(lambda: stage.product.backstage.trouble(address) == "gmail_down", timeout=60)
    assert mirrored(stage, address) < 160
    admin.open_settings()
    account = admin.account(address)
    expect(account.get_by_text("Gmailが応答しません")).to_be_visible()
    expect(account.get_by_text("取り込み済みのメールは読めます")).to_be_visible()
    late = admin.page.get_by_role("status").filter(has_text="新着メールが遅れることがあります")
    banner = late.filter(has_text=address)
    expect(banner).to_be_visible()
    # What was fetched can be read meanwhile, the newest first.
    admin.open_list()
    admin.open_mail("ご注文 160 について")

    stage.sandbox.admin.faults(reset=True)
    until(lambda: stage.mirrors_all(address), timeout=60, what="all mail is there")
    until(lambda: stage.product.backstage.trouble(address) == "", timeout=30)
    admin.open_settings()
    expect(account.get_by_text("初回同期が完了しました（160 通）")).to_be_visible()
    expect(banner).to_have_count(0)


def test_a_worker_is_killed_in_the_middle_of_the_first_synchronisation(stage: Stage) -> None:
    tanaka = stage.person("田中 健一")
    desk = stage.at_work("田中 健一", tanaka)
    address = stage.account()
    stage.fill(address, 160)
    stage.sandbox.admin.faults(latency_by_method={"batch": 1000})
    stage.connect(address, tanaka)
    until(lambda: mirrored(stage, address) >= 50, timeout=60)
    stage.product.kill_worker()
    stage.sandbox.admin.faults(reset=True)
    assert mirrored(stage, address) < 160

    desk.page.reload()
    expect(desk.page.get_by_text(f"{address} の初回取り込み中です")).to_be_visible()
    stage.product.start_worker()
    until(lambda: stage.mirrors_all(address), timeout=90, what="all mail is there")
    until(lambda: stage.settled(address), timeout=60)
    desk.page.reload()
    expect(desk.page.get_by_text("1–100 件 / 160 件")).to_be_visible()
    expect(desk.page.get_by_text("初回取り込み中")).to_have_count(0)


@pytest.mark.spec("M22")
def test_a_worker_is_killed_in_the_middle_of_a_send(stage: Stage) -> None:
    tanaka = stage.person("田中 健一")
    address = stage.connected(tanaka, subjects=["いつ届きますか"])
    desk = stage.at_work("田中 健一", tanaka)
    desk.open_mail("いつ届きますか")
    desk.start_reply()
    desk.text.fill("明日の午前中に届きます。")

    # Gmail has taken the mail, and its answer is on its way when the worker dies.
    stage.sandbox.admin.faults(latency_by_method={"drafts.send": 20_000})
    desk.remember_page()
    desk.send_button.click()
    until(lambda: len(stage.sandbox.admin.ledger(address)) == 1, timeout=30)
    expect(desk.page.get_by_role("heading", name="送信中")).to_be_visible()
    expect(desk.status("作業中")).to_be_visible()
    stage.product.kill_worker()
    stage.sandbox.admin.faults(reset=True)
    stage.product.start_worker()

    patience = PICKED_UP_WITHIN * 1000
    expect(desk.page.get_by_role("heading", name="送信済み")).to_be_visible(timeout=patience)
    expect(desk.status("完了")).to_be_visible()
    assert desk.is_same_page()
    assert stage.product.backstage.holders(address) == []
    assert len(stage.sandbox.admin.ledger(address)) == 1
    assert stage.sandbox.admin.state(address)["drafts"] == []
