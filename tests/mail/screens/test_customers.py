"""The customer on the mail's own page, and on the list's rows."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
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


@pytest.mark.spec("M10b")
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


@pytest.mark.spec("M5a")
def test_rows_bear_the_customers_name(box: Mailbox, agent: User) -> None:
    stored(box, sender=("aoi", AOI[1]))
    sent = {"folder": Folder.SENT, "status": None, "sender": (box.name, box.address)}
    stored(box, **sent, to=(AOI,), to_line="aoi@")
    stored(box, sender=KAWATA)
    aoi(agent)
    linking.follow()
    shown = client_of(agent).get(reverse("mail:list") + "?category=all").content.decode()
    assert '<b class="kn">井上 &lt;葵&gt;</b>Aoi@customer.example' in shown
    assert '<b class="kn">宛先: 井上 &lt;葵&gt;</b>aoi@' in shown
    assert "<b>川田</b>" in shown
    # One row asked for again, and the hits of a search.
    first = Message.objects.earliest("pk")
    for address in (
        f"{reverse('mail:rows')}?ids={first.public_id}",
        f"{reverse('mail:list')}?q=from:aoi",
    ):
        assert "井上 &lt;葵&gt;" in client_of(agent).get(address).content.decode()
    without(agent, Operation.CUSTOMERS_VIEW)
    again = client_of(User.objects.get(pk=agent.pk)).get(reverse("mail:list") + "?category=all")
    assert "井上 &lt;葵&gt;" not in again.content.decode()


def mails_of(user: User, customer: Customer, query: str = "") -> Any:
    address = reverse("mail:customer_mail", args=[customer.pk]) + query
    return client_of(User.objects.get(pk=user.pk)).get(address)


def test_the_customers_page_shows_all_mail_what_is_open_first(box: Mailbox, agent: User) -> None:
    elsewhere = cast.mailbox("other@shop.example")
    opened = stored(box, sender=AOI, subject="未対応 <b>")
    done = stored(box, sender=AOI, subject="対応済み", status="done")
    begun = stored(box, sender=AOI, subject="対応中", status="in_progress")
    thrown = stored(box, sender=AOI, subject="ごみ箱の中", folder=Folder.TRASH)
    sent = {"folder": Folder.SENT, "status": "done", "sender": (box.name, box.address)}
    answer = stored(box, **sent, to=(AOI,), subject="返事")
    stored(elsewhere, sender=AOI, subject="別の窓口")
    stored(box, sender=KAWATA, subject="別の顧客")
    stored(box, sender=AOI, subject="消えた", gone_at="2026-11-20T00:00Z")
    customer = aoi(agent)
    linking.follow()
    response = mails_of(agent, customer)
    assert [[each.pk for each in part["mails"]] for part in response.context["parts"]] == [
        [begun.pk, opened.pk],
        [answer.pk, thrown.pk, done.pk],
    ]
    shown = response.content.decode()
    assert "未対応 &lt;b&gt;" in shown
    assert reverse("mail:detail", args=[opened.pk]) in shown
    page_of = client_of(agent).get(reverse("crm:detail", args=[customer.pk]))
    assert reverse("mail:customer_mail", args=[customer.pk]) in page_of.content.decode()
    # The search that it leads to finds the same.
    searched = client_of(agent).get(response.context["search_url"]).content.decode()
    for subject in ("未対応", "対応済み", "対応中", "返事"):
        assert subject in searched
    assert "別の顧客" not in searched


def test_a_customers_mail_is_paged_by_keys(
    box: Mailbox, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mail.views.customers._PAGE", 2)
    for number in range(5):
        stored(box, sender=AOI, subject=f"未処理 {number}")
        stored(box, sender=AOI, subject=f"完了 {number}", status="done")
    customer = aoi(agent)
    linking.follow()
    first = mails_of(agent, customer)
    for part in first.context["parts"]:
        seen = [each.subject for each in part["mails"]]
        more = part["more_url"]
        while more:
            answer = mails_of(agent, customer, "?" + more.partition("?")[2])
            seen += [each.subject for each in answer.context["part"]["mails"]]
            more = answer.context["part"]["more_url"]
        word = "未処理" if part["key"] == "open" else "完了"
        assert seen == [f"{word} {number}" for number in (4, 3, 2, 1, 0)]
    for odd in ("?part=x&before=1-1", "?part=open&before=x", "?part=open"):
        assert len(mails_of(agent, customer, odd).context["parts"]) == 2


def test_a_customers_mail_costs_no_more_with_more_of_it(box: Mailbox, agent: User) -> None:
    customer = aoi(agent)
    assert "まだありません" in mails_of(agent, customer).content.decode()
    counted = []
    for number in (1, 20):
        for _ in range(number):
            stored(box, sender=AOI, customer=customer)
        with CaptureQueriesContext(connection) as captured:
            mails_of(agent, customer)
        counted.append(len(captured))
    assert counted[0] == counted[1]


@pytest.mark.spec("P2")
def test_a_customers_mail_is_for_who_may_see_both(box: Mailbox, agent: User) -> None:
    customer = aoi(agent)
    stored(box, sender=AOI, subject="秘密", customer=customer)
    outsider = cast.person("outsider")
    assert "秘密" not in mails_of(outsider, customer).content.decode()
    for operation in (Operation.MAIL_VIEW, Operation.CUSTOMERS_VIEW):
        user = without(cast.person(f"no-{operation.value}", box), operation)
        assert mails_of(user, customer).status_code == 403
    assert (
        "customer_mail"
        not in client_of(without(cast.person("crm-only"), Operation.MAIL_VIEW))
        .get(reverse("crm:detail", args=[customer.pk]))
        .content.decode()
    )
    wrong = reverse("mail:customer_mail", args=[customer.pk + 1])
    assert client_of(agent).get(wrong).status_code == 404
    assert client_of(agent).post(wrong).status_code == 405
