"""代わってほしい, text that came after the lock was over, and two tabs that met."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from activity.models import Event
from mail import editlock
from mail.actions import handover
from mail.actions.errors import BeingSent, NobodyAsks, NobodyHolds
from mail.actions.fields import DraftFields
from mail.actions.parking import keep_typed
from mail.actions.reply import Composer, resume, start_reply
from mail.actions.send import send
from mail.models import Draft, DraftKind, DraftState, Message, Outgoing, Status
from mailboxes.models import Mailbox, Membership
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def composer(message: Message, tanaka: User) -> Composer:
    return start_reply(message, tanaka, DraftKind.REPLY)


def keep(composer: Composer, user: User, text: str, page: str = "p1") -> Draft:
    kept, _ = keep_typed(
        Draft.objects.get(pk=composer.draft.pk),
        user,
        token=composer.lock.token,
        version=composer.draft.version,
        page=page,
        fields=DraftFields(text=text),
    )
    return kept


def client_of(user: User) -> Client:
    client = Client(headers={"hx-request": "true"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


# M30


@pytest.mark.spec("M30")
def test_text_and_lock_go_to_who_asked(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    with pytest.raises(NobodyAsks):
        handover.hand_over(message, tanaka, token=composer.lock.token)
    handover.ask(message, yamada)
    asked = Event.objects.get(kind="lock.asked")
    assert (asked.actor, asked.data["told"]) == (yamada, tanaka.pk)
    lock = handover.hand_over(
        message,
        tanaka,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(text="最後に入力した文字まで"),
    )
    assert lock.held_by(yamada)
    assert lock.token > composer.lock.token
    draft = Draft.objects.get(pk=composer.draft.pk)
    assert (draft.author, draft.text, draft.state) == (
        yamada,
        "最後に入力した文字まで",
        DraftState.LIVE,
    )
    message.refresh_from_db()
    assert (message.status, message.assignee) == (Status.IN_PROGRESS, yamada)
    told = Event.objects.get(kind="lock.handed_over")
    assert (told.actor, told.data["told"], told.data["former"]) == (tanaka, yamada.pk, tanaka.pk)
    # The new holder goes on and can send; what was before comes back when they give it up.
    assert start_reply(message, yamada, DraftKind.REPLY).draft == draft
    editlock.release(message, yamada, lock.token)
    message.refresh_from_db()
    assert (message.status, message.assignee) == (Status.OPEN, None)


@pytest.mark.spec("M30")
def test_the_holder_may_decline_and_the_asker_is_told(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    handover.ask(message, yamada)
    handover.decline(message, tanaka, token=composer.lock.token)
    assert Event.objects.get(kind="lock.declined").data["told"] == yamada.pk
    lock = editlock.current(message)
    assert lock is not None
    assert lock.held_by(tanaka)
    assert lock.asked_by is None
    with pytest.raises(NobodyAsks):
        handover.decline(message, tanaka, token=composer.lock.token)
    assert handover.ask(message, yamada).asked_by == yamada  # and may ask again


def test_who_asked_first_is_answered_first(
    box: Mailbox, message: Message, yamada: User, composer: Composer
) -> None:
    ito = cast.person("ito", box)
    handover.ask(message, yamada)
    assert handover.ask(message, ito).asked_by == yamada
    assert Event.objects.filter(kind="lock.asked").count() == 1


def test_there_is_nobody_to_ask(message: Message, tanaka: User, yamada: User) -> None:
    with pytest.raises(NobodyHolds):
        handover.ask(message, yamada)
    start_reply(message, tanaka, DraftKind.REPLY)
    with pytest.raises(NobodyHolds):
        handover.ask(message, tanaka)


def test_a_wish_does_not_outlive_the_lock(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    handover.ask(message, yamada)
    editlock.release(message, tanaka, composer.lock.token)
    assert editlock.acquire(message, tanaka).asked_by is None


def test_nothing_is_handed_to_who_may_not_write_any_more(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    handover.ask(message, yamada)
    Membership.objects.filter(user=yamada).delete()
    with pytest.raises(NobodyAsks):
        handover.hand_over(message, tanaka, token=composer.lock.token)


def test_what_waits_to_be_sent_is_not_handed_over(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    handover.ask(message, yamada)
    send(composer.draft, tanaka, token=composer.lock.token, version=composer.draft.version)
    with pytest.raises(BeingSent):
        handover.hand_over(message, tanaka, token=composer.lock.token)


@pytest.mark.spec("M30")
def test_on_both_screens(message: Message, tanaka: User, yamada: User, composer: Composer) -> None:
    a, b = client_of(tanaka), client_of(yamada)
    ask = reverse("mail:ask", args=[message.pk])
    give = reverse("mail:hand_over", args=[message.pk])
    mail = reverse("mail:detail", args=[message.pk])
    assert ask in b.get(mail).content.decode()
    assert "依頼しました" in b.post(ask).content.decode()
    shown = a.get(mail).content.decode()
    assert give in shown
    assert "山田 花子さんが代わりたいと言っています" in shown
    answer = a.post(
        give,
        {
            "token": composer.lock.token,
            "version": composer.draft.version,
            "body": "引き継ぎます",
        },
    )
    assert answer.status_code == 200
    assert "data-composer" not in answer.content.decode()
    theirs = b.get(reverse("mail:draft_pane", args=[message.pk])).content.decode()
    assert "引き継ぎます" in theirs
    assert "data-composer" in theirs


# M26b


@pytest.mark.spec("M26b")
def test_what_is_typed_after_the_lock_is_parked_for_its_author(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    keep(composer, tanaka, "途中まで")
    composer.draft.refresh_from_db()
    editlock.break_lock(message, by=yamada, reason="x")
    kept = keep(composer, tanaka, "途中まで、その後も")
    assert (kept.state, kept.author, kept.text) == (
        DraftState.PARKED,
        tanaka,
        "途中まで、その後も",
    )
    assert Draft.objects.get(pk=composer.draft.pk).text == "途中まで"  # no stale write
    # The colleague begins, and the former holder still types.
    theirs = start_reply(message, yamada, DraftKind.REPLY)
    again = keep(composer, tanaka, "途中まで、その後もまだ")
    assert (again.pk, again.text) == (kept.pk, "途中まで、その後もまだ")
    theirs.draft.refresh_from_db()
    assert theirs.draft.text == ""


@pytest.mark.spec("M26b")
def test_also_when_a_permission_is_withdrawn(
    message: Message, tanaka: User, composer: Composer
) -> None:
    client = client_of(tanaka)
    data = {
        "token": composer.lock.token,
        "version": composer.draft.version,
        "page": "p1",
        "body": "まだ入力中",
    }
    autosave = reverse("mail:autosave", args=[composer.draft.pk])
    UserGrant.objects.create(user=tanaka, operation=Operation.MAIL_REPLY, allowed=False)
    assert client.post(autosave, data).json()["parked"]
    tanaka.memberships.all().delete()
    told = client.post(autosave, {**data, "body": "まだまだ入力中"}).json()
    assert told["told"]
    assert "まだまだ入力中" in client.get(told["parked"]).content.decode()
    assert client.get(reverse("mail:detail", args=[message.pk])).status_code == 404


@pytest.mark.spec("M26b")
def test_after_a_take_over_the_former_author_still_loses_nothing(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    Draft.objects.filter(pk=composer.draft.pk).update(saved_at="2026-11-22T00:00:00Z")
    editlock.break_lock(message, by=yamada, reason="x")
    resume(Draft.objects.get(pk=composer.draft.pk), yamada, take_over=True)
    kept = keep(composer, tanaka, "書き足し")
    assert (kept.author, kept.state, kept.text) == (tanaka, DraftState.PARKED, "書き足し")
    assert Draft.objects.get(pk=composer.draft.pk).text == ""


def test_two_pages_of_one_former_holder_never_overwrite_each_other(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    editlock.break_lock(message, by=yamada, reason="x")
    one, two = keep(composer, tanaka, "一", page="p1"), keep(composer, tanaka, "二", page="p2")
    assert one.pk != two.pk
    texts = Draft.objects.filter(state=DraftState.PARKED).values_list("text", flat=True)
    assert set(texts) == {"一", "二"}


def test_who_never_wrote_it_keeps_nothing_there(yamada: User, composer: Composer) -> None:
    with pytest.raises(editlock.LockLost):
        keep(composer, yamada, "よその文章")
    assert Draft.objects.count() == 1
    outsider = client_of(cast.person("outsider"))
    address = reverse("mail:autosave", args=[composer.draft.pk])
    answer = outsider.post(address, {"token": 1, "version": 1, "page": "p", "body": "x"})
    assert answer.status_code == 404


@pytest.mark.spec("M26b")
def test_what_is_typed_in_another_tab_while_it_is_sent_is_kept(
    tanaka: User, composer: Composer
) -> None:
    send(composer.draft, tanaka, token=composer.lock.token, version=composer.draft.version)
    kept = keep(composer, tanaka, "送信後に入力")
    assert (kept.state, kept.text) == (DraftState.PARKED, "送信後に入力")
    assert bytes(Outgoing.objects.get().raw).find("送信後".encode()) == -1


@pytest.mark.spec("M20b")
def test_of_two_tabs_both_texts_are_shown(tanaka: User, composer: Composer) -> None:
    client = client_of(tanaka)
    data: dict[str, Any] = {"token": composer.lock.token, "version": composer.draft.version}
    autosave = reverse("mail:autosave", args=[composer.draft.pk])
    assert client.post(autosave, {**data, "body": "一つ目のタブ"}).status_code == 200
    refused = client.post(autosave, {**data, "body": "二つ目のタブ"})
    shown = refused.content.decode()
    assert refused.status_code == 409
    assert "一つ目のタブ" in shown
    stored = Draft.objects.get()
    assert f'data-keep-mine="{stored.version}"' in shown
    assert stored.text == "一つ目のタブ"
    kept = client.post(autosave, {**data, "version": stored.version, "body": "二つ目のタブ"})
    assert kept.status_code == 200
