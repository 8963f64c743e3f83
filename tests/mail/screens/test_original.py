"""原文, 文字コードを変えて表示, and files to wait for and to look at."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.core.signing import TimestampSigner
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from mail import fetching, notices
from mail.attachments.fetch import KIND as FILE
from mail.attachments.store import keep
from mail.bodies import INLINE_SECONDS, inline_token
from mail.mime import charsets, model
from mail.models import (
    Attachment,
    DeliveryFailure,
    Message,
    MessageBody,
    RawMail,
    ToFetch,
)
from mail.raw.fetch import KIND as ORIGINAL
from mail.raw.store import keep as keep_raw
from mailboxes.models import Membership
from permissions.models import User, UserGrant
from tests.mail import cast
from tests.streamed import content_of

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

TEXT = "髙島屋の袋①㈱の件です。"
FROM = "山田 太郎".encode("cp932")
RAW = (
    b"From: " + FROM + b" <taro@customer.example>\r\nTo: support@shop.example\r\n"
    b"Subject: " + "ご注文".encode("cp932") + b"\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/plain; charset=iso-8859-15\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + TEXT.encode("cp932")
    + b"<script>alert(1)</script>\r\n--b\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="' + "納品書".encode("cp932") + b'.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n" + b"JVBERi0x\r\n" + b"--b--\r\n"
)


class Desk:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("agent", self.box, name="田中 健一")
        self.admin = cast.person("admin", role="admin")
        self.mail = cast.mail(self.box, subject="‚²’•¶", text="‚‚‚")
        self.file = Attachment.objects.create(
            message=self.mail, part_id="1", filename="?.pdf", content_type="application/pdf"
        )

    def has_original(self, raw: bytes = RAW, gmail_id: str = "") -> RawMail:
        row = RawMail.objects.create(mailbox=self.box, gmail_id=gmail_id or self.mail.gmail_id)
        keep_raw(row, io.BytesIO(raw), len(raw))
        return row

    def at(self, name: str, *more: Any) -> str:
        return reverse(f"mail:{name}", args=[self.mail.pk, *more])

    def get(self, address: str, user: User | None = None, *, partial: bool = False) -> Any:
        client = Client(headers={"hx-request": "true"} if partial else {})
        client.force_login(User.objects.get(pk=(user or self.agent).pk))
        return client.get(address)

    def page(self, address: str, **more: Any) -> str:
        return str(self.get(address, **more).content.decode())


@pytest.fixture
def desk(broker: Any) -> Desk:
    return Desk()


@pytest.mark.spec("M31")
def test_every_mail_offers_its_original_and_the_charsets(desk: Desk) -> None:
    page = desk.page(desk.at("detail"))
    assert desk.at("original") in page
    for name in charsets.CHOICES:
        assert f"{desk.at('detail')}?" in page
        assert f"charset={name}" in page


@pytest.mark.spec("M31")
def test_the_original_is_shown_as_text(desk: Desk) -> None:
    desk.has_original()
    page = desk.page(desk.at("original"))
    assert "Content-Type: multipart/mixed; boundary=b" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert desk.at("original_file") in page


@committed
@pytest.mark.spec("M31")
def test_the_original_as_a_file(desk: Desk) -> None:
    desk.has_original()
    Message.objects.filter(pk=desk.mail.pk).update(subject="ご注文 A/B の件")
    answer = desk.get(desk.at("original_file"))
    assert content_of(answer) == RAW
    assert answer["Content-Type"] == "message/rfc822"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E3%81%94")
    assert answer["Content-Disposition"].endswith(".eml")
    assert "/" not in answer["Content-Disposition"].partition("''")[2]
    assert answer["Content-Length"] == str(len(RAW))
    assert "sandbox" in answer["Content-Security-Policy"]


def test_an_original_on_its_way_is_waited_for(desk: Desk) -> None:
    page = desk.page(desk.at("original"))
    assert "Gmailから取得しています" in page
    assert f'hx-get="{desk.at("original")}"' in page
    row = RawMail.objects.get()
    assert not fetching.begin(ORIGINAL, row.pk)  # a worker was asked
    Message.objects.filter(pk=desk.mail.pk).update(size=3_000_000)
    desk_key = fetching.Watched(io.BytesIO(), ORIGINAL, row.pk)
    desk_key._told = float("-inf")
    desk_key.write(b"x" * 1_048_576)
    assert "1.0" in desk.page(desk.at("original"), partial=True)
    keep_raw(row, io.BytesIO(RAW), len(RAW))
    arrived = desk.page(desk.at("original"), partial=True)
    assert "boundary=b" in arrived
    assert "hx-get" not in arrived


@pytest.mark.parametrize(("trouble", "may_retry"), [("gone", False), ("gmail_down", True)])
def test_why_an_original_cannot_be_had(desk: Desk, trouble: str, may_retry: bool) -> None:
    row = RawMail.objects.create(mailbox=desk.box, gmail_id=desk.mail.gmail_id, trouble=trouble)
    polled = desk.page(desk.at("original"), partial=True)
    assert 'role="alert"' in polled
    assert ("再取得" in polled) is may_retry
    row.refresh_from_db()
    assert row.trouble == trouble  # looking on is not asking anew
    desk.page(desk.at("original"))
    row.refresh_from_db()
    assert row.trouble == ""


def test_whoever_may_not_download_sees_no_files_in_the_source(desk: Desk) -> None:
    line = b"QUJD" * 19
    desk.has_original(RAW.replace(b"JVBERi0x\r\n", (line + b"\r\n") * 40))
    assert line.decode() in desk.page(desk.at("original"))
    UserGrant.objects.create(user=desk.agent, operation="mail.download", allowed=False)
    page = desk.page(desk.at("original"))
    assert "Content-Type: application/pdf" in page
    assert line.decode() not in page
    assert desk.at("original_file") not in page


@pytest.mark.spec("M31")
def test_another_charset_for_this_look(desk: Desk) -> None:
    desk.has_original()
    page = desk.page(desk.at("detail") + "?charset=shift_jis")
    assert "SHIFT_JIS として表示中" in page
    assert "ご注文" in page
    assert "山田 太郎" in page
    assert "納品書.pdf" in page
    assert f'href="{desk.at("detail")}' in page
    frame = desk.at("body") + "?charset=shift_jis"
    assert f'src="{frame}&amp;v=' in page
    body = desk.page(frame)
    assert TEXT in body
    assert "<script>alert" not in body
    desk.mail.refresh_from_db()
    assert desk.mail.subject == "‚²’•¶"  # nothing was written
    assert MessageBody.objects.get(message=desk.mail).text == "‚‚‚"
    assert TEXT not in desk.page(desk.at("body"))


def test_the_list_that_one_came_from_is_kept(desk: Desk) -> None:
    desk.has_original()
    page = desk.page(desk.at("detail") + "?category=inbox&charset=euc-jp")
    assert f'href="{desk.at("detail")}?category=inbox"' in page
    assert "category=inbox&amp;charset=utf-8" in page


@pytest.mark.parametrize("wrong", ["base64", "utf-7", "x" * 500, "<script>", "shift_jis\0"])
def test_a_charset_that_is_not_offered_is_none(desk: Desk, wrong: str) -> None:
    client = Client()
    client.force_login(desk.agent)
    answer = client.get(desk.at("detail"), {"charset": wrong})
    assert answer.status_code == 200
    assert "charset-bar" not in answer.content.decode()
    assert not RawMail.objects.exists()


@pytest.mark.spec("M31")
def test_a_charset_waits_for_the_original(desk: Desk) -> None:
    page = desk.page(desk.at("detail") + "?category=inbox&charset=shift_jis")
    assert "原文をGmailから取得しています" in page
    wait = desk.at("charset_ready") + "?category=inbox&charset=shift_jis"
    assert f'hx-get="{wait.replace("&", "&amp;")}"' in page
    assert "charset-bar" in desk.page(wait, partial=True)
    row = RawMail.objects.get()
    keep_raw(row, io.BytesIO(RAW), len(RAW))
    answer = desk.get(wait, partial=True)
    target = desk.at("detail") + "?category=inbox&charset=shift_jis"
    assert (answer.status_code, answer["HX-Redirect"]) == (204, target)


def test_why_a_charset_cannot_be_shown(desk: Desk) -> None:
    RawMail.objects.create(mailbox=desk.box, gmail_id=desk.mail.gmail_id, trouble="gmail_down")
    wait = desk.at("charset_ready") + "?charset=shift_jis"
    polled = desk.page(wait, partial=True)
    assert "応答していません" in polled
    assert "hx-get" not in polled
    assert f"{desk.at('detail')}?charset=shift_jis&amp;again=1" in polled


@committed
def test_the_original_of_a_mail_that_was_never_imported(desk: Desk) -> None:
    gmail_id = "18c0ffee"
    here = reverse("mail:unimported_original", args=[desk.box.pk, gmail_id])
    assert desk.get(here, desk.admin).status_code == 404  # not among the troubled
    ToFetch.objects.create(
        mailbox=desk.box, gmail_id=gmail_id, position=1, attempts=2, trouble="unreadable"
    )
    assert "Gmailから取得しています" in desk.page(here, user=desk.admin)
    RawMail.objects.all().delete()
    desk.has_original(gmail_id=gmail_id)
    assert "boundary=b" in desk.page(here, user=desk.admin)
    file = reverse("mail:unimported_file", args=[desk.box.pk, gmail_id])
    assert content_of(desk.get(file, desk.admin)) == RAW
    assert desk.get(here).status_code == 403


def test_a_file_on_its_way_is_waited_for(desk: Desk) -> None:
    address = desk.at("attachment", desk.file.pk)
    answer = desk.get(address)
    assert answer.status_code == 200
    assert "Content-Disposition" not in answer
    assert "Gmailから取得しています" in answer.content.decode()
    assert not fetching.begin(FILE, desk.file.pk)
    keep(desk.file, b"%PDF-1.4")
    arrived = desk.page(address, partial=True)
    assert f'href="{address}"' in arrived
    assert "data-download-now" in arrived


def test_a_click_beside_the_file_asks_anew_and_polls_do_not(desk: Desk) -> None:
    Attachment.objects.filter(pk=desk.file.pk).update(trouble="quota")
    address = desk.at("attachment", desk.file.pk)
    client = Client(headers={"hx-request": "true", "hx-target": f"file-{desk.file.pk}"})
    client.force_login(desk.agent)
    polled = desk.page(f"{address}?small=1", partial=True)
    assert "利用上限" in polled
    assert "再取得" in polled
    clicked = client.get(address).content.decode()
    assert f'hx-get="{address}?small=1"' in clicked


@committed
@pytest.mark.spec("M10c")
@pytest.mark.parametrize(
    ("content", "declared", "shown_as"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 9, "image/png", "image/png"),
        (b"%PDF-1.4\n", "application/pdf", "application/pdf"),
    ],
)
def test_a_picture_or_pdf_is_shown_as_what_it_is(
    desk: Desk, content: bytes, declared: str, shown_as: str
) -> None:
    Attachment.objects.filter(pk=desk.file.pk).update(content_type=declared)
    desk.file.refresh_from_db()
    keep(desk.file, content)
    page = desk.page(desk.at("look", desk.file.pk))
    bytes_at = desk.at("attachment_content", desk.file.pk)
    assert f'src="{bytes_at}"' in page
    assert desk.at("attachment", desk.file.pk) in page  # the download beside it
    answer = desk.get(bytes_at)
    assert content_of(answer) == content
    assert answer["Content-Type"] == shown_as
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith("inline")


@committed
@pytest.mark.parametrize(
    ("content", "declared", "filename"),
    [
        (b"<html><script>alert(1)</script>", "image/png", "a.png"),
        (b"<html><script>alert(1)</script>", "text/html", "a.html"),
        (b"<svg onload=alert(1)>", "image/svg+xml", "a.svg"),
        (b"<html>%PDF-1.4", "application/pdf", "a.pdf"),
    ],
)
def test_what_a_browser_would_run_is_never_shown(
    desk: Desk, content: bytes, declared: str, filename: str
) -> None:
    Attachment.objects.filter(pk=desk.file.pk).update(content_type=declared, filename=filename)
    desk.file.refresh_from_db()
    keep(desk.file, content)
    assert "プレビューできません" in desk.page(desk.at("look", desk.file.pk))
    assert desk.get(desk.at("attachment_content", desk.file.pk)).status_code == 404
    download = desk.get(desk.at("attachment", desk.file.pk))
    assert download["Content-Type"] == "application/octet-stream"
    assert download["Content-Disposition"].startswith("attachment")
    download.close()


@pytest.mark.spec("M10c")
def test_a_text_is_shown_in_its_charset(desk: Desk) -> None:
    Attachment.objects.filter(pk=desk.file.pk).update(content_type="text/csv", filename="客.csv")
    desk.file.refresh_from_db()
    keep(desk.file, "お客様の氏名,電話番号\r\n山田<b>,03\r\n".encode("cp932"))
    here = desk.at("look", desk.file.pk)
    page = desk.page(here)
    assert "お客様の氏名,電話番号" in page
    assert "山田&lt;b&gt;" in page
    assert "お客様" not in desk.page(f"{here}?charset=euc-jp")


@committed
@pytest.mark.spec("M10c")
@pytest.mark.parametrize(
    ("filename", "told"),
    [
        ("納品書.pdf", "attachment; filename*=utf-8''%E7%B4%8D%E5%93%81%E6%9B%B8.pdf"),
        ("a b.pdf", 'attachment; filename="a b.pdf"'),
        ('a"b.pdf', 'attachment; filename="a\\"b.pdf"'),
        ("", 'attachment; filename="attachment-1"'),
    ],
)
def test_the_right_name(desk: Desk, filename: str, told: str) -> None:
    Attachment.objects.filter(pk=desk.file.pk).update(filename=filename)
    desk.file.refresh_from_db()
    keep(desk.file, b"x")
    answer = desk.get(desk.at("attachment", desk.file.pk))
    assert answer["Content-Disposition"] == told
    answer.close()


@committed
def test_an_inline_pictures_address_dies_with_the_right_to_see_the_mail(desk: Desk) -> None:
    picture = Attachment.objects.create(
        message=desk.mail, part_id="2", content_type="image/png", content_id="a", inline=True
    )
    keep(picture, b"\x89PNG\r\n\x1a\n")
    address = reverse("mail:inline", args=[inline_token(picture.pk, desk.agent.pk)])

    def status() -> int:
        answer = Client().get(address)
        if answer.streaming:
            answer.close()
        return int(answer.status_code)

    assert status() == 200
    Membership.objects.filter(user=desk.agent).delete()
    assert status() == 404
    Membership.objects.create(user=desk.agent, mailbox=desk.box)
    assert status() == 200
    UserGrant.objects.create(user=desk.agent, operation="mail.view", allowed=False)
    assert status() == 404
    UserGrant.objects.all().delete()
    User.objects.filter(pk=desk.agent.pk).update(is_active=False)
    assert status() == 404
    User.objects.filter(pk=desk.agent.pk).update(is_active=True)
    Message.objects.filter(pk=desk.mail.pk).update(gone_at="2026-11-23T00:00:00Z")
    assert status() == 404


@committed
def test_an_inline_pictures_address_is_soon_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(seconds=INLINE_SECONDS) <= timedelta(minutes=5)
    picture = Attachment.objects.create(message=desk.mail, part_id="2", content_type="image/png")
    keep(picture, b"\x89PNG\r\n\x1a\n")
    now = TimestampSigner(salt="mail.inline").timestamp()
    old = TimestampSigner(salt="mail.inline")
    monkeypatch.setattr(old, "timestamp", lambda: _earlier(now))
    token = old.sign(f"{picture.pk}.{desk.agent.pk}")
    assert Client().get(reverse("mail:inline", args=[token])).status_code == 404


def _earlier(stamp: str) -> str:
    return signing.b62_encode(signing.b62_decode(stamp) - INLINE_SECONDS - 5)


@pytest.mark.spec("M35")
def test_what_came_back_is_shown_at_both_ends(desk: Desk) -> None:
    report = cast.mail(desk.box, subject="Undeliverable", automatic="bounce")
    Message.objects.filter(pk=desk.mail.pk).update(undelivered=True)
    DeliveryFailure.objects.create(
        report=report,
        answered=desk.mail,
        recipients=[["aoi@customer.example", "5.1.1", "User unknown"]],
    )
    page = desk.page(desk.at("detail"))
    assert "不達" in page
    assert "aoi@customer.example に届きませんでした" in page
    assert "User unknown" in page
    assert reverse("mail:detail", args=[report.pk]) in page
    other = desk.page(reverse("mail:detail", args=[report.pk]))
    assert desk.at("detail") in other
    assert "不達" in desk.page(reverse("mail:list"))


def test_every_notice_has_words_in_both_languages(desk: Desk) -> None:
    named = re.compile(r'(?:book\.add|notices\.add|Notice)\(\s*"([a-z_]+)"')
    sources = Path(model.__file__).parent.glob("*.py")
    codes = {code for source in sources for code in named.findall(source.read_text("utf-8"))}
    assert {"charset_damaged", "too_deep", "date_missing", "sender_missing"} <= codes
    assert codes - set(notices.WORDS) == set()
    for code in sorted(notices.WORDS):
        with override("en"):
            (english,) = notices.explain_notices([[code, ""]])
        with override("ja"):
            (japanese,) = notices.explain_notices([[code, ""]])
        assert english != japanese, code
    MessageBody.objects.filter(message=desk.mail).update(notices=[["charset_damaged", "utf-8"]])
    assert "配送の途中で壊れ" in desk.page(desk.at("detail"))
