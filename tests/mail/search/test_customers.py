"""customer: with customers: their linked mail, by address, name, company and number."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from callcenter.addresses import normalise_address
from crm.actions import keep
from mail.models import Correspondent, Folder, Message
from mail.search import Asked, find, matching, parse, search
from permissions.models import UserGrant
from permissions.operations import Operation
from tests.crm.conftest import values
from tests.mail import cast
from tests.mail.search.conftest import Office


@pytest.fixture
def mails(office: Office) -> dict[str, Message]:
    """Of two customers, of somebody called like one of them, and of nobody."""
    leader = cast.person("suzuki", role="leader")
    aoi = keep.add(
        leader,
        values(
            "井上 葵",
            kana="イノウエ アオイ",
            company="青空商事",
            number="K-1001",
            addresses="aoi@customer.example\nshop@home.example",
            notes="100%_返品",
        ),
    )
    kawata = keep.add(leader, values("川田", company="青空物流", addresses="kawata@x.example"))

    def mail(sender: tuple[str, str], customer: Any = None, **fields: Any) -> Message:
        message = office.mail(sender=sender, customer=customer, **fields)
        address = normalise_address(sender[1])
        if address != office.box.address:
            Correspondent.objects.create(
                message=message, address=address, internal_date=message.internal_date
            )
        return message

    return {
        "aoi": mail(("a", "aoi@customer.example"), aoi, subject="返品"),
        "home": mail(("b", "shop@home.example"), aoi),
        "kawata": mail(("c", "kawata@x.example"), kawata),
        "namesake": mail(("井上 太郎", "taro@y.example")),
        "nobody": mail(("d", "d@y.example")),
        "spam": mail(("a", "aoi@customer.example"), aoi, folder=Folder.SPAM, status=None),
    }


def found(office: Office, mails: dict[str, Message], query: str) -> set[str]:
    """By pages of the search, which must be what the condition says, whatever list is walked."""
    user = cast.again(office.agent)
    asked = Asked(user, timezone.now())
    tree = parse(query).tree
    visible = Message.objects.visible_to(user)
    hits = {each.pk for each in find(tree, asked, visible).messages}
    assert hits == set(matching(tree, asked, visible).values_list("pk", flat=True))
    assert hits == set(search(user, query).values_list("pk", flat=True))
    return {name for name, each in mails.items() if each.pk in hits}


@pytest.mark.spec("M3a")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("customer:井上", {"aoi", "home", "namesake"}),
        ("顧客:井上", {"aoi", "home", "namesake"}),
        ('customer:"井上 葵"', {"aoi", "home"}),
        ("customer:いのうえ", {"aoi", "home"}),
        ("customer:青空", {"aoi", "home", "kawata"}),
        ("customer:ｋ-1001", {"aoi", "home"}),
        ("customer:100%_", {"aoi", "home"}),
        ("customer:100_%", set()),
        ("customer:太郎", {"namesake"}),
        # An address is the customer's who has it, with all other mail of theirs.
        ("customer:AOI@customer.example", {"aoi", "home"}),
        ("customer:taro@y.example", {"namesake"}),
        ("customer:none@y.example", set()),
        ("customer:青空 返品", {"aoi"}),
        ("customer:青空 -customer:川田", {"aoi", "home"}),
        ("-customer:青空", {"namesake", "nobody"}),
        ("-customer:aoi@customer.example", {"kawata", "namesake", "nobody"}),
        ("customer:川田 OR from:taro", {"kawata", "namesake"}),
        ("customer:井上 in:anywhere", {"aoi", "home", "namesake", "spam"}),
    ],
)
def test_a_customers_mail_is_found(
    office: Office, mails: dict[str, Message], query: str, expected: set[str]
) -> None:
    assert found(office, mails, query) == expected


@pytest.mark.spec("P2")
def test_what_is_known_of_customers_is_for_who_may_see_them(
    office: Office, mails: dict[str, Message]
) -> None:
    UserGrant.objects.create(
        user=office.agent, operation=Operation.CUSTOMERS_VIEW.value, allowed=False
    )
    assert found(office, mails, "customer:井上") == {"namesake"}
    assert found(office, mails, "customer:青空") == set()
    assert found(office, mails, "customer:aoi@customer.example") == {"aoi"}


def test_nobody_elses_mail_is_found_by_a_customer(
    office: Office, mails: dict[str, Message]
) -> None:
    stranger = cast.person("stranger", cast.mailbox("other@shop.example"))
    for query in ("customer:青空", "customer:aoi@customer.example"):
        assert not search(stranger, query).exists()


def test_a_deleted_customer_is_nobody(office: Office, mails: dict[str, Message]) -> None:
    aoi = mails["aoi"].customer
    assert aoi is not None
    keep.remove(aoi.pk, cast.person("leader", role="leader"), version=1)
    assert found(office, mails, "customer:青空") == {"kawata"}
    assert found(office, mails, "customer:aoi@customer.example") == {"aoi"}
