"""Saved searches: whose they are, who sees and changes them, and their numbers."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activity.models import Event
from callcenter.drawers import EditedMeanwhile
from mail import saved
from mail.actions.saved_search import change_search, delete_search, forget, remember, save_search
from mail.models import RecentSearch, SavedSearch, Status
from permissions.access import OperationDenied
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast
from tests.mail.search.conftest import Office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_numbers_of_other_tests() -> None:
    cache.clear()


@pytest.fixture
def leader(office: Office) -> User:
    return cast.person("suzuki", office.box, name="鈴木", role="leader")


def at(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def detail(search: SavedSearch) -> str:
    return reverse("mail:search_detail", args=[search.pk])


def navigation(user: User) -> list[tuple[str, int | None]]:
    page = at(user).get(reverse("mail:list"))
    return [(each.search.name, each.count) for each in page.context["nav"]["saved"]]


@pytest.mark.spec("M8")
def test_ones_own_search_is_saved_and_stands_in_ones_own_navigation(
    office: Office, leader: User
) -> None:
    answer = at(office.agent).post(
        reverse("mail:search_new"), {"name": "返品の未処理", "query": "返品 is:unread"}
    )
    search = SavedSearch.objects.get()
    assert (search.owner, search.name, search.query) == (
        office.agent,
        "返品の未処理",
        "返品 is:unread",
    )
    assert answer["Location"] == saved.url("返品 is:unread")
    assert navigation(office.agent) == [("返品の未処理", None)]
    assert navigation(leader) == []
    assert at(leader).get(detail(search)).status_code == 404


@pytest.mark.spec("M8")
def test_a_shared_one_stands_in_everybodys_who_sees_the_mailbox(
    office: Office, leader: User
) -> None:
    outsider = cast.person("outsider", cast.mailbox("other@else.example"))
    at(leader).post(
        reverse("mail:search_new"),
        {"name": "至急", "query": "label:至急", "shared_with": office.box.pk},
    )
    search = SavedSearch.objects.get()
    assert navigation(office.agent) == navigation(leader) == [("至急", None)]
    assert navigation(outsider) == []
    assert at(outsider).get(detail(search)).status_code == 404
    # Ones own come first.
    save_search(office.agent, name="んんん", query="返品")
    assert [name for name, _count in navigation(office.agent)] == ["んんん", "至急"]


@pytest.mark.spec("M8")
def test_its_number_is_that_of_its_open_mails(office: Office) -> None:
    for number in range(3):
        office.mail(subject=f"返品 {number}")
    office.mail(subject="返品", status=Status.DONE)
    office.mail(subject="注文")
    ours = save_search(office.agent, name="返品", query="返品")
    done = save_search(office.agent, name="終わり", query="返品 status:done")
    none = save_search(office.agent, name="なし", query="鑿鑿")
    client = at(office.agent)
    page = client.get(reverse("mail:list"))
    assert page.context["nav"]["saved_stale"]
    assert reverse("mail:search_counts") in page.content.decode()
    numbers = client.get(reverse("mail:search_counts"))
    assert numbers.context["counts"] == {ours.pk: 3, done.pk: 1, none.pk: 0}
    assert f'id="saved-n-{ours.pk}"' in numbers.content.decode()
    known = client.get(reverse("mail:list"))
    assert not known.context["nav"]["saved_stale"]
    assert dict(navigation(office.agent)) == {"返品": 3, "終わり": 1, "なし": 0}


def test_a_number_counts_only_what_one_may_see(office: Office, leader: User) -> None:
    other = cast.mailbox("other@else.example")
    cast.mail(other, subject="返品")
    office.mail(subject="返品")
    search = save_search(office.agent, name="返品", query="返品 in:anywhere")
    assert saved.counts(office.agent) == {search.pk: 1}


def test_sharing_takes_a_permission(office: Office, leader: User) -> None:
    with pytest.raises(OperationDenied):
        save_search(office.agent, name="a", query="b", shared_with=office.box)
    page = at(office.agent).get(reverse("mail:search_new"))
    assert "shared_with" not in page.content.decode()
    # Posted all the same, it stays one's own.
    at(office.agent).post(
        reverse("mail:search_new"), {"name": "a", "query": "b", "shared_with": office.box.pk}
    )
    assert SavedSearch.objects.get().shared_with is None
    other = cast.mailbox("other@else.example")
    refused = at(leader).post(
        reverse("mail:search_new"), {"name": "a", "query": "b", "shared_with": other.pk}
    )
    assert refused.status_code == 422


def test_a_shared_one_is_changed_by_whoever_may_share(office: Office, leader: User) -> None:
    search = save_search(leader, name="至急", query="label:至急", shared_with=office.box)
    change = {"name": "至急!", "query": "label:至急", "version": search.version}
    assert at(office.agent).get(detail(search)).status_code == 200
    assert at(office.agent).post(detail(search), change).status_code == 403
    delete = reverse("mail:search_delete", args=[search.pk])
    assert at(office.agent).post(delete, {"version": search.version}).status_code == 403
    second = cast.person("sato", office.box, role="leader")
    share = {**change, "shared_with": office.box.pk}
    assert at(second).post(detail(search), share).status_code == 302
    search.refresh_from_db()
    assert (search.name, search.owner, search.updated_by) == ("至急!", leader, second)
    assert at(second).post(delete, {"version": search.version}).status_code == 302
    assert not SavedSearch.objects.exists()


def test_an_owner_who_may_no_longer_share_keeps_it_shared(office: Office, leader: User) -> None:
    search = save_search(leader, name="至急", query="label:至急", shared_with=office.box)
    UserGrant.objects.create(
        user=leader, operation=Operation.MAIL_SHARE_SEARCH.value, allowed=False
    )
    answer = at(leader).post(
        detail(search), {"name": "至急!", "query": "x", "version": search.version}
    )
    assert answer.status_code == 302
    search.refresh_from_db()
    assert (search.query, search.shared_with) == ("x", office.box)


def test_somebody_saved_meanwhile(office: Office) -> None:
    search = save_search(office.agent, name="返品", query="返品")
    change_search(office.agent, search.pk, version=1, name="返品!", query="返品", shared_with=None)
    answer = at(office.agent).post(detail(search), {"name": "返品?", "query": "返品", "version": 1})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "返品!" in text
    assert "返品?" in text
    assert SavedSearch.objects.get().name == "返品!"
    with pytest.raises(EditedMeanwhile):
        delete_search(office.agent, search.pk, version=1)


def test_what_asks_nothing_is_not_saved(office: Office) -> None:
    client = at(office.agent)
    for posted in ({"name": "a", "query": " "}, {"name": "", "query": "a"}, {}):
        assert client.post(reverse("mail:search_new"), posted).status_code == 422
    assert not SavedSearch.objects.exists()


def test_a_list_on_screen_is_saved_as_the_text_that_says_it(office: Office) -> None:
    client = at(office.agent)
    listed = client.get(
        reverse("mail:list"),
        {"q": "返品", "category": "inbox", "status": "open", "mailbox": str(office.box.pk)},
    )
    page = client.get(listed.context["search"]["save_url"])
    assert page.context["q"] == ""  # the drawer shows all of its searches beside
    query = page.context["editing"].form.initial["query"]
    assert query == f"返品 in:inbox mailbox:{office.box.address} status:open"


def test_another_reading_is_told_in_the_drawer(office: Office) -> None:
    search = save_search(office.agent, name="a", query='"返品')
    page = at(office.agent).get(detail(search))
    assert page.context["cautions"]


def test_wrong_methods_and_ids(office: Office) -> None:
    client = at(office.agent)
    search = save_search(office.agent, name="a", query="b")
    assert client.get(reverse("mail:search_delete", args=[search.pk])).status_code == 405
    assert client.post(reverse("mail:searches")).status_code == 405
    assert client.post(reverse("mail:search_counts")).status_code == 405
    assert client.get(reverse("mail:search_detail", args=[10**9])).status_code == 404
    assert client.post(reverse("mail:search_delete", args=[10**9])).status_code == 404
    assert client.get(reverse("mail:search_new"), {"copy": 10**9}).status_code == 404
    assert client.get(reverse("mail:search_new"), {"copy": "x"}).status_code == 200
    assert client.post(reverse("mail:search_delete", args=[search.pk]), {}).status_code == 422


def test_what_was_done_is_told(office: Office, leader: User) -> None:
    search = save_search(leader, name="a", query="b", shared_with=office.box)
    change_search(leader, search.pk, version=1, name="c", query="b", shared_with=office.box)
    # The same again is no change.
    change_search(leader, search.pk, version=1, name="c", query="b", shared_with=office.box)
    delete_search(leader, search.pk, version=2)
    told = Event.objects.filter(thing="search", thing_id=search.pk).order_by("id")
    assert [each.kind for each in told] == ["search.saved", "search.changed", "search.deleted"]
    assert {each.actor for each in told} == {leader}


def test_the_last_searches_are_remembered(office: Office) -> None:
    client = at(office.agent)
    address = reverse("mail:search_recent")
    for number in range(25):
        assert client.post(address, {"text": f"返品 {number}"}).status_code == 204
    client.post(address, {"text": "返品 10"})
    kept = list(
        RecentSearch.objects.filter(user=office.agent)
        .order_by("-used_at", "-pk")
        .values_list("text", flat=True)
    )
    assert len(kept) == 20
    assert kept[:2] == ["返品 10", "返品 24"]
    assert client.post(address, {"text": ""}).status_code == 422
    remember(office.agent, "x" * 301)
    assert RecentSearch.objects.count() == 20
    other = cast.person("yamada", office.box)
    remember(other, "山田の検索")
    assert client.post(address).status_code == 204
    assert [each.text for each in RecentSearch.objects.all()] == ["山田の検索"]
    forget(other)
    assert client.get(address).status_code == 405


def test_a_page_has_the_same_number_of_queries_however_many_are_saved(
    office: Office, django_assert_num_queries: Any
) -> None:
    save_search(office.agent, name="0", query="0")
    client = at(office.agent)
    with CaptureQueriesContext(connection) as first:
        client.get(reverse("mail:list"))
    for number in range(30):
        save_search(office.agent, name=str(number), query=str(number))
    with django_assert_num_queries(len(first)):
        page = client.get(reverse("mail:list"))
    assert len(page.context["nav"]["saved"]) == saved.SHOWN
