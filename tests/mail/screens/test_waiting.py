"""What the screens show and answer while a mail waits to be sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from mail import editlock
from mail.models import Draft, EditLock, Outgoing, OutgoingState
from permissions.models import User
from tests.mail import cast
from tests.mail.screens.test_writing import FILLED, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(broker: Any) -> Desk:
    return Desk()


def local(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def press_send(desk: Desk, **fields: Any) -> Outgoing:
    answer = desk.post("send", desk.begin(), **FILLED, **fields)
    assert answer.status_code == 200, answer.content.decode()
    return Outgoing.objects.get()


def address(verb: str, outgoing: Outgoing) -> str:
    return reverse(f"mail:{verb}", args=[outgoing.pk])


def page(desk: Desk, user: User) -> str:
    answer = desk.as_(user).get(reverse("mail:detail", args=[desk.mail.pk]))
    return str(answer.content.decode())


@pytest.mark.spec("M21a")
def test_the_author_is_offered_undo_and_everybody_else_told(desk: Desk) -> None:
    outgoing = press_send(desk)
    undo = address("undo", outgoing)
    mine = page(desk, desk.agent)  # also after a reload, and in another tab
    assert undo in mine
    assert "送信取り消し" in mine
    assert "あなたの返信は送信待ちです" in mine
    theirs = page(desk, desk.other)
    assert undo not in theirs
    assert "田中 健一さんの返信は送信待ちです" in theirs

    refused = desk.as_(desk.other).post(undo)
    assert refused.status_code == 409
    assert "田中 健一" in refused.content.decode()

    answer = desk.client.post(undo)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "data-composer" in shown
    assert "よろしくお願いいたします。" in shown
    assert "あなたが編集中です" in shown
    assert Outgoing.objects.get().state == OutgoingState.CANCELLED


@pytest.mark.spec("M29")
def test_what_came_is_shown_as_text_and_decided_about(desk: Desk) -> None:
    outgoing = press_send(desk)
    came = {
        "key": "g:18f",
        "kind": "received",
        "who": "<b>葵</b>",
        "at": "2026-11-23T01:00:00+00:00",
        "subject": "Re: ご注文について",
        "snippet": "<script>alert(1)</script>取り消します",
    }
    Outgoing.objects.update(state=OutgoingState.HELD, trouble="news", news=[came])
    shown = page(desk, desk.agent)
    assert "&lt;b&gt;葵&lt;/b&gt;" in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;取り消します" in shown
    assert "10:00" in shown  # in the reader's time zone
    assert "それでも送信" in shown
    theirs = page(desk, desk.other)
    assert "取り消します" in theirs
    assert "それでも送信" not in theirs
    assert (
        desk.as_(desk.other).post(address("send_anyway", outgoing), {"seen": "g:18f"}).status_code
        == 409
    )
    assert desk.client.post(address("send_anyway", outgoing)).status_code == 422
    answer = desk.client.post(address("send_anyway", outgoing), {"seen": "g:18f"})
    assert answer.status_code == 200
    sent_on = Outgoing.objects.get()
    assert (sent_on.state, sent_on.accepted) == (OutgoingState.QUEUED, ["g:18f"])


@pytest.mark.spec("M21b")
def test_a_time_is_chosen_changed_and_given_up(desk: Desk) -> None:
    later = timezone.now() + timedelta(days=1)
    outgoing = press_send(desk, schedule="1", at=local(later))
    assert outgoing.scheduled
    assert local(outgoing.due_at) == local(later)
    shown = page(desk, desk.agent)
    assert f'value="{local(later)}"' in shown
    assert "送信予約済み" in shown
    assert "送信予約" in page(desk, desk.other)
    assert address("reschedule", outgoing) not in page(desk, desk.other)
    drafts = desk.client.get(reverse("mail:list"), {"category": "drafts"}).content.decode()
    assert timezone.localtime(later).strftime("%m/%d %H:%M") in drafts

    wrong = desk.client.post(address("reschedule", outgoing), {"at": "2020-01-01T09:00"})
    assert wrong.status_code == 422
    assert "過ぎている" in wrong.content.decode()
    for nonsense in ("", "明日", "2026-13-40T99:99"):
        answer = desk.client.post(address("reschedule", outgoing), {"at": nonsense})
        assert answer.status_code == 422
    assert Outgoing.objects.get().state == OutgoingState.QUEUED
    latest = timezone.now() + timedelta(days=3)
    answer = desk.client.post(address("reschedule", outgoing), {"at": local(latest)})
    assert answer.status_code == 200
    second = Outgoing.objects.get(state=OutgoingState.QUEUED)
    assert local(second.due_at) == local(latest)
    assert "data-composer" in desk.client.post(address("undo", second)).content.decode()


@pytest.mark.spec("M21b")
def test_the_time_is_the_agents_own_zone(desk: Desk) -> None:
    User.objects.filter(pk=desk.agent.pk).update(time_zone="America/New_York")
    later = (timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    with timezone.override("America/New_York"):
        written = local(later)
    outgoing = press_send(desk, schedule="1", at=written)
    assert outgoing.due_at == later


@pytest.mark.spec("M21b")
@pytest.mark.parametrize("at", ["2020-01-01T09:00", "", "いつか"])
def test_a_time_that_is_none_is_refused_at_its_field_and_the_text_kept(desk: Desk, at: str) -> None:
    answer = desk.post("send", desk.begin(), **FILLED, schedule="1", at=at)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="e-at"' in shown
    assert "よろしくお願いいたします。" in shown
    assert "よろしくお願いいたします。" in Draft.objects.get().text
    assert not Outgoing.objects.exists()


def test_a_time_without_pressing_schedule_means_nothing(desk: Desk) -> None:
    assert not press_send(desk, at=local(timezone.now() + timedelta(days=1))).scheduled


@pytest.mark.spec("M28")
def test_work_close_by_is_a_warning_to_be_confirmed(desk: Desk) -> None:
    other = cast.mail(desk.box, conversation=desk.mail.conversation)
    editlock.acquire(other, desk.other)
    reply = reverse("mail:reply", args=[desk.mail.pk])
    answer = desk.client.post(reply)
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "山田 花子さん" in shown
    assert "それでも始める" in shown
    assert not Draft.objects.exists()
    assert not EditLock.objects.filter(message=desk.mail, holder__isnull=False).exists()
    answer = desk.client.post(reply, {"confirmed": "1"})
    assert answer.status_code == 200
    assert "data-composer" in answer.content.decode()
    told = desk.client.get(reverse("mail:events", args=[desk.mail.pk])).content.decode()
    assert "山田 花子" in told


@pytest.mark.spec("M28")
def test_the_same_mail_in_another_mailbox_is_a_warning_without_its_address(desk: Desk) -> None:
    elsewhere = cast.mailbox("sales@shop.example", "営業")
    twin = cast.mail(elsewhere)
    twin.body.rfc822_id = desk.mail.body.rfc822_id
    twin.body.save()
    seller = cast.person("ito", elsewhere, name="伊藤 営業")
    editlock.acquire(twin, seller)
    answer = desk.client.post(reverse("mail:reply", args=[desk.mail.pk]))
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "別のメールボックス" in shown
    assert "伊藤 営業さん" in shown
    assert twin.public_id not in shown  # not this agent's mailbox


def test_a_pane_asked_for_anew_shows_what_there_is(desk: Desk) -> None:
    pane = reverse("mail:draft_pane", args=[desk.mail.pk])
    assert "返信を始める" in desk.client.get(pane).content.decode()
    outgoing = press_send(desk)
    assert address("undo", outgoing) in desk.client.get(pane).content.decode()
    state = desk.client.get(address("sending", outgoing)).content.decode()
    assert "送信取り消し" in state
    assert 'id="lock-banner"' not in state  # an open question in it is left alone
