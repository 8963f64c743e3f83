"""Star, unread, labels, spam and trash on the pages: offered, refused, in place or plain."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from labels.models import Label
from mail import editlock
from mail.models import Folder, Message, MessageLabel
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db
LIST = "category=inbox&status=open"


class Desk:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("agent", self.box, name="田中 健一")
        self.other = cast.person("other", self.box, name="山田 花子")
        self.mail = cast.mail(self.box, subject="【至急】破損", is_unread=True)
        self.labels = [
            Label.objects.create(mailbox=self.box, gmail_id=f"Label_{number}", name=name)
            for number, name in enumerate(["配送", "クレーム", "クレーム/至急", "隠れた"])
        ]
        self.labels[3].hidden = True
        self.labels[3].save()
        self.put(self.labels[0])

    def put(self, label: Label) -> None:
        MessageLabel.objects.create(
            message=self.mail, label=label, internal_date=self.mail.internal_date
        )

    def at(self, name: str) -> str:
        return reverse(f"mail:{name}", args=[self.mail.pk])

    def plain(self, user: User | None = None) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=(user or self.agent).pk))
        return client

    def htmx(self, target: str = "lock-banner", user: User | None = None) -> Client:
        page = f"http://testserver{self.at('detail')}?{LIST}"
        client = Client(headers={"hx-request": "true", "hx-target": target, "hx-current-url": page})
        client.force_login(User.objects.get(pk=(user or self.agent).pk))
        return client

    def fresh(self) -> Message:
        return Message.objects.get(pk=self.mail.pk)

    def label_names(self) -> list[str]:
        return sorted(self.mail.labels.filter(kind="user").values_list("name", flat=True))


@pytest.fixture
def desk(broker: Any) -> Desk:
    return Desk()


@pytest.mark.spec("M15")
def test_a_star_from_the_mail_is_answered_in_place(desk: Desk) -> None:
    response = desk.htmx().post(desk.at("star"), {"starred": "1"})
    shown = response.content.decode()
    assert response.status_code == 200
    assert 'id="mail-marks"' in shown
    assert 'aria-pressed="true" aria-label="スター"' in shown
    assert f'name="list" value="{LIST.replace("&", "&amp;")}"' in shown
    assert desk.fresh().is_starred


def test_a_star_from_a_row_is_answered_with_the_row(desk: Desk) -> None:
    response = desk.htmx("row-marks").post(
        desk.at("star"), {"starred": "1", "list": LIST, "row": "1"}
    )
    shown = response.content.decode()
    assert f'<tr id="m-{desk.mail.public_id}" data-v="1"' in shown
    assert 'hx-swap-oob="true"' in shown
    assert f"{desk.at('detail')}?{LIST.replace('&', '&amp;')}" in shown
    assert 'value="0" aria-pressed="true"' in shown


def test_without_a_script_the_page_that_asked_comes_back(desk: Desk) -> None:
    row = desk.plain().post(desk.at("star"), {"starred": "1", "list": LIST, "row": "1"})
    assert (row.status_code, row["Location"]) == (302, f"/mail/?{LIST}")
    mail = desk.plain().post(desk.at("star"), {"starred": "0", "list": LIST})
    assert (mail.status_code, mail["Location"]) == (302, desk.at("detail"))
    label = desk.plain().post(desk.at("labels"), {"label": str(desk.labels[1].pk)})
    assert (label.status_code, label["Location"]) == (302, desk.at("detail"))
    assert desk.label_names() == ["クレーム", "配送"]


def test_the_page_says_that_the_mail_was_opened_and_looking_does_not(desk: Desk) -> None:
    shown = desk.plain().get(desk.at("detail")).content.decode()
    assert f'hx-post="{desk.at("read")}" hx-vals=\'{{"unread": "0"}}\' hx-trigger="load"' in shown
    assert desk.fresh().is_unread
    assert desk.htmx("").post(desk.at("read"), {"unread": "0"}).status_code == 204
    assert not desk.fresh().is_unread
    assert 'hx-trigger="load" hx-swap="none"' not in (
        desk.plain().get(desk.at("detail")).content.decode()
    )


def test_marking_as_unread_goes_back_to_the_list(desk: Desk) -> None:
    Message.objects.filter(pk=desk.mail.pk).update(is_unread=False)
    response = desk.htmx("lock-banner").post(desk.at("read"), {"unread": "1", "list": LIST})
    assert response["HX-Redirect"] == f"/mail/?{LIST}"
    assert desk.fresh().is_unread


@pytest.mark.spec("M15")
@pytest.mark.parametrize(
    ("away", "back", "words"),
    [("trash", "restore", "ゴミ箱に移しました。"), ("spam", "not_spam", "迷惑メールにしました。")],
)
def test_away_with_a_way_back(desk: Desk, away: str, back: str, words: str) -> None:
    client = desk.plain()
    response = client.post(desk.at(away), {"list": LIST}, follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(f"/mail/?{LIST}", 302)]
    assert words in page
    undo = f"{desk.at(back)}?list=category%3Dinbox%26status%3Dopen"
    assert f'action="{undo}"' in page
    assert desk.fresh().folder == away
    response = client.post(undo, follow=True)
    assert response.redirect_chain == [(f"/mail/?{LIST}", 302)]
    assert desk.fresh().folder == Folder.RECEIVED


@pytest.mark.parametrize(
    ("folder", "offered", "words"), [("trash", "restore", "復元"), ("spam", "not_spam", "解除")]
)
def test_what_is_away_offers_its_way_back_and_no_handling(
    desk: Desk, folder: str, offered: str, words: str
) -> None:
    Message.objects.filter(pk=desk.mail.pk).update(folder=folder)
    desk.put(Label.objects.create(mailbox=desk.box, gmail_id=folder.upper(), name=folder.upper()))
    shown = desk.plain().get(desk.at("detail")).content.decode()
    assert desk.at(offered) in shown
    for other in {"restore", "not_spam", "spam", "status", "reply"} - {offered}:
        assert desk.at(other) not in shown
    assert (desk.at("trash") in shown) is (folder == "spam")
    page = desk.plain().get(f"/mail/?category={folder}").content.decode()
    row = page.partition('<tbody id="rows">')[2].partition("</tbody>")[0]
    assert f'formaction="{desk.at(offered)}"' in row
    assert words in row
    assert "st-open" not in row
    answer = desk.htmx("row-marks").post(
        desk.at(offered), {"list": f"category={folder}", "row": "1"}
    )
    assert f'id="m-{desk.mail.public_id}"' in answer.content.decode()
    assert "toast" in json.loads(answer["HX-Trigger"])
    assert desk.fresh().folder == Folder.RECEIVED


@pytest.mark.spec("M13")
def test_the_labels_to_choose_from(desk: Desk) -> None:
    form = desk.htmx("label-dialog").get(desk.at("labels")).content.decode()
    assert "<html" not in form
    assert "隠れた" not in form
    ticked, first, child = (desk.labels[number].pk for number in (0, 1, 2))
    assert f'value="{ticked}" checked' in form
    assert f'name="had" value="{ticked}"' in form
    assert f'value="{first}" checked' not in form
    assert 'class="child"' in form
    response = desk.htmx().post(desk.at("labels"), {"had": [ticked], "label": [first, child]})
    shown = response.content.decode()
    assert 'id="mail-labels" hx-swap-oob="true"' in shown
    assert "クレーム/至急" in shown
    assert desk.label_names() == ["クレーム", "クレーム/至急"]


def test_a_colleagues_label_of_meanwhile_stays(desk: Desk) -> None:
    """The form was made before 至急 was put on: it was not ticked, and is not taken off."""
    desk.put(desk.labels[2])
    desk.htmx().post(desk.at("labels"), {"had": [desk.labels[0].pk], "label": [desk.labels[1].pk]})
    assert desk.label_names() == ["クレーム", "クレーム/至急"]


def test_labels_without_a_script_are_a_page(desk: Desk) -> None:
    shown = desk.plain().get(desk.at("labels")).content.decode()
    assert "<html" in shown
    assert f'action="{desk.at("labels")}"' in shown


@pytest.mark.parametrize("label", ["999999", "x", ""])
def test_a_label_that_is_none_is_refused(desk: Desk, label: str) -> None:
    response = desk.htmx().post(desk.at("labels"), {"label": [label]})
    assert response.status_code == 422
    assert desk.label_names() == ["配送"]


@pytest.mark.spec("M24b", "M25")
@pytest.mark.parametrize(
    ("name", "data"),
    [("star", {"starred": "1"}), ("trash", {}), ("spam", {}), ("labels", {"label": []})],
)
def test_a_colleagues_lock_refuses_and_names_them(
    desk: Desk, name: str, data: dict[str, Any]
) -> None:
    editlock.acquire(desk.mail, desk.other)
    response = desk.htmx().post(desk.at(name), data)
    assert response.status_code == 409
    assert response["HX-Retarget"] == "global #alerts"
    assert "山田 花子" in response.content.decode()


@pytest.mark.parametrize(("name", "data"), [("star", {"starred": "2"}), ("read", {})])
def test_what_is_no_answer_is_refused(desk: Desk, name: str, data: dict[str, str]) -> None:
    assert desk.htmx().post(desk.at(name), data).status_code == 422


@pytest.mark.spec("P2")
def test_what_a_person_may_not_do_is_not_offered(desk: Desk) -> None:
    for operation in (Operation.MAIL_LABEL, Operation.MAIL_TRASH):
        UserGrant.objects.create(user=desk.agent, operation=operation.value, allowed=False)
    Message.objects.filter(pk=desk.mail.pk).update(is_starred=True)
    desk.put(Label.objects.create(mailbox=desk.box, gmail_id="INBOX", name="INBOX"))
    shown = desk.plain().get(desk.at("detail")).content.decode()
    row = desk.plain().get("/mail/").content.decode()
    assert desk.mail.subject in row
    for name in ("star", "read", "labels", "trash", "spam"):
        assert desk.at(name) not in shown + row
    assert 'hx-trigger="load" hx-swap="none"' not in shown
    assert "row-marks" not in row
    assert "スター付き" in row


def test_the_history_tells_what_was_done(desk: Desk) -> None:
    client = desk.htmx()
    client.post(desk.at("star"), {"starred": "1"})
    client.post(desk.at("labels"), {"had": [desk.labels[0].pk], "label": [desk.labels[2].pk]})
    client.post(desk.at("trash"), {"list": LIST})
    client.post(desk.at("restore"), {})
    told = client.get(desk.at("events")).content.decode()
    for words in (
        "スターを付けました",
        "ラベルを変更しました: +クレーム/至急, −配送",
        "ゴミ箱に移しました",
        "ゴミ箱から復元しました",
    ):
        assert words in told
