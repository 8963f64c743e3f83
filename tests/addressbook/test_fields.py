"""What address fields ask for: completion, and the address book over the page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from addressbook.actions import keep
from addressbook.contacts import Met, remember
from permissions.models import User
from tests.addressbook.conftest import client_of
from tests.mail import cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, tzinfo=UTC)
COMPLETE, CHOOSE, ROWS = (
    reverse(f"addressbook:{name}") for name in ("complete", "choose", "choose_rows")
)


def people(client: Client, typed: str) -> list[dict[str, Any]]:
    response = client.get(COMPLETE, {"q": typed})
    assert response.status_code == 200
    found: list[dict[str, Any]] = response.json()["people"]
    return found


def ticked(response: Any) -> list[str]:
    return re.findall(r'type="checkbox" value="([^"]*)"', response.content.decode())


def test_completion_tells_name_address_and_where_from(leader: User) -> None:
    box = cast.mailbox()
    agent = cast.person("member", box)
    keep.add(leader, {"name": "山田 <b>", "address": "book@x.example"})
    remember([Met(box.pk, "past@x.example", "山田 過去", NOW)])
    assert people(client_of(agent), "山田") == [
        {"name": "山田 過去", "address": "past@x.example", "source": "past"},
        {"name": "山田 <b>", "address": "book@x.example", "source": "book"},
    ]


def test_completion_tells_nobody_what_they_may_not_know(leader: User, stranger: User) -> None:
    box = cast.mailbox()
    keep.add(leader, {"name": "山田", "address": "book@x.example"})
    remember([Met(box.pk, "past@x.example", "山田 過去", NOW)])
    # Another role without the mailbox: the book alone. Who may do nothing: nobody.
    assert [each["source"] for each in people(client_of(leader), "山田")] == ["book"]
    assert people(client_of(stranger), "山田") == []
    assert Client().get(COMPLETE, {"q": "山田"}).status_code == 302
    assert client_of(leader).post(COMPLETE, {"q": "山田"}).status_code == 405


def test_the_book_over_the_page_lists_searches_and_goes_on(agent: User, reader: User) -> None:
    for number in range(60):
        keep.add(agent, {"name": f"顧客 {number:02}", "address": f"c{number:02}@x.example"})
    client = client_of(reader)
    opened = client.get(CHOOSE, {"for": "To"})
    assert "アドレス帳: To" in opened.content.decode()
    assert ticked(opened) == [f"c{number:02}@x.example" for number in range(50)]
    more = client.get(opened.context["more_url"])
    assert ticked(more) == [f"c{number:02}@x.example" for number in range(50, 60)]
    assert more.context["more_url"] == ""
    assert ticked(client.get(ROWS, {"q": "顧客 c59"})) == ["c59@x.example"]
    nothing = client.get(ROWS, {"q": "<いない>"})
    assert "一致するものはありません" in nothing.content.decode()
    assert "<いない>" not in nothing.content.decode()


def test_past_correspondents_newest_first_each_once(leader: User) -> None:
    box, other, hidden = (cast.mailbox(f"{name}@shop.example") for name in ("a", "b", "c"))
    agent = cast.person("member", box, other)
    remember(
        Met(box.pk, f"p{n:02}@x.example", f"相手 {n}", NOW - timedelta(days=n)) for n in range(70)
    )
    remember([Met(other.pk, "p00@x.example", "相手 0", NOW - timedelta(days=3))])
    remember([Met(hidden.pk, "secret@x.example", "相手", NOW)])
    client = client_of(agent)
    found = []
    address = f"{ROWS}?source=past"
    while address:
        response = client.get(address)
        found += ticked(response)
        address = response.context["more_url"]
    assert list(dict.fromkeys(found)) == [f"p{n:02}@x.example" for n in range(70)]
    assert ticked(client.get(ROWS, {"source": "past", "q": "相手 42"})) == ["p42@x.example"]
    assert ticked(client.get(ROWS, {"source": "past", "q": "secret"})) == []
    for odd in ("x", "2026-13-01_1", "2026-11-23T00:00:00_1", "9" * 400):
        assert client.get(ROWS, {"source": "past", "after": odd}).status_code == 200


def test_who_may_not_see_the_book_is_refused(stranger: User, agent: User) -> None:
    for address in (CHOOSE, ROWS):
        assert client_of(stranger).get(address).status_code == 403
        assert client_of(agent).post(address).status_code == 405
        assert client_of(agent).get(address, {"after": "broken"}).status_code == 200
