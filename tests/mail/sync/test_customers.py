"""Arriving mail is linked to its customer, with one question for a batch."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest

from crm import lookup
from crm.actions import keep
from crm.models import Customer, Moved
from mail import linking
from mail.mime import parse
from mail.models import Message
from mail.raw.renew import renew
from mail.sync import arriving
from mail.sync.account import Account
from tests.crm.conftest import values
from tests.mail import cast
from tests.mail.connected import letter
from tests.mail.sync.conftest import Mirror

AOI = "aoi@customer.example"


def customer(name: str, addresses: str) -> Customer:
    office = cast.person(f"office-{name}", role="leader")
    found = keep.add(office, values(name, addresses=addresses))
    Moved.objects.all().delete()  # what arrives is linked by itself
    return found


def test_received_and_sent_mail_arrives_linked(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = lookup.owners

    def counting(keys: Collection[str]) -> dict[str, int]:
        asked.append(len(keys))
        return real(keys)

    monkeypatch.setattr("mail.sync.arriving.owners", counting)
    aoi = customer("井上 葵", "AOI@customer.example")
    before = [mirror.deliver(number) for number in range(4)]
    unknown = mirror.sandbox.admin.deliver(
        mirror.box.address, letter(9, sender="who@customer.example")
    )
    mirror.catch_up()
    assert {mirror.message(gmail_id).customer for gmail_id in before} == {aoi}
    assert mirror.message(str(unknown["id"])).customer is None
    assert sum(asked) == 5
    assert max(asked) > 1  # one question for several mails
    # So with news, which is stored one by one.
    asked.clear()
    later = mirror.deliver(5)
    mirror.deliver(6)
    mirror.catch_up()
    assert max(asked) > 1
    mirror.act("reply", message_id=later, text="発送しました。")
    mirror.catch_up()
    assert mirror.message(later).customer == aoi
    assert Message.objects.get(folder="sent").customer == aoi


def test_a_mail_read_anew_is_linked_by_what_it_really_says(mirror: Mirror) -> None:
    mirror.catch_up()
    aoi = customer("井上 葵", AOI)
    other = customer("川田", "kawata@customer.example")
    gmail_id = mirror.deliver(1)
    mirror.catch_up()
    message = mirror.message(gmail_id)
    assert message.customer == aoi
    renew(message.pk, parse(letter(1, sender="Kawata@customer.example")))
    message.refresh_from_db()
    assert message.customer == other
    renew(message.pk, parse(letter(1, sender="nobody@customer.example")))
    message.refresh_from_db()
    assert message.customer is None


def test_a_customer_deleted_in_between_keeps_no_mail_from_being_stored(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.catch_up()
    aoi = customer("井上 葵", AOI)
    real = arriving.store_new
    office = cast.person("leader", role="leader")

    def late(account: Account, readings: Sequence[arriving.Reading]) -> list[Message]:
        # Between the question and the mail's own row.
        if Customer.objects.exists():
            keep.remove(aoi.pk, office, version=1)
        return real(account, readings)

    monkeypatch.setattr("mail.sync.apply.store_new", late)
    gmail_id = mirror.deliver(1)
    mirror.catch_up()
    message = mirror.message(gmail_id)
    assert message.known_customer is None
    linking.follow()
    message.refresh_from_db()
    assert message.customer is None
