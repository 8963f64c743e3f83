"""Arriving mail is linked to its customer, with one question for a batch."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from crm import lookup
from crm.actions import keep
from crm.models import Customer, Moved
from mail.mime import parse
from mail.models import Message
from mail.raw.renew import renew
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


@pytest.mark.spec("C2")
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
    assert max(asked) > 1  # of several mails at once
    later = mirror.deliver(5)
    mirror.act("reply", message_id=later, text="発送しました。")
    mirror.catch_up()
    assert mirror.message(later).customer == aoi
    assert Message.objects.get(folder="sent").customer == aoi


@pytest.mark.spec("C2")
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


@pytest.mark.spec("C2")
def test_a_customer_deleted_in_between_keeps_no_mail_from_being_stored(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.catch_up()
    aoi = customer("井上 葵", AOI)
    # The row is gone between the question and the mail's own row.
    told = iter([{AOI: aoi.pk + 1000}])
    real = lookup.owners
    monkeypatch.setattr("mail.sync.arriving.owners", lambda keys: next(told, None) or real(keys))
    gmail_id = mirror.deliver(1)
    mirror.catch_up()
    assert mirror.message(gmail_id).customer == aoi
