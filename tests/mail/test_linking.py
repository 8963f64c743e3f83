"""Mail and its customer: linked on arrival, and anew when an address moves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from callcenter.addresses import normalise_address
from crm.actions import keep
from crm.models import Customer, Moved
from mail import linking
from mail.models import Correspondent, Folder, Message
from mailboxes.models import Mailbox
from permissions.models import User
from tests.crm.conftest import values
from tests.mail import cast

pytestmark = pytest.mark.django_db
AOI = ("井上 葵", "Aoi@customer.example")
KAWATA = ("川田", "kawata@customer.example")


@pytest.fixture
def box() -> Mailbox:
    box = cast.mailbox()
    cast.send_as(box, "alias@shop.example")
    return box


@pytest.fixture
def agent(box: Mailbox) -> User:
    return cast.person("suzuki", box, role="leader")


def stored(box: Mailbox, **fields: Any) -> Message:
    """A mail with its correspondents, as the mirror stores them."""
    message = cast.mail(box, **fields)
    people = [pair for line in message.body.people.values() for pair in line]
    own = linking.own_addresses(box)
    for address in {normalise_address(address) for _, address in people} - own - {""}:
        Correspondent.objects.create(
            message=message, address=address, internal_date=message.internal_date
        )
    return message


def linked() -> dict[int, str | None]:
    return dict(Message.objects.values_list("pk", "customer__name"))


def later() -> None:
    """Ten minutes on, as far as what waits is concerned."""
    Moved.objects.update(due_at=Now())
    Customer.ever.filter(left_at__isnull=False).update(left_at=Now() - timedelta(hours=1))


@pytest.mark.parametrize(
    ("folder", "sender", "recipient", "expected"),
    [
        ("received", "Aoi@Customer.example", "support@shop.example", "aoi@customer.example"),
        ("sent", "support@shop.example", "AOI@customer.example", "aoi@customer.example"),
        ("draft", "support@shop.example", "aoi@customer.example", "aoi@customer.example"),
        # An address that we sent from once and that is ours no longer.
        ("sent", "old@shop.example", "aoi@customer.example", "aoi@customer.example"),
        ("trash", "aoi@customer.example", "support@shop.example", "aoi@customer.example"),
        ("trash", "support@shop.example", "aoi@customer.example", "aoi@customer.example"),
        ("spam", "aoi@customer.example", "support@shop.example", "aoi@customer.example"),
        # Among ourselves, from nobody, and to nobody.
        ("received", "support@shop.example", "aoi@customer.example", ""),
        ("sent", "support@shop.example", "support@shop.example", ""),
        ("received", "", "support@shop.example", ""),
        ("sent", "support@shop.example", "", ""),
    ],
)
def test_whom_a_mail_was_exchanged_with(
    folder: str, sender: str, recipient: str, expected: str
) -> None:
    assert linking.party(folder, sender, recipient, {"support@shop.example"}) == expected


def test_mail_that_is_here_follows_the_address_both_ways(box: Mailbox, agent: User) -> None:
    received = stored(box, sender=AOI)
    sent = stored(box, folder=Folder.SENT, sender=("", "alias@shop.example"), to=(AOI, KAWATA))
    copied = stored(box, sender=KAWATA, cc=(AOI,))
    customer = keep.add(agent, values("井上 葵", addresses="AOI@customer.example"))
    assert set(linked().values()) == {None}
    linking.follow()
    assert linked() == {received.pk: "井上 葵", sent.pk: "井上 葵", copied.pk: None}
    # Another address comes, and the first one goes.
    keep.change(customer.pk, agent, version=1, values={"addresses": "kawata@customer.example"})
    linking.follow()
    assert linked() == {received.pk: None, sent.pk: None, copied.pk: "井上 葵"}


def test_an_address_that_goes_to_another_customer_takes_its_mail_along(
    box: Mailbox, agent: User
) -> None:
    received = stored(box, sender=AOI)
    first = keep.add(agent, values("先", addresses="aoi@customer.example"))
    linking.follow()
    keep.change(first.pk, agent, version=1, values={"addresses": ""})
    keep.add(agent, values("後", addresses="aoi@customer.example"))
    linking.follow()
    assert linked() == {received.pk: "後"}


def test_a_deleted_customer_is_let_go_and_the_row_goes_last(box: Mailbox, agent: User) -> None:
    received = stored(box, sender=AOI)
    customer = keep.add(agent, values(addresses="aoi@customer.example"))
    linking.follow()
    keep.remove(customer.pk, agent, version=1)
    received = Message.objects.select_related("customer").get(pk=received.pk)
    assert received.customer is not None
    assert received.known_customer is None  # nobody is shown the name any more
    linking.follow()
    assert linked() == {received.pk: None}
    assert Customer.ever.exists()
    # Mail that was just being stored when the customer was deleted is let go of too.
    Message.objects.update(customer=customer.pk)
    later()
    linking.follow()
    assert linked() == {received.pk: None}
    assert not Customer.ever.exists()


def test_mail_that_was_being_stored_meanwhile_is_linked_by_a_second_round(
    box: Mailbox, agent: User
) -> None:
    keep.add(agent, values("井上 葵", addresses="aoi@customer.example"))
    linking.follow()
    late = stored(box, sender=AOI)  # had asked before the customer was there
    linking.follow()
    assert linked() == {late.pk: None}
    later()
    linking.follow()
    assert linked() == {late.pk: "井上 葵"}
    assert not Moved.objects.exists()


def test_much_mail_is_linked_in_chunks_that_go_on_where_they_ended(
    box: Mailbox, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "_CHUNK", 2)
    many = [stored(box, sender=AOI) for _ in range(5)]
    # Mails of one moment are told apart by their keys.
    Message.objects.update(internal_date=many[0].internal_date)
    Correspondent.objects.update(internal_date=many[0].internal_date)
    customer = keep.add(agent, values("井上 葵", addresses="aoi@customer.example"))
    monkeypatch.setattr(linking, "_SECONDS", -1.0)
    linking.follow()
    assert set(linked().values()) == {None}
    assert linking._follow_address() == 2
    assert sorted(filter(None, linked().values())) == ["井上 葵"] * 2
    assert linking._follow_address() == 2
    # The address moves once more in the middle: from the beginning.
    keep.change(customer.pk, agent, version=1, values={"addresses": ""})
    monkeypatch.setattr(linking, "_SECONDS", 5.0)
    linking.follow()
    assert set(linked().values()) == {None}


def test_one_look_up_serves_a_chunk(box: Mailbox, agent: User) -> None:
    for number in range(30):
        address = f"c{number}@customer.example"
        stored(box, sender=("", address))
        keep.add(agent, values(f"顧客 {number}", addresses=address))
    ids = list(Message.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as captured:
        assert linking.link_anew(ids) == 30
    asked = [each["sql"] for each in captured if "crm_customeraddress" in each["sql"]]
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as captured:
        assert linking.link_anew(ids) == 0
    assert not [each for each in captured if each["sql"].startswith("UPDATE")]


def test_only_one_process_follows_at_a_time(box: Mailbox, agent: User) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [linking._LOCK])
        keep.add(agent, values(addresses="aoi@customer.example"))
        stored(box, sender=AOI)
        assert linking.follow() == 0
        assert set(linked().values()) == {None}
    finally:
        other.close()
