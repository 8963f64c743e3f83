"""アドレス帳 on the screen: list, entry, ＋新規, 変更を保存, 削除; the six checks of each."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from addressbook.actions import keep
from addressbook.models import Address
from permissions.models import User
from tests.addressbook.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(leader: User) -> Address:
    return keep.add(leader, {"name": "井上 葵", "address": "aoi@customer.example"})


def fields(name: str = "井上 葵 様", address: str = "aoi@customer.example", **more: Any) -> Any:
    return {"name": name, "address": address, **more}


def at(name: str, *args: Any) -> str:
    return reverse(f"addressbook:{name}", args=args)


def html(response: Any) -> str:
    return str(response.content.decode())


def titles(client: Client, query: str = "") -> list[str]:
    rows = client.get(at("list") + query).context["rows"]
    return [row.title for row in rows]


@pytest.mark.spec("A1")
def test_the_list_is_sorted_searched_and_narrowed(agent: User, entry: Address) -> None:
    keep.add(agent, {"name": "秋山", "address": "z@customer.example", "customer_search": True})
    keep.add(agent, {"name": "", "address": "a-nameless@customer.example"})
    client = client_of(agent)
    assert titles(client) == ["a-nameless@customer.example", "井上 葵", "秋山"]
    assert titles(client, "?q=ＡＯＩ") == ["井上 葵"]
    assert titles(client, "?q=customer 秋") == ["秋山"]
    assert titles(client, "?folder=targets") == ["秋山"]
    assert titles(client, "?q=%25") == []
    assert "検索対象" in html(client.get(at("list")))


def test_pages_follow_the_keys(agent: User) -> None:
    for number in range(101):
        keep.add(agent, {"name": f"顧客 {number:03}", "address": f"c{number}@customer.example"})
    client = client_of(agent)
    first = client.get(at("list"))
    assert len(first.context["rows"]) == 100
    second = client.get(first.context["next_url"])
    assert [row.title for row in second.context["rows"]] == ["顧客 100"]
    assert len(client.get(second.context["prev_url"]).context["rows"]) == 100


def test_a_list_costs_no_more_with_more_rows(agent: User) -> None:
    client = client_of(agent)
    counted = []
    for number in range(20):
        keep.add(agent, {"name": f"顧客 {number}", "address": f"c{number}@customer.example"})
        if number in (0, 19):
            client.get(at("list"))
            with CaptureQueriesContext(connection) as queries:
                client.get(at("list"))
            counted.append(len(queries))
    assert counted[0] == counted[1]


@pytest.mark.spec("A1")
def test_a_new_entry_is_made_and_shown(agent: User) -> None:
    client = client_of(agent)
    assert client.get(at("new")).status_code == 200
    response = client.post(at("new"), fields(customer_search="on"), follow=True)
    entry = Address.objects.get()
    assert response.redirect_chain[-1][0] == at("detail", entry.pk)
    assert (entry.name, entry.customer_search, entry.updated_by) == ("井上 葵 様", True, agent)
    assert "登録しました" in html(response)


def test_a_copy_begins_with_what_it_copies_but_the_address(agent: User, entry: Address) -> None:
    initial = client_of(agent).get(f"{at('new')}?copy={entry.pk}").context["editing"].form.initial
    assert initial == {"name": "井上 葵", "customer_search": False}
    for odd in ("x", "-1", "9" * 30, "¹"):
        assert client_of(agent).get(at("new"), {"copy": odd}).status_code == 200


@pytest.mark.parametrize("address", ["", "aoi", "aoi@", "a b@x.example", "aoi@x..example", "@x.jp"])
def test_what_is_no_address_is_refused_at_its_field(agent: User, address: str) -> None:
    response = client_of(agent).post(at("new"), fields(address=address))
    assert response.status_code == 422
    assert response.context["editing"].form.errors["address"]
    assert "井上 葵 様" in html(response)  # nothing typed is lost
    assert not Address.objects.exists()


def test_an_address_that_is_there_leads_to_its_entry(agent: User, entry: Address) -> None:
    response = client_of(agent).post(at("new"), fields(address="AOI@customer.example"))
    assert response.status_code == 422
    assert "登録済み" in html(response)
    assert at("detail", entry.pk) in html(response)
    other = keep.add(agent, {"name": "別", "address": "other@customer.example"})
    refused = client_of(agent).post(at("detail", other.pk), fields(version=1))
    assert refused.status_code == 422
    assert at("detail", entry.pk) in html(refused)


@pytest.mark.spec("A1")
def test_an_entry_is_changed(agent: User, entry: Address) -> None:
    response = client_of(agent).post(at("detail", entry.pk), fields(version=1), follow=True)
    assert response.status_code == 200
    assert Address.objects.get().name == "井上 葵 様"
    assert "変更しました" in html(response)  # 操作履歴


def test_who_saves_second_sees_both_versions(agent: User, leader: User, entry: Address) -> None:
    client_of(leader).post(at("detail", entry.pk), fields("井上様", version=1))
    response = client_of(agent).post(at("detail", entry.pk), fields("<葵さん>", version=1))
    assert response.status_code == 409
    shown = html(response)
    assert "鈴木 一郎" in shown
    assert "井上様" in shown
    assert "&lt;葵さん&gt;" in shown
    assert Address.objects.get().name == "井上様"
    # Having seen it, one may put one's own in its place.
    again = client_of(agent).post(at("detail", entry.pk), fields("<葵さん>", version=2))
    assert again.status_code == 302
    assert Address.objects.get().name == "<葵さん>"


@pytest.mark.spec("A1")
def test_an_entry_that_is_gone_can_be_made_anew(agent: User, leader: User, entry: Address) -> None:
    response = client_of(leader).post(at("delete", entry.pk), {"version": 1}, follow=True)
    assert "削除しました" in html(response)
    assert not Address.objects.exists()
    assert client_of(agent).get(at("detail", entry.pk)).status_code == 404
    typed = client_of(agent).post(at("detail", entry.pk), fields("葵さん", version=1))
    assert typed.status_code == 409
    assert "葵さん" in html(typed)
    assert f'action="{at("new")}"' in html(typed)
    assert client_of(agent).post(at("new"), fields("葵さん", version=1)).status_code == 302
    assert Address.objects.get().name == "葵さん"


def test_what_has_changed_is_not_deleted_unseen(leader: User, entry: Address) -> None:
    keep.change(entry.pk, leader, version=1, values={"name": "別"})
    response = client_of(leader).post(at("delete", entry.pk), {"version": 1}, follow=True)
    assert Address.objects.count() == 1
    assert "確認してから削除" in html(response)
    assert client_of(leader).post(at("delete", entry.pk), {"version": "x"}).status_code == 422


def test_the_question_says_what_depends_on_it(leader: User, entry: Address) -> None:
    shown = html(client_of(leader).get(at("detail", entry.pk)))
    assert "メールやテンプレートはそのまま残ります" in shown
    assert "顧客を探さなくなります" not in shown
    keep.change(entry.pk, leader, version=1, values={"customer_search": True})
    assert "顧客を探さなくなります" in html(client_of(leader).get(at("detail", entry.pk)))


def test_what_one_may_not_do_is_not_offered_and_refused(
    agent: User, reader: User, stranger: User, leader: User, entry: Address
) -> None:
    shown = html(client_of(reader).get(at("detail", entry.pk)))
    assert "変更を保存" not in shown
    assert at("new") not in shown
    assert at("delete", entry.pk) not in html(client_of(agent).get(at("detail", entry.pk)))
    assert at("upload") not in html(client_of(agent).get(at("list")))
    assert at("upload") in html(client_of(leader).get(at("list")))
    for user, code in ((reader, 403), (stranger, 403)):
        client = client_of(user)
        assert client.post(at("new"), fields()).status_code == code
        assert client.post(at("detail", entry.pk), fields(version=1)).status_code == code
        assert client.post(at("delete", entry.pk), {"version": 1}).status_code == code
    assert client_of(stranger).get(at("list")).status_code == 403
    assert client_of(stranger).get(at("detail", entry.pk)).status_code == 403
    assert at("list") not in html(client_of(stranger).get(reverse("mail:list")))
    assert at("list") in html(client_of(agent).get(reverse("mail:list")))


def test_wrong_methods_and_ids(leader: User, entry: Address) -> None:
    client = client_of(leader)
    assert client.put(at("detail", entry.pk)).status_code == 405
    assert client.put(at("new")).status_code == 405
    assert client.post(at("list")).status_code == 405
    assert client.get(at("delete", entry.pk)).status_code == 405
    for pk in (entry.pk + 1, 2**63, 10**30):
        assert client.get(at("detail", pk)).status_code == 404
        assert client.post(at("delete", pk), {"version": 1}).status_code == 404
        assert client.post(at("detail", pk), fields()).status_code == 404


def test_a_name_is_only_ever_text(agent: User) -> None:
    name = '"><script>alert(1)</script>{{ 7|add:7 }}'
    entry = keep.add(agent, {"name": name, "address": "x@customer.example"})
    shown = html(client_of(agent).get(at("detail", entry.pk)))
    assert "<script>alert" not in shown
    assert "{{ 7|add:7 }}" in shown
