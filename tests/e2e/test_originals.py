"""Garbled mail, its original, its files, and what comes back undelivered."""

from __future__ import annotations

import re
import zlib
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.e2e.letters import CUSTOMER
from tests.waiting import until

TEXT = "髙島屋の袋①㈱に入れてください。"
# Latin text that says it is Japanese, and Japanese that says it is Western.
GARBLED = (
    b"From: aoi@customer.example\r\nSubject: =?iso-2022-jp?B?GyRCSjg7ejI9JDEbKEI=?=\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\n" + TEXT.encode("cp932") + b"\r\n"
)

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F<</Type\
/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F 24 Tf 40 100 Td (Delivery note) Tj ET
endstream endobj
trailer<</Root 1 0 R>>
"""


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    size = (320).to_bytes(4, "big") + (180).to_bytes(4, "big") + b"\x08\x02\0\0\0"
    lines = b"".join(b"\0" + b"\x3a\x7b\xd5" * 320 for _ in range(180))
    body = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def with_files(address: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = CUSTOMER, address, "写真と一覧です"
    mail.set_content("添付をご確認ください。")
    mail.add_attachment(png(), maintype="image", subtype="png", filename="破損した箱.png")
    names = "氏名,電話番号\r\n山田 太郎,03-0000-0000\r\n".encode("cp932") * 20
    mail.add_attachment(names, maintype="text", subtype="csv", filename="顧客一覧.csv")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="納品書.pdf")
    page = b"<script>alert(1)</script>"
    mail.add_attachment(page, maintype="text", subtype="html", filename="page.html")
    return mail.as_bytes()


def arrived(stage: Stage, raw: bytes, subject: str) -> Desk:
    username = stage.person("青木 蓮")
    address = stage.connected(username)
    stage.sandbox.admin.deliver(address, raw)
    until(lambda: stage.mirrors_all(address), timeout=30, what="the mail is mirrored")
    desk = stage.at_work("青木 蓮", username)
    desk.go("/mail/?category=all")
    desk.open_mail(subject)
    return desk


@pytest.mark.spec("M31")
def test_garbled_mail_its_original_and_another_charset(stage: Stage) -> None:
    desk = arrived(stage, GARBLED, "文字化け")
    page = desk.page
    frame = page.frame_locator("iframe.mail-frame")
    expect(frame.get_by_text(TEXT)).to_be_visible()  # read from its own bytes

    menu = page.locator("summary[aria-label^='ほかの表示']")
    menu.click()
    desk.picture("menu")
    page.get_by_role("link", name="EUC-JP").click()
    expect(page.get_by_text("EUC-JP として表示中")).to_be_visible()
    expect(frame.get_by_text(TEXT)).to_have_count(0)
    desk.picture("charset")
    assert "charset=euc-jp" in page.url
    page.locator("#charset-bar").get_by_role("link", name="元に戻す").click()
    expect(frame.get_by_text(TEXT)).to_be_visible()

    menu.click()
    page.get_by_role("link", name="原文を表示").click()
    expect(page.get_by_role("heading", level=1, name=re.compile("原文"))).to_be_visible()
    expect(page.get_by_text("Content-Transfer-Encoding: 8bit")).to_be_visible()
    desk.picture("original")
    with page.expect_download() as download:
        page.get_by_role("link", name="ダウンロード (.eml)").click()
    assert download.value.suggested_filename == "文字化け.eml"
    assert TEXT.encode("cp932") in Path(download.value.path()).read_bytes()


@pytest.mark.spec("M10c")
def test_files_are_downloaded_and_looked_at(stage: Stage) -> None:
    desk = arrived(stage, with_files("support@shop.example"), "写真と一覧です")
    page = desk.page
    desk.remember_page()
    files = page.get_by_role("list", name="添付ファイル")
    desk.picture("files")
    with page.expect_download() as download:
        files.get_by_role("link", name=re.compile("^破損した箱.png")).click()
    assert download.value.suggested_filename == "破損した箱.png"
    assert Path(download.value.path()).read_bytes() == png()
    assert desk.is_same_page()

    with page.expect_popup() as popup:
        files.get_by_role("link", name="プレビュー 破損した箱.png").click()
    shown = popup.value.get_by_role("img", name="破損した箱.png")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 320
    desk.picture("picture", popup.value)
    popup.value.close()

    with page.expect_popup() as popup:
        files.get_by_role("link", name="プレビュー 顧客一覧.csv").click()
    expect(popup.value.get_by_text("山田 太郎,03-0000-0000").first).to_be_visible()
    desk.picture("text", popup.value)
    popup.value.close()
    with page.expect_popup() as popup:
        files.get_by_role("link", name="プレビュー 納品書.pdf").click()
    viewer = popup.value.locator("iframe")
    expect(viewer).to_have_attribute("title", "納品書.pdf")
    expect(popup.value.get_by_role("link", name="ダウンロード")).to_be_visible()
    if popup.value.evaluate("navigator.pdfViewerEnabled"):
        # The browser's own viewer has taken it, under the policy that goes with it. The browser
        # is asked itself: the viewer runs in a process of its own, and which of its documents
        # appear among the page's frames depends on which of them came first.
        browser = popup.value.context.browser
        assert browser
        targets = browser.new_browser_cdp_session()
        until(
            lambda: any(
                target["url"].startswith("chrome-extension:")
                for target in targets.send("Target.getTargets")["targetInfos"]
            ),
            what="the viewer is at work",
        )
        targets.detach()
    desk.picture("pdf", popup.value)
    popup.value.close()
    expect(files.get_by_role("link", name="プレビュー page.html")).to_have_count(0)


@pytest.mark.spec("M35")
def test_what_comes_back_undelivered_is_told_at_once(stage: Stage) -> None:
    username = stage.person("青木 蓮")
    stage.connected(username, subjects=["届かない返信"])
    desk = stage.at_work("青木 蓮", username)
    stage.sandbox.admin.faults(bounce=[CUSTOMER])
    desk.open_list()
    desk.open_mail("届かない返信")
    desk.start_reply()
    desk.text.fill("本日発送いたします。")
    desk.send_button.click()
    toast = desk.page.locator("#toasts").get_by_text("送信したメールが不達で戻ってきました。")
    expect(toast).to_be_visible()
    desk.open_list()
    row = desk.row("届かない返信")
    expect(row.get_by_text("不達", exact=True)).to_be_visible()
    expect(row.get_by_text("未処理")).to_be_visible()
    desk.picture("row")
    desk.open_mail("届かない返信")
    expect(desk.page.get_by_text(f"{CUSTOMER} に届きませんでした")).to_be_visible()
    expect(desk.status("未処理")).to_be_visible()
    desk.picture("undelivered")
    desk.open_list()
    desk.page.get_by_role("link", name=re.compile("Delivery Status Notification")).click()
    expect(desk.page.get_by_text("を知らせる通知です")).to_be_visible()


@pytest.mark.spec("M10c")
def test_a_file_that_is_gone_from_gmail_says_so_in_words(stage: Stage) -> None:
    desk = arrived(stage, with_files("support@shop.example"), "写真と一覧です")
    address = desk.page.url
    stage.sandbox.admin.faults(
        errors=[{"method": "messages.attachments.get", "status": 404, "reason": "notFound"}]
    )
    files = desk.page.get_by_role("list", name="添付ファイル")
    files.get_by_role("link", name=re.compile("^顧客一覧.csv")).click()
    expect(files.get_by_text("Gmailで完全に削除されたため、取得できません。")).to_be_visible()
    desk.picture("gone")
    assert desk.page.url == address
