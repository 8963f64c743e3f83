"""Who has a mail open: told to the others, forgotten by itself, and never in anybody's way."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import redis
from django.test import Client
from django.urls import reverse

from callcenter.redis import connection
from mail.live import presence
from mail.models import Message
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail() -> Message:
    message = cast.mail(cast.mailbox())
    connection().delete(f"looking:{message.pk}")
    return message


@pytest.fixture
def agents(mail: Message) -> tuple[User, User]:
    return (
        cast.person("tanaka", mail.mailbox, name="田中 健一"),
        cast.person("yamada", mail.mailbox, name="山田 花子"),
    )


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    hints: list[dict[str, Any]] = []
    monkeypatch.setattr("callcenter.live.publish", hints.append)
    return hints


def names(people: list[dict[str, Any]]) -> list[str]:
    return [each["name"] for each in people]


def test_each_is_told_of_the_others(mail: Message, agents: tuple[User, User]) -> None:
    tanaka, yamada = agents
    assert presence.look(mail, tanaka) == []
    assert names(presence.look(mail, yamada)) == ["田中 健一"]
    assert names(presence.look(mail, tanaka)) == ["山田 花子"]
    presence.leave(mail, tanaka)
    assert presence.look(mail, yamada) == []


def test_pages_are_told_when_somebody_comes_or_goes_and_not_at_each_beat(
    mail: Message, agents: tuple[User, User], told: list[dict[str, Any]]
) -> None:
    tanaka, yamada = agents
    for user in (tanaka, tanaka, yamada, tanaka, yamada):
        presence.look(mail, user)
    presence.leave(mail, tanaka)
    presence.leave(mail, tanaka)
    shown = [names(hint["note"]["state"]["people"]) for hint in told]
    assert shown == [["田中 健一"], ["田中 健一", "山田 花子"], ["山田 花子"]]
    assert {hint["mailbox"] for hint in told} == {mail.mailbox_id}
    assert {hint["note"]["public_id"] for hint in told} == {mail.public_id}
    json.dumps(told)


def test_a_page_that_says_nothing_any_more_is_forgotten(
    mail: Message,
    agents: tuple[User, User],
    told: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tanaka, yamada = agents
    presence.look(mail, tanaka)
    now = time.time() + presence.FORGOTTEN_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: now)
    assert presence.look(mail, yamada) == []
    assert names(told[-1]["note"]["state"]["people"]) == ["山田 花子"]


def test_who_may_not_work_here_any_more_is_not_shown(
    mail: Message, agents: tuple[User, User]
) -> None:
    tanaka, yamada = agents
    presence.look(mail, tanaka)
    User.objects.filter(pk=tanaka.pk).update(is_active=False)
    assert presence.look(mail, yamada) == []


def test_without_the_broker_nobody_is_shown_and_nothing_fails(
    mail: Message, agents: tuple[User, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down() -> redis.Redis:
        raise redis.ConnectionError("down")

    monkeypatch.setattr(presence, "connection", down)
    assert presence.look(mail, agents[0]) == []
    presence.leave(mail, agents[0])


def test_the_page_says_so_and_is_answered(
    mail: Message, agents: tuple[User, User], client: Client
) -> None:
    tanaka, yamada = agents
    presence.look(mail, yamada)
    client.force_login(tanaka)
    address = reverse("mail:looking", args=[mail.pk])
    assert (
        f'data-looking="{address}"'
        in client.get(reverse("mail:detail", args=[mail.pk])).content.decode()
    )
    answer = client.post(address)
    assert answer.json() == {
        "people": [{"id": yamada.pk, "name": "山田 花子", "color": yamada.color}]
    }
    assert names(presence.look(mail, yamada)) == ["田中 健一"]
    assert client.post(address, {"gone": "1"}).status_code == 204
    assert presence.look(mail, yamada) == []


def test_a_mail_in_another_mailbox_is_not_there(mail: Message, client: Client) -> None:
    client.force_login(cast.person("sato", cast.mailbox("other@shop.example")))
    assert client.post(reverse("mail:looking", args=[mail.pk])).status_code == 404
    assert presence.look(mail, cast.person("kato", mail.mailbox)) == []
