"""A mail on paper, as plain text, and the sheet of keys."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mail.models import Attachment, MessageBody
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_printed_mail_is_whole_and_as_dead_as_its_frame(broker: Any) -> None:
    box = cast.mailbox()
    agent = cast.person("agent", box)
    message = cast.mail(box, subject="<script>alert(1)</script>件名", cc=(("倉庫", "d@x.example"),))
    quoted = "<div class='gmail_quote'><blockquote>引用された履歴</blockquote></div>"
    MessageBody.objects.filter(message=message).update(
        html=f"<p>本文<script>alert(2)</script></p><img src='https://t.example/p.png'>{quoted}"
    )
    Attachment.objects.create(
        message=message, part_id="1", filename="写真.png", content_type="image/png", size=9
    )
    answer = client_of(agent).get(reverse("mail:print", args=[message.pk]))
    page = answer.content.decode()
    for shown in ("件名", message.public_id, "aoi@customer.example", "d@x.example", "写真.png"):
        assert shown in page, shown
    assert "引用された履歴" in page
    assert "<details" not in page  # nothing is folded on paper
    for dead in ("<script", "https://t.example/p.png"):
        assert dead not in page, dead
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy


def test_who_may_print(broker: Any) -> None:
    box = cast.mailbox()
    message = cast.mail(box)
    address = reverse("mail:print", args=[message.pk])
    agent = client_of(cast.person("agent", box))
    assert agent.get(address).status_code == 200
    assert agent.post(address).status_code == 405
    assert agent.get(reverse("mail:print", args=[999_999])).status_code == 404
    assert client_of(cast.person("outsider")).get(address).status_code == 404
    reader = cast.person("reader", box)
    UserGrant.objects.create(user=reader, operation=Operation.MAIL_VIEW, allowed=False)
    assert client_of(reader).get(address).status_code == 403


def test_a_designed_mail_offers_its_plain_text_and_a_plain_one_does_not(broker: Any) -> None:
    box = cast.mailbox()
    client = client_of(cast.person("agent", box))
    plain, designed = cast.mail(box), cast.mail(box)
    MessageBody.objects.filter(message=designed).update(html="<p>本文</p>")
    shown = {
        each.pk: client.get(reverse("mail:detail", args=[each.pk])).content.decode()
        for each in (plain, designed)
    }
    assert "plain=1" in shown[designed.pk]
    assert "plain=1" not in shown[plain.pk]


def test_the_sheet_names_the_keys(broker: Any) -> None:
    agent = client_of(cast.person("agent", cast.mailbox()))
    page = agent.get(reverse("mail:keys")).content.decode()
    for key in ("j", "k", "Enter", "r", "a", "f", "e", "l", "/", "c", "?"):
        assert f'<kbd class="kbd">{key}</kbd>' in page, key
    assert agent.post(reverse("mail:keys")).status_code == 405
    nobody = cast.person("nobody")
    UserGrant.objects.create(user=nobody, operation=Operation.MAIL_VIEW, allowed=False)
    assert client_of(nobody).get(reverse("mail:keys")).status_code == 403
