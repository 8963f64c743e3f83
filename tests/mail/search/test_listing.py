"""The search box: other readings beside it, marks on what was found, and an honest end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from mail import publicid
from mail.actions.comment import add_comment
from mail.models import Comment, SearchBuild, SearchDocument
from mail.search import building, documents, finding
from tests.mail.search.conftest import Office


@pytest.fixture
def client(office: Office) -> Client:
    client = Client()
    client.force_login(office.agent)
    return client


def shown(client: Client, **query: str) -> str:
    answer = client.get(reverse("mail:list"), query, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def ids(page: Any) -> list[int]:
    found = re.findall(r'<tr id="m-([^"]+)"', page.content.decode())
    return [publicid.decode(each) for each in found]


def rows(client: Client, **query: str) -> list[int]:
    return ids(client.get(reverse("mail:list"), query))


@pytest.mark.spec("M3c")
@pytest.mark.parametrize("text", ["foo:返品", '"返品', "返品 after:2026/13/45", "(返品", "返品 )"])
def test_another_reading_is_told_beside_the_hits(office: Office, client: Client, text: str) -> None:
    office.mail(subject="返品について")
    page = client.get(reverse("mail:list"), {"q": text})
    assert page.status_code == 200
    assert page.context["search"]["cautions"]
    assert page.context["search"]["cautions"][0] in page.content.decode().replace(
        "&quot;", '"'
    ).replace("&#x27;", "'")


def test_marks_are_escaped(office: Office, client: Client) -> None:
    office.mail(subject="<b>返品</b> & ﾍﾝﾋﾟﾝ", text="x" * 50 + "<script>返品")
    page = shown(client, q="返品")
    assert "&lt;b&gt;<mark>返品</mark>&lt;/b&gt;" in page
    assert "&lt;script&gt;<mark>返品</mark>" in page
    assert "<mark>ﾍﾝﾋﾟﾝ</mark>" in shown(client, q="ヘンピン")


def test_a_comment_is_found_as_soon_as_it_is_written(office: Office, client: Client) -> None:
    message = office.mail(subject="返品")
    assert rows(client, q="comment:折り返し") == []
    add_comment(message, office.agent, "折り返し電話する")
    assert rows(client, q="comment:折り返し") == [message.pk]
    assert rows(client, q="折り返し") == [message.pk]


def test_spam_and_trash_are_left_out_unless_asked_for(office: Office, client: Client) -> None:
    office.mail(subject="返品", folder="spam")
    trash = office.mail(subject="返品", folder="trash")
    draft = office.mail(subject="返品", folder="draft", status=None)
    assert rows(client, q="返品") == [draft.pk]
    assert rows(client, q="返品 in:trash") == [trash.pk]
    assert len(rows(client, q="返品 in:anywhere")) == 3


def test_a_search_that_takes_too_long_says_so_and_goes_on(
    office: Office, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first statement that is stopped by the database's own time-out."""
    wanted = [office.mail(subject=f"返品 {number}").pk for number in range(3)]
    held = finding._Search._hold

    def slow(search: Any, candidates: Any) -> None:
        held(search, candidates[:1])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 5; SELECT pg_sleep(10)")

    monkeypatch.setattr(finding._Search, "_hold", slow)
    monkeypatch.setattr(finding._Search, "left", lambda search: 0.05)
    page = client.get(reverse("mail:list"), {"q": "返品"})
    assert ids(page) == [wanted[-1]]
    assert page.context["search"]["partial"]
    monkeypatch.undo()
    further = client.get(page.context["search"]["go_on_url"])
    assert ids(further) == [wanted[1], wanted[0]]
    assert not further.context["search"]["partial"]


def test_older_mail_is_made_searchable_in_the_background(office: Office, client: Client) -> None:
    pks = [office.mail(subject="返品").pk for _ in range(5)]
    comment = Comment.objects.create(message_id=pks[0], author=office.agent, text="折り返し")
    SearchDocument.objects.all().delete()
    assert rows(client, q="返品") == []
    build = building.go_on()
    assert build.finished_at is not None
    assert (build.done, build.total) == (5, 5)
    assert rows(client, q="返品") == pks[::-1]
    assert rows(client, q="comment:折り返し") == [comment.message_id]
    assert building.go_on().done == 5
    assert SearchBuild.objects.count() == 1
    assert building.running() is None


def test_a_new_installation_reads_nothing_a_second_time(office: Office) -> None:
    pks = [office.mail(subject="返品").pk for _ in range(3)]
    SearchDocument.objects.filter(message=pks[0]).update(body="as it was stored ")
    build = building.go_on()
    assert build.finished_at is not None
    assert build.done == 0
    assert SearchDocument.objects.get(message=pks[0]).body == "as it was stored "


def test_pages_of_hits_turn_both_ways(
    office: Office, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pks = [office.mail(subject="返品").pk for _ in range(7)][::-1]
    monkeypatch.setattr("mail.views.listing.PAGE", 3)
    monkeypatch.setattr("mail.browse.PAGE", 3)
    first = client.get(reverse("mail:list"), {"q": "返品"})
    assert ids(first) == pks[:3]
    second = client.get(first.context["next_url"])
    assert ids(second) == pks[3:6]
    assert second.context["page"]["total"] == 7
    back = client.get(second.context["prev_url"])
    assert ids(back) == pks[:3]


def test_a_document_that_was_cut_remembers(office: Office) -> None:
    message = office.mail(text="返品 " * 100_000)
    assert SearchDocument.objects.get(pk=message.pk).was_cut
    assert len(SearchDocument.objects.get(pk=message.pk).body.encode()) <= documents._MOST_BODY
