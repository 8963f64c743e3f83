"""顧客 on the screen: list, entry, ＋新規, 変更を保存, 削除; the six checks of each."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from crm.actions import keep
from crm.models import Customer, CustomerAddress
from permissions.models import User
from tests.crm.conftest import client_of, values

pytestmark = pytest.mark.django_db


def at(name: str, *args: Any) -> str:
    return reverse(f"crm:{name}", args=args)


def html(response: Any) -> str:
    return str(response.content.decode())


def titles(client: Client, query: str = "") -> list[str]:
    return [row.title for row in client.get(at("list") + query).context["rows"]]


def test_the_list_is_sorted_by_reading_searched_and_narrowed(agent: User, aoi: Customer) -> None:
    keep.add(agent, values("渡辺", kana="わたなべ", rank="B", phones="03-9999-0001"))
    keep.add(agent, values("秋山", kana="アキヤマ"))
    client = client_of(agent)
    assert titles(client) == ["秋山", "井上 葵", "渡辺"]
    for words in ("青空", "いのうえ", "イノウエ", "ｋ-1001", "HOME.example", "09012345678", "夕方"):
        assert titles(client, f"?q={words}") == ["井上 葵"], words
    assert titles(client, "?q=井上 渡辺") == []
    assert titles(client, "?q=%25") == []
    assert titles(client, "?folder=B") == ["渡辺"]
    shown = html(client.get(at("list")))
    assert "K-1001" in shown
    assert "青空商事 · aoi@customer.example" in shown


def test_pages_follow_the_keys(agent: User) -> None:
    for number in range(101):
        keep.add(agent, values(f"顧客 {number:03}"))
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
        keep.add(agent, values(f"顧客 {number}", addresses=f"c{number}@customer.example"))
        if number in (0, 19):
            client.get(at("list"))
            with CaptureQueriesContext(connection) as queries:
                client.get(at("list"))
            counted.append(len(queries))
    assert counted[0] == counted[1]


def test_a_customer_is_entered_with_all_that_is_known(agent: User) -> None:
    client = client_of(agent)
    assert client.get(at("new")).status_code == 200
    typed = values(
        "  井上　葵 ",
        kana="いのうえ あおい",
        company="青空商事",
        number="Ｋ-１００１",
        rank="A",
        addresses="Aoi@Customer.example、aoi@home.example\r\n\r\nAOI@customer.example",
        phones="０９０-1234-5678\r\n03(1111)2222 内線 5",
        notes="一行目\r\n二行目",
    )
    response = client.post(at("new"), typed, follow=True)
    customer = Customer.objects.get()
    assert response.redirect_chain[-1][0] == at("detail", customer.pk)
    assert (customer.name, customer.kana) == ("井上 葵", "イノウエ アオイ")
    assert (customer.company, customer.number, customer.rank) == ("青空商事", "K-1001", "A")
    assert customer.addresses == "Aoi@Customer.example\naoi@home.example"
    assert customer.phones == "090-1234-5678\n03(1111)2222 内線 5"
    assert customer.notes == "一行目\n二行目"
    assert customer.updated_by == agent
    keys = CustomerAddress.objects.order_by("address_key").values_list("address_key", flat=True)
    assert list(keys) == ["aoi@customer.example", "aoi@home.example"]
    shown = html(response)
    assert "登録しました" in shown  # 操作履歴
    for each in ("青空商事", "K-1001", "090-1234-5678", "二行目"):
        assert each in shown


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", " "),
        ("addresses", "aoi"),
        ("addresses", "aoi@customer.example\nb c@x.example"),
        ("addresses", "\n".join(f"a{n}@x.example" for n in range(51))),
        ("phones", "電話なし"),
        ("phones", "12"),
        ("phones", "0" * 41),
        ("number", "9" * 101),
    ],
)
def test_what_is_wrong_is_refused_at_its_field(agent: User, field: str, text: str) -> None:
    response = client_of(agent).post(at("new"), values("井上 様") | {field: text})
    assert response.status_code == 422
    assert response.context["editing"].form.errors[field]
    assert not Customer.objects.exists()
    assert field == "name" or "井上 様" in html(response)  # nothing typed is lost


def test_an_address_or_number_of_another_leads_to_whom_it_is_of(agent: User, aoi: Customer) -> None:
    client = client_of(agent)
    for taken in ({"addresses": "x@x.example\nAOI@home.example"}, {"number": "ｋ-1001"}):
        refused = client.post(at("new"), values("別人", **taken))
        assert refused.status_code == 422
        assert refused.context["editing"].form.errors
        assert at("detail", aoi.pk) in html(refused)
    other = keep.add(agent, values("別人"))
    refused = client.post(
        at("detail", other.pk), values("別人", addresses="aoi@home.example") | {"version": 1}
    )
    assert refused.status_code == 422
    assert "別の顧客" in html(refused)
    # Those without a number are no conflict with each other.
    keep.add(agent, values("無番"))


def test_who_enters_the_same_address_in_the_same_moment_is_told(
    agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = keep._ensure_free

    def late(customer: Customer) -> None:
        seen.append(customer)
        if len(seen) == 1:
            # Between this look and our own row, somebody else's comes.
            keep.add(agent, values("先", addresses="aoi@customer.example"))
            return
        real(customer)

    monkeypatch.setattr(keep, "_ensure_free", late)
    with pytest.raises(keep.Taken) as taken:
        keep.add(agent, values("後", addresses="AOI@customer.example"))
    assert taken.value.customer.name == "先"
    assert [each.name for each in Customer.objects.all()] == ["先"]


def test_a_customer_is_changed(agent: User, aoi: Customer) -> None:
    changed = values("井上 葵", addresses="new@customer.example", phones="03-0000-1111")
    client = client_of(agent)
    response = client.post(at("detail", aoi.pk), changed | {"version": 1}, follow=True)
    assert response.status_code == 200
    aoi.refresh_from_db()
    assert (aoi.version, aoi.phones) == (2, "03-0000-1111")
    assert [each.address_key for each in aoi.keys.all()] == ["new@customer.example"]
    assert "変更しました: フリガナ" in html(response)
    # Asked twice (a double click): once is enough.
    assert client.post(at("detail", aoi.pk), changed | {"version": 1}).status_code == 302
    aoi.refresh_from_db()
    assert aoi.version == 2


def test_who_saves_second_sees_both_versions(agent: User, leader: User, aoi: Customer) -> None:
    client_of(leader).post(at("detail", aoi.pk), values("井上様") | {"version": 1})
    mine = values("<葵さん>") | {"version": 1}
    response = client_of(agent).post(at("detail", aoi.pk), mine)
    assert response.status_code == 409
    shown = html(response)
    assert "鈴木 一郎" in shown
    assert "井上様" in shown
    assert "&lt;葵さん&gt;" in shown
    assert Customer.objects.get().name == "井上様"
    # Having seen it, one may put one's own in its place.
    again = client_of(agent).post(at("detail", aoi.pk), mine | {"version": 2})
    assert again.status_code == 302
    assert Customer.objects.get().name == "<葵さん>"


def test_a_customer_that_is_gone_can_be_entered_anew(
    agent: User, leader: User, aoi: Customer
) -> None:
    response = client_of(leader).post(at("delete", aoi.pk), {"version": 1}, follow=True)
    assert "削除しました" in html(response)
    assert not Customer.objects.exists()
    assert not CustomerAddress.objects.exists()
    assert titles(client_of(agent)) == []
    assert client_of(agent).get(at("detail", aoi.pk)).status_code == 404
    mine = values("葵さん", number="K-1001", addresses="aoi@customer.example") | {"version": 1}
    typed = client_of(agent).post(at("detail", aoi.pk), mine)
    assert typed.status_code == 409
    assert "葵さん" in html(typed)
    assert f'action="{at("new")}"' in html(typed)
    # Number and addresses of somebody deleted are free.
    assert client_of(agent).post(at("new"), mine).status_code == 302
    assert Customer.objects.get().name == "葵さん"


def test_what_has_changed_is_not_deleted_unseen(leader: User, aoi: Customer) -> None:
    keep.change(aoi.pk, leader, version=1, values={"name": "別"})
    response = client_of(leader).post(at("delete", aoi.pk), {"version": 1})
    assert response.status_code == 409
    assert Customer.objects.count() == 1
    assert client_of(leader).post(at("delete", aoi.pk), {"version": "x"}).status_code == 422


def test_the_question_says_what_depends_on_it(leader: User, aoi: Customer) -> None:
    assert "メールはそのまま残ります" in html(client_of(leader).get(at("detail", aoi.pk)))


def test_what_one_may_not_do_is_not_offered_and_refused(
    agent: User, reader: User, stranger: User, leader: User, aoi: Customer
) -> None:
    shown = html(client_of(reader).get(at("detail", aoi.pk)))
    assert "変更を保存" not in shown
    assert at("new") not in shown
    assert at("delete", aoi.pk) not in html(client_of(agent).get(at("detail", aoi.pk)))
    assert at("delete", aoi.pk) in html(client_of(leader).get(at("detail", aoi.pk)))
    for user in (reader, stranger):
        client = client_of(user)
        assert client.post(at("new"), values()).status_code == 403
        assert client.get(at("new")).status_code == 403
        posted = values() | {"version": 1}
        assert client.post(at("detail", aoi.pk), posted).status_code == 403
        assert client.post(at("delete", aoi.pk), {"version": 1}).status_code == 403
    assert client_of(stranger).get(at("list")).status_code == 403
    assert client_of(stranger).get(at("detail", aoi.pk)).status_code == 403
    assert at("list") not in html(client_of(stranger).get(reverse("mail:list")))
    assert at("list") in html(client_of(agent).get(reverse("mail:list")))


def test_wrong_methods_and_ids(leader: User, aoi: Customer) -> None:
    client = client_of(leader)
    assert client.put(at("detail", aoi.pk)).status_code == 405
    assert client.put(at("new")).status_code == 405
    assert client.post(at("list")).status_code == 405
    assert client.get(at("delete", aoi.pk)).status_code == 405
    for pk in (aoi.pk + 1, 2**63, 10**30):
        assert client.get(at("detail", pk)).status_code == 404
        assert client.post(at("delete", pk), {"version": 1}).status_code == 404
        assert client.post(at("detail", pk), values()).status_code == 404


def test_what_is_written_is_only_ever_text(agent: User) -> None:
    name = '"><script>alert(1)</script>{{ 7|add:7 }}'
    customer = keep.add(agent, values(name, kana=name, company=name, rank=name[:40], notes=name))
    for address in (at("detail", customer.pk), at("list")):
        shown = html(client_of(agent).get(address))
        assert "<script>alert" not in shown
    assert "{{ 7|add:7 }}" in html(client_of(agent).get(at("detail", customer.pk)))


def test_a_link_from_elsewhere_fills_the_form_and_leads_back(agent: User) -> None:
    client = client_of(agent)
    told = {"name": "井上 <葵>", "address": "aoi@customer.example", "then": "/mail/M-ABC/?q=返品"}
    shown = client.get(at("new"), told)
    initial = shown.context["editing"].form.initial
    assert (initial["name"], initial["addresses"]) == ("井上 <葵>", "aoi@customer.example")
    assert 'value="/mail/M-ABC/?q=返品"' in html(shown)
    refused = client.post(at("new"), values("", addresses="x") | {"then": told["then"]})
    assert refused.status_code == 422
    assert 'value="/mail/M-ABC/?q=返品"' in html(refused)
    saved = client.post(at("new"), values("井上") | {"then": told["then"]})
    assert saved["Location"] == "/mail/M-ABC/?q=%E8%BF%94%E5%93%81"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "mail/"],
)
def test_nobody_is_led_away_from_here(agent: User, elsewhere: str) -> None:
    saved = client_of(agent).post(at("new"), values("井上") | {"then": elsewhere})
    assert saved["Location"] == at("detail", Customer.objects.get().pk)


def test_the_screens_are_english_too(agent: User, aoi: Customer) -> None:
    agent.language = "en"
    agent.save()
    with override("en"):
        shown = html(client_of(agent).get(at("detail", aoi.pk)))
    for text in ("Furigana", "Telephone numbers", "Customer number", "Save changes"):
        assert text in shown
