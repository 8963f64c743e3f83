"""The link from a customer to the company's own CRM, and who may set it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from activity.models import Event
from crm import link
from crm.actions import connect, keep
from crm.models import Customer, OwnCrm
from permissions.access import OperationDenied
from permissions.models import User
from tests.crm.conftest import client_of, values

PATTERN = "https://crm.example/customers/{customer_no}?from=mail"
SETTING = "crm:own_crm"


def html(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize(
    "pattern",
    [
        PATTERN,
        "http://10.0.0.5:8080/crm?no={customer_no}",
        "https://crm.example/#/c/{customer_no}",
        "https://crm.example/{customer_no}/{customer_no}",
        "https://xn--eckwd4c7c.example/顧客/{customer_no}",
    ],
)
def test_an_address_with_the_blank_behind_its_host_is_taken(pattern: str) -> None:
    assert link.trouble(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        "javascript:alert({customer_no})",
        "data:text/html,{customer_no}",
        "ftp://crm.example/{customer_no}",
        "//crm.example/{customer_no}",
        "/customers/{customer_no}",
        "crm.example/{customer_no}",
        "https:///{customer_no}",
        "https://{customer_no}.crm.example/",
        "https://crm.example:{customer_no}/",
        "https://user:word@crm.example/{customer_no}",
        "https://crm.example/",
        "https://crm.example/{customer_no}/{name}",
        "https://crm.example/{customer_no",
        "https://crm.example/ {customer_no}",
        "https://crm.example/\u202e{customer_no}",
        "https://crm.example\\@evil.example/{customer_no}",
        "https://crm.example:99999/{customer_no}",
        "https://[::1/{customer_no}",
        "https://аpple.example/{customer_no}",
    ],
)
def test_anything_else_is_refused_with_a_reason(pattern: str) -> None:
    assert str(link.trouble(pattern))


@pytest.mark.django_db
@pytest.mark.spec("C3")
def test_an_administrator_sets_the_pattern_and_the_customer_links_there(
    admin: User, agent: User, aoi: Customer
) -> None:
    address = reverse("crm:detail", args=[aoi.pk])
    assert "自社CRMで開く" not in html(client_of(agent).get(address))
    client = client_of(admin)
    assert client.post(reverse(SETTING), {"pattern": PATTERN}).status_code == 302
    assert "https://crm.example/customers/{customer_no}?from=mail" in html(
        client.get(reverse(SETTING))
    )
    shown = html(client_of(agent).get(address))
    assert (
        'href="https://crm.example/customers/K-1001?from=mail" target="_blank"'
        ' rel="noopener noreferrer"' in shown
    )
    event = Event.objects.get(kind="own_crm.changed")
    assert (event.actor, event.data["pattern"]) == (admin, PATTERN)
    # Who has no number has no page there; an empty pattern takes the links away.
    other = keep.add(agent, values("無番"))
    assert "crm.example" not in html(client_of(agent).get(reverse("crm:detail", args=[other.pk])))
    assert client.post(reverse(SETTING), {"pattern": ""}).status_code == 302
    assert "crm.example" not in html(client_of(agent).get(address))


@pytest.mark.django_db
@pytest.mark.spec("C3")
def test_a_number_is_only_ever_a_part_of_the_address(admin: User, agent: User) -> None:
    connect.set_pattern(admin, PATTERN)
    for number, filled in (
        ("../admin?x=1#y", "..%2Fadmin%3Fx%3D1%23y"),
        ('"><script>', "%22%3E%3Cscript%3E"),
        ("顧客 1", "%E9%A1%A7%E5%AE%A2%201"),
        ("{customer_no}", "%7Bcustomer_no%7D"),
    ):
        customer = keep.add(agent, values("井上", number=number))
        expected = f"https://crm.example/customers/{filled}?from=mail"
        assert link.address_of(customer) == expected
        shown = html(client_of(agent).get(reverse("crm:detail", args=[customer.pk])))
        assert f'href="{expected}"' in shown


@pytest.mark.django_db
@pytest.mark.spec("C3")
def test_what_is_no_address_is_refused_at_its_field(admin: User) -> None:
    response = client_of(admin).post(reverse(SETTING), {"pattern": "javascript:{customer_no}"})
    assert response.status_code == 422
    assert response.context["form"].errors["pattern"]
    assert "https://" in html(response)
    assert not OwnCrm.objects.exists()


@pytest.mark.django_db
def test_a_pattern_that_got_into_the_table_in_another_way_leads_nowhere(aoi: Customer) -> None:
    OwnCrm.objects.create(pattern="javascript:alert({customer_no})")
    assert link.address_of(aoi) == ""


@pytest.mark.django_db
@pytest.mark.spec("C3", "P2")
def test_nobody_else_may_set_it(agent: User, leader: User, admin: User) -> None:
    for user in (agent, leader):
        client = client_of(user)
        assert client.get(reverse(SETTING)).status_code == 403
        assert client.post(reverse(SETTING), {"pattern": PATTERN}).status_code == 403
        assert reverse(SETTING) not in html(client.get(reverse("crm:list")))
        with pytest.raises(OperationDenied):
            connect.set_pattern(user, PATTERN)
    assert reverse(SETTING) in html(client_of(admin).get(reverse("crm:list")))
    assert client_of(admin).put(reverse(SETTING)).status_code == 405
    assert not OwnCrm.objects.exists()
