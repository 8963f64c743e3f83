"""メール履歴: the whole correspondence, and one of its mails beside what is being written."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mail.actions.reply import start_reply
from mail.models import Correspondent, Folder, Message, MessageBody
from mail.views import beside
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db
THEM = "misaki@customer.example"


class Desk:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("agent", self.box)
        self.first = self.mail("一通目")
        self.answer = self.mail("ご返信", folder=Folder.SENT)
        self.last = self.mail("三通目")

    def mail(self, subject: str, **fields: Any) -> Message:
        box = fields.pop("box", self.box)
        message = cast.mail(box, subject=subject, sender=("高橋 美咲", THEM), **fields)
        Correspondent.objects.create(
            message=message, address=THEM, internal_date=message.internal_date
        )
        return message

    def as_(self, user: User, *, partial: bool = True) -> Client:
        client = Client(headers={"hx-request": "true"} if partial else {})
        client.force_login(User.objects.get(pk=user.pk))
        return client

    def beside(self, other: Message) -> str:
        return reverse("mail:beside", args=[self.last.pk, other.pk])


@pytest.fixture
def desk(broker: Any) -> Desk:
    return Desk()


def history(desk: Desk, **query: str) -> str:
    address = reverse("mail:history", args=[desk.last.pk])
    return str(desk.as_(desk.agent).get(address, query).content.decode())


def test_both_directions_stand_newest_first_in_pages_that_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "_PAGE", 2)
    desk.mail("他の箱", box=cast.mailbox("other@shop.example"))
    page = desk.as_(desk.agent).get(reverse("mail:history", args=[desk.last.pk]))
    assert [each["mail"] for each in page.context["history"]] == [desk.last, desk.answer]
    further = desk.as_(desk.agent).get(page.context["more_url"])
    assert [each["mail"] for each in further.context["history"]] == [desk.first]
    assert further.context["more_url"] == ""
    assert "<ul" not in further.content.decode()  # goes on in the list that is there


def test_another_mail_comes_without_anything_to_act_upon(desk: Desk) -> None:
    MessageBody.objects.filter(message=desk.first).update(html="<p>一通目の本文</p>")
    shown = desk.as_(desk.agent).get(desk.beside(desk.first)).content.decode()
    assert "一通目" in shown
    assert reverse("mail:body", args=[desk.first.pk]) in shown
    assert desk.last.public_id in shown  # the way back
    assert 'id="other-mail-facts"' in shown
    for own in ('id="mail-facts"', 'id="lock-banner"', 'id="mail-text"', "hx-post"):
        assert own not in shown, own


def test_the_page_itself_can_show_both_and_keeps_the_draft(desk: Desk) -> None:
    """A link to share or to come back to; and the way without JavaScript."""
    start_reply(desk.last, desk.agent, "reply")  # type: ignore[arg-type]
    client = desk.as_(desk.agent, partial=False)
    landed = client.get(desk.beside(desk.first), follow=True)
    page = landed.content.decode()
    assert f"look={desk.first.public_id}" in landed.redirect_chain[0][0]
    assert landed.context["other"]["mail"] == desk.first
    assert 'id="composer"' in page
    assert 'id="own-pane" aria-label="メール" hidden' in page


@pytest.mark.parametrize("look", ["", "M-0", "x", "M-UUUUUU", "D-222222"])
def test_an_address_that_asks_for_no_mail_shows_the_mail_alone(desk: Desk, look: str) -> None:
    address = reverse("mail:detail", args=[desk.last.pk])
    page = desk.as_(desk.agent, partial=False).get(address, {"look": look})
    assert page.status_code == 200
    assert page.context["other"] is None


def test_nobody_sees_beside_a_mail_what_they_may_not_see(desk: Desk) -> None:
    secret = cast.mail(cast.mailbox("other@shop.example"), subject="秘密")
    client = desk.as_(desk.agent)
    assert client.get(desk.beside(secret)).status_code == 404
    address = reverse("mail:detail", args=[desk.last.pk])
    page = desk.as_(desk.agent, partial=False).get(address, {"look": secret.public_id})
    assert page.context["other"] is None
    outsider = desk.as_(cast.person("outsider"))
    assert outsider.get(desk.beside(desk.first)).status_code == 404
    reader = cast.person("reader", desk.box)
    UserGrant.objects.create(user=reader, operation=Operation.MAIL_VIEW, allowed=False)
    assert desk.as_(reader).get(desk.beside(desk.first)).status_code == 403
    assert client.post(desk.beside(desk.first)).status_code == 405
    missing = reverse("mail:beside", args=[desk.last.pk, 999_999])
    assert client.get(missing).status_code == 404


def test_of_a_mail_that_is_gone_its_fields_are_shown(desk: Desk) -> None:
    Message.objects.filter(pk=desk.first.pk).update(gone_at=desk.last.internal_date)
    shown = desk.as_(desk.agent).get(desk.beside(desk.first)).content.decode()
    assert "一通目" in shown
    assert "iframe" not in shown
    assert "Gmailで削除" in history(desk)
