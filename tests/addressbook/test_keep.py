"""An entry made, changed, deleted: its starts, its history, and who was first."""

from __future__ import annotations

from typing import Any

import pytest

from activity.events import of_thing
from addressbook.actions import keep
from addressbook.models import Address, AddressStart
from callcenter.drawers import EditedMeanwhile
from permissions.access import OperationDenied
from permissions.models import User

pytestmark = pytest.mark.django_db


def values(name: str = "井上 葵", address: str = "aoi@customer.example") -> dict[str, Any]:
    return {"name": name, "address": address, "customer_search": False}


def found_by(start: str) -> set[int]:
    rows = AddressStart.objects.filter(start__startswith=start)
    return set(rows.values_list("address_id", flat=True))


def test_an_entry_is_found_by_what_it_is_called_now(agent: User, leader: User) -> None:
    entry = keep.add(agent, values())
    assert found_by("井上") == found_by("葵") == found_by("aoi") == {entry.pk}
    keep.change(entry.pk, agent, version=1, values=values("佐藤 葵", "sato@customer.example"))
    assert found_by("井上") == found_by("aoi") == set()
    assert found_by("佐藤") == found_by("葵") == found_by("sato") == {entry.pk}
    keep.remove(entry.pk, leader, version=2)
    assert not AddressStart.objects.exists()
    assert not Address.objects.exists()


def test_its_history_tells_who_did_what(agent: User, leader: User) -> None:
    entry = keep.add(agent, values())
    keep.change(entry.pk, leader, version=1, values=values("井上様"))
    keep.remove(entry.pk, leader, version=2)
    told = [(event.kind, event.actor) for event in of_thing(keep.THING, entry.pk)]
    assert told == [
        ("address.deleted", leader),
        ("address.changed", leader),
        ("address.added", agent),
    ]


def test_an_address_stands_in_the_book_once_however_it_is_written(agent: User) -> None:
    entry = keep.add(agent, values())
    for same in ("AOI@customer.example", "aoi@Customer.EXAMPLE"):
        with pytest.raises(keep.AddressTaken) as taken:
            keep.add(agent, values("別", same))
        assert taken.value.entry == entry
    other = keep.add(agent, values("別", "other@customer.example"))
    with pytest.raises(keep.AddressTaken):
        keep.change(other.pk, agent, version=1, values=values("別"))
    assert Address.objects.get(pk=other.pk).version == 1


def test_who_saves_second_overwrites_nothing(agent: User, leader: User) -> None:
    entry = keep.add(agent, values())
    keep.change(entry.pk, leader, version=1, values=values("井上様"))
    with pytest.raises(EditedMeanwhile) as meanwhile:
        keep.change(entry.pk, agent, version=1, values=values("葵さん"))
    assert meanwhile.value.stored.name == "井上様"
    with pytest.raises(EditedMeanwhile):
        keep.remove(entry.pk, leader, version=1)
    assert Address.objects.get().name == "井上様"


def test_saving_the_same_twice_is_no_conflict_and_no_event(agent: User) -> None:
    entry = keep.add(agent, values())
    for _ in range(2):
        keep.change(entry.pk, agent, version=1, values=values("井上様"))
    assert Address.objects.get().version == 2
    assert of_thing(keep.THING, entry.pk).count() == 2


def test_the_actions_ask_for_the_right_themselves(
    agent: User, reader: User, stranger: User
) -> None:
    entry = keep.add(agent, values())
    for user in (reader, stranger):
        with pytest.raises(OperationDenied):
            keep.add(user, values("別", "other@customer.example"))
        with pytest.raises(OperationDenied):
            keep.change(entry.pk, user, version=1, values=values("別"))
    for user in (agent, reader, stranger):
        with pytest.raises(OperationDenied):
            keep.remove(entry.pk, user, version=1)
    assert Address.objects.get().version == 1
