"""署名: kept in its drawer, in the mail where it will stand, following the sender."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Locator, expect

from mail.mime import parse
from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.waiting import until


def make(desk: Desk, name: str, text: str) -> None:
    desk.go("/signatures/new/")
    form = desk.page.locator("form#entry")
    form.get_by_role("textbox", name="名称").fill(name)
    form.get_by_role("textbox", name="署名").fill(text)
    desk.page.get_by_role("button", name="変更を保存").click()
    expect(desk.page.get_by_text(f"「{name}」を保存しました。")).to_be_visible()


def make_default(desk: Desk, group: str, place: str) -> None:
    ticks = desk.page.get_by_role("group", name=group)
    ticks.get_by_role("checkbox", name=place, exact=True).check()
    desk.page.get_by_role("button", name="既定を保存").click()
    expect(desk.page.get_by_text("保存しました。").first).to_be_visible()
    expect(ticks.get_by_role("checkbox", name=place, exact=True)).to_be_checked()


def the_signature(desk: Desk) -> Locator:
    return desk.page.locator("form#composer").get_by_role("textbox", name="署名")


@pytest.mark.spec("M19c", "G1")
def test_the_signature_follows_the_sender_and_stays_when_it_was_edited(stage: Stage) -> None:
    tanaka = stage.person("田中 健一", "leader")
    address, info = "signs@shop.example", "signs-info@shop.example"
    stage.sandbox.admin.account(address, send_as=[{"address": info, "name": "総合案内"}])
    stage.deliver(address, "領収書をください")
    stage.connect(address, tanaka, open_days=1, also=[info])
    until(
        lambda: stage.settled(address) and stage.mirrors_all(address),
        timeout=60,
        what=f"{address} is mirrored",
    )
    desk = stage.at_work("田中 健一", tanaka)

    make(desk, "窓口", "カスタマーサポート\n担当 {担当者名}")
    make_default(desk, "全員のメール", address)
    desk.picture("signature")
    desk.picture_in_english("signature")
    make(desk, "総合案内", "総合案内")
    make_default(desk, "全員のメール", info)
    make(desk, "個人", "田中個人")

    desk.open_list()
    desk.open_mail("領収書をください")
    desk.start_reply()
    signature = the_signature(desk)
    expect(signature).to_have_value("カスタマーサポート\n担当 田中 健一")
    # It stands where it will stand: between the text and the quotation.
    tops = [
        field.bounding_box()
        for field in (desk.text, signature, desk.page.get_by_text("引用文（署名の下"))
    ]
    assert [box["y"] for box in tops if box] == sorted(box["y"] for box in tops if box)
    desk.picture("composer-signature")

    sender = desk.page.get_by_role("combobox", name="From")
    sender.select_option(info)
    expect(signature).to_have_value("総合案内")
    desk.page.get_by_role("combobox", name="署名を選択").select_option("個人")
    expect(signature).to_have_value("田中個人")
    sender.select_option(address)
    expect(signature).to_have_value("カスタマーサポート\n担当 田中 健一")

    signature.fill("手で書いた署名")
    sender.select_option(info)
    expect(desk.page.get_by_text("署名は手で編集されているため")).to_be_visible()
    expect(signature).to_have_value("手で書いた署名")

    desk.text.fill("お送りします。")
    desk.send_button.click()
    expect(desk.page.get_by_role("heading", name="送信済み")).to_be_visible()
    (sent,) = stage.sandbox.admin.ledger(address)
    assert "手で書いた署名" in parse(base64.urlsafe_b64decode(sent["raw"])).text
