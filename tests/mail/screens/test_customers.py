"""The customer on the mail's own page, and on the list's rows."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from crm.actions import keep
from crm.models import Customer
from mail import linking
from mail.models import Automatic, Folder, Message
from mailboxes.models import Mailbox
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.crm.conftest import client_of, values
from tests.mail import cast
from tests.mail.test_linking import AOI, KAWATA, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def box() -> Mailbox:
    return cast.mailbox()


@pytest.fixture
def agent(box: Mailbox) -> User:
    return cast.person("tanaka", box)


def without(user: User, *operations: Operation) -> User:
    for operation in operations:
        UserGrant.objects.create(user=user, operation=operation.value, allowed=False)
    return user


def aoi(agent: User, **more: str) -> Customer:
    return keep.add(agent, values("井上 <葵>", addresses=AOI[1], **more))


def page(user: User, message: Message, query: str = "") -> str:
    address = reverse("mail:detail", args=[message.pk]) + query
    response = client_of(User.objects.get(pk=user.pk)).get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def line(shown: str, field: str) -> str:
    """What stands at From or To."""
    return shown.partition(f"<dt>{field}</dt>")[2].partition("<dt>")[0]


@pytest.mark.spec("M10b")
def test_the_name_of_the_sender_leads_to_the_customer(box: Mailbox, agent: User) -> None:
    message = stored(box, sender=AOI)
    customer = aoi(agent, company="青空商事")
    # Before the link is made, and with it.
    for _ in range(2):
        at_from = line(page(agent, message), "From")
        assert f'href="{reverse("crm:detail", args=[customer.pk])}"' in at_from
        assert "井上 &lt;葵&gt;" in at_from
        assert "青空商事" in at_from
        assert "known" not in line(page(agent, message), "To")
        linking.follow()
    message.refresh_from_db()
    assert message.customer == customer


@pytest.mark.spec("M10b")
def test_the_name_of_the_recipient_leads_to_the_customer(box: Mailbox, agent: User) -> None:
    sender = (box.name, box.address)
    message = stored(box, folder=Folder.SENT, sender=sender, to=(AOI, KAWATA))
    customer = aoi(agent)
    for folder in (Folder.SENT, Folder.TRASH):
        Message.objects.update(folder=folder)
        shown = page(agent, message)
        assert f'href="{reverse("crm:detail", args=[customer.pk])}"' in line(shown, "To")
        assert "known" not in line(shown, "From")
        linking.follow()


@pytest.mark.spec("M10b", "C2")
def test_an_unknown_sender_is_made_a_customer_and_one_is_back_at_the_mail(
    box: Mailbox, agent: User
) -> None:
    message = stored(box, sender=("<井上> 葵", "Aoi@customer.example"))
    client = client_of(agent)
    known = client.get(reverse("mail:detail", args=[message.pk]) + "?category=open").context[
        "known"
    ]
    assert "顧客として登録" in line(page(agent, message), "From")
    form = client.get(known.url).context["editing"].form
    assert form.initial["name"] == "<井上> 葵"
    assert form.initial["addresses"] == "Aoi@customer.example"
    asked = parse_qs(urlsplit(known.url).query)
    posted = values(form.initial["name"], addresses=form.initial["addresses"])
    saved = client.post(reverse("crm:new"), posted | {"then": asked["then"][0]})
    here = reverse("mail:detail", args=[message.pk])
    assert saved["Location"] == f"{here}?category=open"
    shown = line(str(client.get(saved["Location"]).content.decode()), "From")
    assert reverse("crm:detail", args=[Customer.objects.get().pk]) in shown
    assert "顧客として登録" not in shown
    linking.follow()
    message.refresh_from_db()
    assert message.customer == Customer.objects.get()


@pytest.mark.parametrize(
    "fields",
    [
        {"automatic": Automatic.BOUNCE},
        {"automatic": Automatic.BULK},
        {"folder": Folder.SPAM},
        {"sender": ("", "support@shop.example")},
        {"sender": ("", "")},
    ],
)
def test_machines_spam_and_ourselves_are_no_new_customers(
    box: Mailbox, agent: User, fields: dict[str, Any]
) -> None:
    message = stored(box, **({"sender": AOI} | fields))
    assert "顧客として登録" not in page(agent, message)


@pytest.mark.spec("P2")
def test_who_may_not_see_customers_is_told_of_none(box: Mailbox, agent: User) -> None:
    message = stored(box, sender=AOI)
    aoi(agent)
    unknown = stored(box, sender=KAWATA)
    linking.follow()
    without(agent, Operation.CUSTOMERS_ADD)
    assert "井上 &lt;葵&gt;" in page(agent, message)
    assert "顧客として登録" not in page(agent, unknown)
    without(agent, Operation.CUSTOMERS_VIEW)
    assert "井上 &lt;葵&gt;" not in page(agent, message)


def test_a_customer_deleted_a_moment_ago_is_shown_no_more(box: Mailbox, agent: User) -> None:
    message = stored(box, sender=AOI)
    customer = aoi(agent)
    linking.follow()
    keep.remove(customer.pk, cast.person("suzuki", role="leader"), version=1)
    at_from = line(page(agent, message), "From")
    assert "井上 &lt;葵&gt;" not in at_from
    assert "顧客として登録" in at_from


def test_another_mail_in_the_left_pane_shows_its_own_customer(box: Mailbox, agent: User) -> None:
    message, other = stored(box, sender=KAWATA), stored(box, sender=AOI)
    aoi(agent)
    shown = page(agent, message, f"?look={other.public_id}")
    assert shown.count("井上 &lt;葵&gt;") == 1
    address = reverse("mail:beside", args=[message.pk, other.pk])
    piece = Client()
    piece.force_login(agent)
    found = piece.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "井上 &lt;葵&gt;" in found
