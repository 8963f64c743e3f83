"""備考 on the screen: the form of one comment, what was typed, and who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mail.actions.comment import add_comment, delete_comment, edit_comment
from mail.models import Comment, Mention, Message
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db


@dataclass
class Desk:
    mail: Message
    agent: User
    other: User
    leader: User

    def at(self, name: str, *more: Any) -> str:
        return reverse(f"mail:{name}", args=[self.mail.pk, *more])

    def as_(self, user: User, *, script: bool = True) -> Client:
        client = Client(headers={"hx-request": "true"} if script else {})
        client.force_login(cast.again(user))
        return client


@pytest.fixture
def desk() -> Desk:
    box = cast.mailbox()
    return Desk(
        mail=cast.mail(box),
        agent=cast.person("agent", box, name="田中 健一"),
        other=cast.person("other", box, name="山田 花子"),
        leader=cast.person("leader", box, name="鈴木 一郎", role="leader"),
    )


@pytest.mark.spec("M14")
def test_whoever_may_change_a_comment_is_offered_it(desk: Desk) -> None:
    comment = add_comment(desk.mail, desk.agent, "メモ")
    edit = desk.at("comment", comment.pk)
    for user, offered in ((desk.agent, True), (desk.leader, True), (desk.other, False)):
        shown = desk.as_(user).get(desk.at("comments")).content.decode()
        assert (edit in shown) is offered
        assert (desk.at("uncomment", comment.pk) in shown) is offered


@pytest.mark.spec("M14")
def test_an_edited_comment_says_so(desk: Desk) -> None:
    comment = add_comment(desk.mail, desk.agent, "一")
    client = desk.as_(desk.agent)
    assert "編集済み" not in client.get(desk.at("comments")).content.decode()
    form = client.get(desk.at("comment", comment.pk)).content.decode()
    assert "<!doctype" not in form.lower()
    assert ">一</textarea>" in form
    answer = client.post(desk.at("comment", comment.pk), {"text": "二", "version": "1"})
    assert answer.status_code == 200
    assert 'id="comment-list"' in answer.content.decode()
    assert "編集済み" in answer.content.decode()


def test_what_was_typed_comes_back_with_what_stands_there(desk: Desk) -> None:
    comment = add_comment(desk.mail, desk.agent, "一")
    edit_comment(comment, desk.leader, "課長の<二>", version=1)
    client = desk.as_(desk.agent)
    answer = client.post(desk.at("comment", comment.pk), {"text": "三", "version": "1"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "global #dialog"
    assert "課長の&lt;二&gt;" in shown
    assert ">三</textarea>" in shown
    assert 'name="version" value="2"' in shown
    # Having seen it, they may put theirs in its place.
    answer = client.post(desk.at("comment", comment.pk), {"text": "三", "version": "2"})
    assert answer.status_code == 200
    assert Comment.objects.get().text == "三"


@pytest.mark.parametrize(("text", "words"), [("  ", "コメントを入力"), ("長" * 4001, "4000")])
def test_a_text_that_cannot_stand_stays_in_the_form(desk: Desk, text: str, words: str) -> None:
    comment = add_comment(desk.mail, desk.agent, "一")
    client = desk.as_(desk.agent)
    answer = client.post(desk.at("comment", comment.pk), {"text": text, "version": "1"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert text in answer.content.decode()
    assert Comment.objects.get().text == "一"


def test_the_text_outlives_a_deleted_comment(desk: Desk) -> None:
    comment = add_comment(desk.mail, desk.agent, "一")
    key = comment.pk
    delete_comment(comment, desk.leader, version=1)
    client = desk.as_(desk.agent)
    assert client.get(desk.at("comment", key)).status_code == 404
    answer = client.post(desk.at("comment", key), {"text": "二", "version": "1"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert ">二</textarea>" in shown
    assert f'hx-post="{desk.at("comments")}"' in shown
    # Deleting what is gone is no error.
    assert client.post(desk.at("uncomment", key), {"version": "1"}).status_code == 200


def test_a_comment_that_was_changed_is_not_deleted(desk: Desk) -> None:
    comment = add_comment(desk.mail, desk.agent, "一")
    edit_comment(comment, desk.leader, "二", version=1)
    client = desk.as_(desk.agent)
    answer = client.post(desk.at("uncomment", comment.pk), {"version": "1"})
    assert "toast" in answer["HX-Trigger"]
    assert "二" in answer.content.decode()
    assert Comment.objects.exists()
    plain = desk.as_(desk.agent, script=False)
    answer = plain.post(desk.at("uncomment", comment.pk), {"version": "1"}, follow=True)
    assert "削除しませんでした" in answer.content.decode()
    answer = plain.post(desk.at("uncomment", comment.pk), {"version": "2"})
    assert answer.status_code == 302
    assert not Comment.objects.exists()


def test_all_of_it_works_without_scripts(desk: Desk) -> None:
    client = desk.as_(desk.agent, script=False)
    assert client.post(desk.at("comments"), {"text": "一"}).status_code == 302
    comment = Comment.objects.get()
    page = client.get(desk.at("comment", comment.pk)).content.decode()
    assert "<!doctype" in page.lower()
    answer = client.post(desk.at("comment", comment.pk), {"text": "二", "version": "1"})
    assert answer.status_code == 302
    assert Comment.objects.get().text == "二"


def test_a_comment_is_only_found_at_its_own_mail(desk: Desk) -> None:
    elsewhere = cast.mail(desk.mail.mailbox)
    comment = add_comment(elsewhere, desk.agent, "一")
    client = desk.as_(desk.agent)
    assert client.get(desk.at("comment", comment.pk)).status_code == 404
    client.post(desk.at("uncomment", comment.pk), {"version": "1"})
    answer = client.post(desk.at("comment", comment.pk), {"text": "二", "version": "1"})
    assert answer.status_code == 422
    assert Comment.objects.get().text == "一"


@pytest.mark.spec("M14")
def test_who_is_called_sees_it_marked_until_it_was_on_their_screen(desk: Desk) -> None:
    comment = add_comment(desk.mail, desk.agent, "@山田さん <b>確認</b>を")
    client = desk.as_(desk.other)
    shown = client.get(desk.at("comments")).content.decode()
    assert '<b class="called is-me">@山田</b>さん &lt;b&gt;確認&lt;/b&gt;を' in shown
    assert "is-new" in shown
    assert "未読メンション" in client.get(reverse("mail:nav")).content.decode()
    # Looking alone changes nothing; the page says that it was on the screen.
    assert Mention.objects.get().seen_at is None
    seen = desk.at("comments_seen")
    for wrong in ({}, {"up_to": "x"}, {"up_to": "0"}, {"up_to": str(2**64)}):
        assert client.post(seen, wrong).status_code == 422
    assert "HX-Trigger" not in desk.as_(desk.leader).post(seen, {"up_to": str(comment.pk)})
    answer = client.post(seen, {"up_to": str(comment.pk)})
    assert answer.status_code == 204
    assert "nav-changed" in answer["HX-Trigger"]
    assert "HX-Trigger" not in client.post(seen, {"up_to": str(comment.pk)})
    shown = client.get(desk.at("comments")).content.decode()
    assert "is-new" not in shown
    assert "is-me" in shown
    assert "未読メンション" not in client.get(reverse("mail:nav")).content.decode()
    other = desk.as_(desk.agent).get(desk.at("comments")).content.decode()
    assert '<b class="called">@山田</b>' in other


def test_the_people_to_call_are_those_who_see_the_mail(desk: Desk) -> None:
    cast.person("outsider", name="外山 そと")
    answer = desk.as_(desk.agent).get(desk.at("comment_people"))
    assert answer.json() == {
        "people": [
            {"name": "山田 花子", "username": "other"},
            {"name": "鈴木 一郎", "username": "leader"},
        ]
    }
