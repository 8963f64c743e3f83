"""From: who a mail can be from, and why another address cannot be chosen (M19a)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mail.actions.reply import start_new, start_reply
from mail.models import DraftKind
from mailboxes.models import Mailbox
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db


class Office:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        cast.send_as(self.box, "sales@shop.example", name="営業部")
        cast.send_as(self.box, "old@shop.example", verified=False)
        self.other = cast.mailbox("info@shop.example", name="総合案内")
        self.agent = cast.person("agent", self.box, self.other)
        message = cast.mail(self.box, to=(("", "SALES@shop.example"),))
        self.draft = start_reply(message, self.agent, DraftKind.REPLY).draft

    def asked(self, user: User, **query: str) -> Any:
        client = Client()
        client.force_login(User.objects.get(pk=user.pk))
        return client.get(reverse("mail:senders", args=[self.draft.pk]), query)


@pytest.fixture
def office() -> Office:
    return Office()


def choosable(html: str) -> dict[str, bool]:
    inputs = re.findall(r'<input type="radio" name="sender" value="([^"]+)"([^>]*)>', html)
    return {address: "disabled" not in more for address, more in inputs}


def checked(html: str) -> list[str]:
    return re.findall(r'<input type="radio" name="sender" value="([^"]+)" checked', html)


@pytest.mark.spec("M19a")
def test_only_verified_addresses_of_the_mailbox_can_be_chosen(office: Office) -> None:
    html = office.asked(office.agent).content.decode()
    assert choosable(html) == {
        "support@shop.example": True,
        "sales@shop.example": True,
        "old@shop.example": False,
        "info@shop.example": False,
    }
    assert "Gmail でまだ確認されていません" in html
    assert "メールボックス info@shop.example のアドレスです" in html


@pytest.mark.spec("M19a")
def test_it_begins_with_the_address_that_the_customer_wrote_to(office: Office) -> None:
    assert office.draft.from_address == "sales@shop.example"
    assert checked(office.asked(office.agent).content.decode()) == ["sales@shop.example"]
    plain = start_reply(cast.mail(office.box), office.agent, DraftKind.REPLY).draft
    assert plain.from_address == "support@shop.example"
    new = start_new(office.box, office.agent).draft
    assert new.from_address == "support@shop.example"


def test_what_was_chosen_just_now_is_ticked(office: Office) -> None:
    chosen = {"from": "support@shop.example"}
    assert checked(office.asked(office.agent, **chosen).content.decode()) == [chosen["from"]]
    odd = {"from": "old@shop.example"}
    assert checked(office.asked(office.agent, **odd).content.decode()) == []


def test_addresses_of_mailboxes_that_one_was_not_given_are_not_told(office: Office) -> None:
    Mailbox.objects.create(address="secret@shop.example")
    cast.send_as(Mailbox.objects.get(address="secret@shop.example"), "secret@shop.example")
    assert "secret" not in office.asked(office.agent).content.decode()


def test_who_may_ask(office: Office) -> None:
    assert office.asked(cast.person("other", office.box, role="leader")).status_code == 200
    assert office.asked(cast.person("outsider")).status_code == 404
    reader = cast.person("reader", office.box)
    UserGrant.objects.create(user=reader, operation=Operation.MAIL_REPLY.value, allowed=False)
    assert office.asked(reader).status_code == 403
    client = Client()
    client.force_login(office.agent)
    address = reverse("mail:senders", args=[office.draft.pk])
    assert client.post(address).status_code == 405
    assert client.get(address.replace(office.draft.public_id, "D-000000")).status_code == 404
