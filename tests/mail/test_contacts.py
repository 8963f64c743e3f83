"""Whom a mailbox has written with, gathered from its mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from addressbook.models import Contact, Gathered
from mail import contacts
from mail.models import Automatic, Correspondent, Folder, Message
from tests.mail import cast

pytestmark = pytest.mark.django_db


def met(message: Message, *addresses: str) -> Message:
    for address in addresses:
        Correspondent.objects.create(
            message=message, address=address, internal_date=message.internal_date
        )
    return message


def known() -> dict[str, str]:
    return dict(Contact.objects.values_list("address", "name"))


def test_both_directions_by_the_names_that_the_mail_gives() -> None:
    box = cast.mailbox()
    received = cast.mail(box, sender=("井上 葵", "Aoi@customer.example"))
    met(received, "aoi@customer.example")
    sent = cast.mail(
        box,
        folder=Folder.SENT,
        sender=(box.name, box.address),
        to=(("川田 様", "kawata@customer.example"),),
        cc=(("", "cc@customer.example"),),
    )
    met(sent, "kawata@customer.example", "cc@customer.example")
    assert contacts.gather() == 3
    assert known() == {
        "Aoi@customer.example": "井上 葵",
        "kawata@customer.example": "川田 様",
        "cc@customer.example": "",
    }
    assert set(Contact.objects.values_list("mailbox", flat=True)) == {box.pk}
    assert contacts.gather() == 0


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"folder": Folder.SPAM}, False),
        ({"folder": Folder.TRASH}, False),
        ({"automatic": Automatic.BULK}, False),
        ({"automatic": Automatic.BOUNCE}, False),
        ({"automatic": Automatic.BULK, "folder": Folder.SENT}, True),
        ({}, True),
    ],
)
def test_machines_and_spam_are_nobody_to_write_to(fields: dict[str, Any], counts: bool) -> None:
    met(cast.mail(cast.mailbox(), **fields), "aoi@customer.example")
    assert contacts.gather() == 1
    assert bool(known()) is counts


def test_a_key_that_appears_late_is_read_all_the_same() -> None:
    box = cast.mailbox()
    late = met(cast.mail(box), "aoi@customer.example")
    row = Correspondent.objects.get(message=late)
    met(cast.mail(box, sender=("b", "b@customer.example")), "b@customer.example")
    # Committed only after a higher key was read.
    Correspondent.objects.filter(pk=row.pk).delete()
    contacts.gather()
    row.save(force_insert=True)
    assert contacts.gather() == 0
    Gathered.objects.update(sure_at=Now() - timedelta(minutes=11))
    contacts.gather()
    assert "aoi@customer.example" in known()


def test_it_goes_on_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    box = cast.mailbox()
    for number in range(5):
        address = f"c{number}@customer.example"
        met(cast.mail(box, sender=("", address)), address)
    monkeypatch.setattr(contacts, "_AT_ONCE", 2)
    assert contacts.gather() == 5
    assert len(known()) == 5
