"""Who is suggested, in which order, and to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from addressbook.actions import keep
from addressbook.complete import SHOWN, complete
from addressbook.contacts import Met, remember
from addressbook.models import Contact, ContactStart
from addressbook.starts import starts
from mailboxes.models import Mailbox
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def box() -> Mailbox:
    return cast.mailbox()


def met(box: Mailbox, address: str, name: str = "", days_ago: int = 0) -> Met:
    return Met(box.pk, address, name, NOW - timedelta(days=days_ago))


def names(typed: str, *boxes: Mailbox, book: bool = True) -> list[str]:
    found = complete(typed, mailbox_ids=[box.pk for box in boxes], book=book)
    return [each.name or each.address for each in found]


def test_those_of_late_come_first_then_the_book_then_the_rest(leader: User, box: Mailbox) -> None:
    remember(met(box, f"nobody{n}@x.example", f"他人 {n}", n) for n in range(301))
    remember(
        [
            met(box, "new@x.example", "山田 新", 1),
            met(box, "older@x.example", "山田 前", 2),
            met(box, "old@x.example", "山田 古", 900),
        ]
    )
    keep.add(leader, {"name": "山田 帳", "address": "book@x.example"})
    keep.add(leader, {"name": "小山田", "address": "koyamada@x.example"})
    assert names("山田", box) == ["山田 新", "山田 前", "山田 帳", "小山田", "山田 古"]


def test_each_address_stands_there_once_by_the_books_name(leader: User, box: Mailbox) -> None:
    other = cast.mailbox("info@shop.example")
    remember([met(box, "Aoi@x.example", "Aoi I."), met(other, "aoi@x.example", "葵")])
    keep.add(leader, {"name": "井上 葵 様", "address": "AOI@x.example"})
    (found,) = complete("aoi", mailbox_ids=[box.pk, other.pk], book=True)
    assert (found.name, found.source) == ("井上 葵 様", "book")


def test_nobody_learns_of_others_correspondents(leader: User, box: Mailbox) -> None:
    other = cast.mailbox("info@shop.example")
    remember([met(box, "a@x.example", "山田 甲"), met(other, "b@x.example", "山田 乙")])
    keep.add(leader, {"name": "山田 帳", "address": "book@x.example"})
    assert names("山田", box) == ["山田 甲", "山田 帳"]
    assert names("山田", other) == ["山田 乙", "山田 帳"]
    assert names("山田", box, book=False) == ["山田 甲"]
    assert names("山田") == ["山田 帳"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("は", ["はなまる"]),
        ("株式会社 み", ["株式会社 みどり"]),
        ("み 株", ["株式会社 みどり"]),
        ("midori@", ["株式会社 みどり"]),
        ("a_b", ["a_b@x.example"]),
        ("%", []),
        ("\\", []),
        ("a%", []),
        ("ああああああああああああああああああああああああああああああ", []),
        ("x" * 5000, []),
        ("\x00は", ["はなまる"]),
        ("", []),
    ],
)
def test_what_is_typed_is_text_and_no_pattern(leader: User, typed: str, found: list[str]) -> None:
    for name, address in (
        ("はなまる", "hana@x.example"),
        ("株式会社 みどり", "midori@x.example"),
        ("", "a_b@x.example"),
        ("株式会社 あか", "aka@x.example"),
    ):
        keep.add(leader, {"name": name, "address": address})
    assert names(typed) == found


def test_a_common_word_beside_a_rare_one_finds_the_rare(leader: User) -> None:
    for number in range(90):
        keep.add(leader, {"name": f"株式会社{number:03}", "address": f"c{number}@x.example"})
    keep.add(leader, {"name": "株式会社わかば", "address": "wakaba@x.example"})
    assert names("株式会社 わか") == ["株式会社わかば"]
    assert len(names("株式会社")) == SHOWN


def test_asking_costs_the_same_however_many_there_are(leader: User, box: Mailbox) -> None:
    counted = []
    for round_ in range(2):
        remember(met(box, f"p{round_}-{n}@x.example", f"山田 {n}") for n in range(40))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(names("山田", box)) == SHOWN
        counted.append(len(queries))
    # Those of late, and the book; older correspondents only where these do not suffice.
    assert counted[0] == counted[1] <= 3


def test_remembering_keeps_the_latest_and_tells_the_same_twice_without_harm(box: Mailbox) -> None:
    assert remember([met(box, "A@x.example", "古い名", 9), met(box, "b@x.example")]) == 2
    assert remember([met(box, "a@x.example", "新しい名", 1), met(box, "nobody@")]) == 0
    assert remember([met(box, "a@x.example", "もっと古い名", 20)]) == 0
    before = list(Contact.objects.order_by("pk").values_list())
    remember([met(box, "a@x.example", "新しい名", 1)])
    assert list(Contact.objects.order_by("pk").values_list()) == before
    contact = Contact.objects.get(address_key="a@x.example")
    assert (contact.name, contact.address) == ("新しい名", "a@x.example")
    kept = ContactStart.objects.filter(contact=contact).values_list("start", flat=True)
    assert set(kept) == set(starts("新しい名", "a@x.example"))


def test_a_name_is_not_lost_to_a_later_mail_without_one(box: Mailbox) -> None:
    remember([met(box, "a@x.example", "山田", 5)])
    remember([met(box, "a@x.example", "", 1)])
    contact = Contact.objects.get()
    assert (contact.name, contact.last_at) == ("山田", NOW - timedelta(days=1))
