"""M34: what nobody wrote by hand, and what we wrote ourselves, is told apart where people look."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mail.models import Message, Status
from tests.mail import cast
from tests.mail.connected import ADDRESS, letter
from tests.mail.sync.conftest import Mirror

AWAY = (
    b"From: a@customer.example\r\nTo: support@shop.example\r\nSubject: away\r\n"
    b"Auto-Submitted: auto-replied\r\n\r\nI am away.\r\n"
)
BULK = (
    b"From: news@mall.example\r\nTo: support@shop.example\r\nSubject: news\r\n"
    b"List-Id: <news.mall.example>\r\n\r\nNews.\r\n"
)
REPORT = (
    b"From: MAILER-DAEMON@mx.example\r\nTo: support@shop.example\r\nSubject: returned\r\n"
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\n"
    b"No.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
    b"Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n"
)


@pytest.mark.spec("M34")
@pytest.mark.parametrize(
    ("raw", "words"),
    [(AWAY, "自動返信"), (REPORT, "配信レポート"), (BULK, "一斉配信")],
    ids=["automatic reply", "delivery report", "bulk"],
)
def test_it_is_marked_in_the_list_and_on_the_mail(mirror: Mirror, raw: bytes, words: str) -> None:
    mirror.turn()
    told = mirror.sandbox.admin.deliver(ADDRESS, raw)
    mirror.catch_up()
    message = mirror.message(str(told["id"]))
    assert message.status == Status.OPEN  # marked, and somebody's business all the same
    client = Client()
    client.force_login(cast.person("agent", mirror.box))
    tag = f'<span class="tag">{words}</span>'
    assert tag in client.get(reverse("mail:list")).content.decode()
    assert tag in client.get(reverse("mail:detail", args=[message.pk])).content.decode()


@pytest.mark.spec("M34")
@pytest.mark.parametrize("ours", [ADDRESS.upper(), "shop@shop.example"])
def test_received_mail_from_ourselves_is_done(mirror: Mirror, ours: str) -> None:
    mirror.sandbox.admin.account(
        ADDRESS, send_as=[{"address": "shop@shop.example", "verified": True}]
    )
    mirror.turn()
    gmail_id = str(mirror.sandbox.admin.deliver(ADDRESS, letter(1, sender=ours))["id"])
    mirror.catch_up()
    assert mirror.message(gmail_id).status == Status.DONE


@pytest.mark.spec("M34")
def test_a_reply_made_in_gmail_stands_in_the_history_as_such(mirror: Mirror) -> None:
    mirror.turn()
    asked = mirror.deliver(1)
    mirror.catch_up()
    mirror.act("reply", message_id=asked, text="発送しました。")
    mirror.catch_up()
    client = Client()
    client.force_login(cast.person("agent", mirror.box))
    pk = Message.objects.get(gmail_id=asked).pk
    assert "Gmailで返信" in client.get(reverse("mail:events", args=[pk])).content.decode()
