"""A mail deleted in Gmail: out of the lists, its comments and 操作履歴 still to be found."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activity.events import record
from mail.models import Attachment, Comment, Correspondent, Message
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db


class Desk:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("agent", self.box, name="田中 健一")
        self.mail = cast.mail(self.box, subject="返品のお願い", text="秘密の本文")
        self.file = Attachment.objects.create(
            message=self.mail, part_id="1", filename="写真.png", content_type="image/png"
        )
        self.later = cast.mail(self.box, subject="その後")
        Comment.objects.create(message=self.mail, author=self.agent, text="電話しました")
        record("mail.gone", mailbox_id=self.box.pk, message_id=self.mail.pk)
        for each in (self.mail, self.later):
            Correspondent.objects.create(
                message=each, address="aoi@customer.example", internal_date=each.internal_date
            )
        Message.objects.filter(pk=self.mail.pk).update(gone_at=timezone.now())

    def client(self, user: User) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=user.pk))
        return client

    def get(
        self, name: str, *more: Any, user: User | None = None, of: Message | None = None
    ) -> Any:
        address = reverse(f"mail:{name}", args=[(of or self.mail).pk, *more])
        return self.client(user or self.agent).get(address)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_it_is_in_no_list(desk: Desk) -> None:
    page = desk.client(desk.agent).get(reverse("mail:list") + "?category=all").content.decode()
    assert "その後" in page
    assert "返品のお願い" not in page


def test_its_page_says_what_happened_and_shows_neither_text_nor_files(desk: Desk) -> None:
    answer = desk.get("detail")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "このメールはGmailで削除されました" in page
    assert "返品のお願い" in page
    assert "秘密の本文" not in page
    assert "写真.png" not in page
    for name in ("body", "lock"):
        assert desk.get(name).status_code == 404
    assert desk.get("attachment", desk.file.pk).status_code == 404


def test_its_comments_and_its_history_are_there(desk: Desk) -> None:
    assert "電話しました" in desk.get("comments").content.decode()
    assert "Gmailで完全に削除" in desk.get("events").content.decode()


def test_it_can_still_be_commented_and_nothing_else(desk: Desk) -> None:
    client = desk.client(desk.agent)
    address = reverse("mail:comments", args=[desk.mail.pk])
    assert client.post(address, {"text": "返金済み"}).status_code == 302
    assert desk.mail.comments.count() == 2
    for name in ("status", "reply", "release"):
        assert client.post(reverse(f"mail:{name}", args=[desk.mail.pk])).status_code == 404


def test_the_way_to_it_is_the_correspondence_of_its_customer(desk: Desk) -> None:
    page = desk.get("history", of=desk.later).content.decode()
    assert "返品のお願い" in page
    assert "Gmailで削除済み" in page
    beside = reverse("mail:beside", args=[desk.later.pk, desk.mail.pk])
    assert beside in page
    shown = desk.client(desk.agent).get(beside, follow=True)
    assert shown.status_code == 200
    assert "返品のお願い" in shown.content.decode()


def test_an_outsider_finds_nothing(desk: Desk) -> None:
    outsider = cast.person("outsider", cast.mailbox("other@shop.example"))
    for name in ("detail", "comments", "events", "history"):
        assert desk.get(name, user=outsider).status_code == 404
