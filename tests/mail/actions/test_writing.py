"""Starting, typing, saving, giving up and handing in a mail; everything but Gmail."""

from __future__ import annotations

import pytest
from django.http import Http404

from activity.models import Event
from mail import editlock
from mail.actions.drafts import autosave, cancel, discard, save
from mail.actions.errors import (
    BeingSent,
    DraftClosed,
    DraftConflict,
    NoStatus,
    OthersDraft,
)
from mail.actions.fields import DraftFields
from mail.actions.reply import Composer, resume, start_new, start_reply
from mail.actions.send import send
from mail.models import Draft, DraftKind, DraftState, EditLock, Folder, Message, Outgoing, Status
from mail.outbox.freeze import Unsendable
from mailboxes.models import Mailbox, SendAs
from permissions.access import OperationDenied
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(box: Mailbox) -> Message:
    return cast.mail(box, cc=(("上司", "boss@customer.example"),))


@pytest.fixture
def composer(message: Message, tanaka: User) -> Composer:
    return start_reply(message, tanaka, DraftKind.REPLY)


def typed(composer: Composer, user: User, text: str, version: int | None = None) -> Draft:
    draft = composer.draft
    version = Draft.objects.get(pk=draft.pk).version if version is None else version
    fields = DraftFields(text=text)
    return autosave(draft, user, token=composer.lock.token, version=version, fields=fields)


@pytest.mark.spec("M18a", "M24a")
def test_a_reply_takes_the_lock_and_goes_to_the_sender(
    message: Message, tanaka: User, composer: Composer
) -> None:
    draft = composer.draft
    assert composer.lock.held_by(tanaka)
    assert draft.to == [["井上 葵", "aoi@customer.example"]]
    assert (draft.cc, draft.bcc) == ([], [])
    assert draft.subject == "Re: ご注文について"
    assert "届きません。" in draft.quoted
    assert draft.text == ""
    message.refresh_from_db()
    assert (message.status, message.assignee) == (Status.IN_PROGRESS, tanaka)


@pytest.mark.spec("M18a")
def test_reply_to_is_honoured(box: Mailbox, tanaka: User) -> None:
    message = cast.mail(box)
    message.body.people["reply_to"] = [["窓口", "desk@customer.example"]]
    message.body.save()
    draft = start_reply(message, tanaka, DraftKind.REPLY).draft
    assert draft.to == [["窓口", "desk@customer.example"]]


@pytest.mark.spec("M18a")
def test_a_reply_to_our_own_sent_mail_goes_to_its_recipient(box: Mailbox, tanaka: User) -> None:
    message = cast.mail(
        box,
        folder=Folder.SENT,
        status=Status.DONE,
        sender=(box.name, box.address),
        to=(("井上 葵", "aoi@customer.example"),),
    )
    draft = start_reply(message, tanaka, DraftKind.REPLY).draft
    assert draft.to == [["井上 葵", "aoi@customer.example"]]


@pytest.mark.spec("M18a")
def test_reply_to_all_leaves_out_all_our_own_addresses(box: Mailbox, tanaka: User) -> None:
    SendAs.objects.create(mailbox=box, address="shop@shop.example", verified=True)
    message = cast.mail(
        box,
        to=(("サポート", box.address), ("", "Shop@shop.example")),
        cc=(("上司", "boss@customer.example"),),
    )
    draft = start_reply(message, tanaka, DraftKind.REPLY_ALL).draft
    everybody = [address for _, address in [*draft.to, *draft.cc, *draft.bcc]]
    assert sorted(everybody) == ["aoi@customer.example", "boss@customer.example"]


@pytest.mark.spec("M18b")
def test_subjects_are_not_stacked(box: Mailbox, tanaka: User) -> None:
    message = cast.mail(box, subject="Re: RE: 返信: ご注文について")
    assert start_reply(message, tanaka, DraftKind.REPLY).draft.subject == "Re: ご注文について"


@pytest.mark.spec("M18a")
def test_a_forward_begins_without_recipients(message: Message, tanaka: User) -> None:
    draft = start_reply(message, tanaka, DraftKind.FORWARD).draft
    assert draft.to == []
    assert draft.subject == "Fwd: ご注文について"
    assert "aoi@customer.example" in draft.quoted
    assert "届きません。" in draft.quoted


@pytest.mark.spec("M19a")
def test_the_answer_comes_from_the_address_that_the_customer_wrote_to(
    box: Mailbox, tanaka: User
) -> None:
    SendAs.objects.create(mailbox=box, address="returns@shop.example", verified=True)
    SendAs.objects.create(mailbox=box, address="new@shop.example", verified=False)
    to_returns = cast.mail(box, to=(("", "Returns@Shop.example"),))
    assert start_reply(to_returns, tanaka, DraftKind.REPLY).draft.from_address == (
        "returns@shop.example"
    )
    to_unverified = cast.mail(box, to=(("", "new@shop.example"),))
    assert start_reply(to_unverified, tanaka, DraftKind.REPLY).draft.from_address == box.address


@pytest.mark.spec("M25")
def test_a_colleague_is_refused_and_nothing_changes(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    with pytest.raises(editlock.LockHeld) as refused:
        start_reply(message, yamada, DraftKind.REPLY)
    assert refused.value.holder == tanaka
    assert Draft.objects.count() == 1


def test_an_outsider_gets_404_and_who_may_not_reply_403(message: Message, tanaka: User) -> None:
    outsider = cast.person("outsider")
    with pytest.raises(Http404):
        start_reply(message, outsider, DraftKind.REPLY)
    UserGrant.objects.create(user=tanaka, operation=Operation.MAIL_REPLY, allowed=False)
    with pytest.raises(OperationDenied):
        start_reply(message, cast.again(tanaka), DraftKind.REPLY)
    assert start_reply(message, cast.again(tanaka), DraftKind.FORWARD).lock.is_new
    assert not EditLock.objects.filter(holder=outsider).exists()


@pytest.mark.parametrize("folder", [Folder.DRAFT, Folder.SPAM, Folder.TRASH])
def test_drafts_spam_and_trash_are_not_answered(box: Mailbox, tanaka: User, folder: Folder) -> None:
    with pytest.raises(NoStatus):
        start_reply(cast.mail(box, folder=folder, status=None), tanaka, DraftKind.REPLY)


@pytest.mark.spec("M24c")
def test_a_mail_has_one_live_draft(message: Message, tanaka: User, composer: Composer) -> None:
    typed(composer, tanaka, "書きかけ")
    again = start_reply(message, tanaka, DraftKind.REPLY_ALL)
    assert again.resumed
    assert (again.draft.pk, again.draft.text) == (composer.draft.pk, "書きかけ")
    assert again.lock.token == composer.lock.token


@pytest.mark.spec("M24b")
def test_nothing_is_written_with_a_stale_token(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    editlock.break_lock(message, by=yamada, reason="x")
    start_reply(message, yamada, DraftKind.REPLY)
    for write in (
        lambda: typed(composer, tanaka, "遅れて来た"),
        lambda: save(
            composer.draft,
            tanaka,
            token=composer.lock.token,
            version=1,
            fields=DraftFields(text="遅れて来た"),
        ),
        lambda: send(composer.draft, tanaka, token=composer.lock.token, version=1),
        lambda: discard(composer.draft, tanaka, token=composer.lock.token),
        lambda: cancel(composer.draft, tanaka, token=composer.lock.token),
    ):
        with pytest.raises(editlock.LockLost) as lost:
            write()
        assert lost.value.holder == yamada
    assert not Draft.objects.filter(text="遅れて来た").exists()
    assert not Outgoing.objects.exists()


@pytest.mark.spec("M26b")
def test_what_the_former_holder_typed_is_parked(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    typed(composer, tanaka, "途中まで")
    editlock.break_lock(message, by=yamada, reason="x")
    assert start_reply(message, yamada, DraftKind.REPLY).draft.text == ""
    parked = Draft.objects.get(pk=composer.draft.pk)
    assert (parked.state, parked.author, parked.text) == (DraftState.PARKED, tanaka, "途中まで")


@pytest.mark.spec("M27")
def test_a_saved_draft_is_taken_over_only_after_a_question(
    message: Message, tanaka: User, yamada: User, composer: Composer
) -> None:
    save(
        composer.draft,
        tanaka,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(text="保存した"),
    )
    editlock.release(message, tanaka, composer.lock.token)
    with pytest.raises(OthersDraft) as others:
        start_reply(message, yamada, DraftKind.REPLY)
    with pytest.raises(OthersDraft):
        resume(others.value.draft, yamada)
    assert editlock.current(message) is None
    taken = resume(others.value.draft, yamada, take_over=True)
    assert (taken.draft.author, taken.draft.text) == (yamada, "保存した")
    parked = Draft.objects.get(state=DraftState.PARKED)
    assert (parked.author, parked.text) == (tanaka, "保存した")


@pytest.mark.spec("M20b")
def test_typed_text_is_kept_and_a_stale_tab_is_told(composer: Composer, tanaka: User) -> None:
    first = typed(composer, tanaka, "一")
    assert first.version == composer.draft.version + 1
    with pytest.raises(DraftConflict) as conflict:
        typed(composer, tanaka, "別のタブ", version=composer.draft.version)
    assert conflict.value.stored.text == "一"
    assert conflict.value.offered.text == "別のタブ"
    assert Draft.objects.get().text == "一"


def test_a_repeated_autosave_finds_its_own_text(composer: Composer, tanaka: User) -> None:
    once = typed(composer, tanaka, "一", version=composer.draft.version)
    twice = typed(composer, tanaka, "一", version=composer.draft.version)
    assert twice.version == once.version


def test_autosaving_tells_nobody(composer: Composer, tanaka: User) -> None:
    before = Event.objects.count()
    typed(composer, tanaka, "一")
    assert Event.objects.count() == before


@pytest.mark.spec("M20d")
def test_cancelling_a_new_reply_gives_everything_back(
    message: Message, tanaka: User, composer: Composer
) -> None:
    typed(composer, tanaka, "やめた")
    assert cancel(composer.draft, tanaka, token=composer.lock.token).state == DraftState.DISCARDED
    message.refresh_from_db()
    assert (message.status, message.assignee) == (Status.OPEN, None)
    assert editlock.current(message) is None
    with pytest.raises(editlock.LockLost):
        typed(composer, tanaka, "やっぱり")


def test_a_new_mail_is_locked_as_a_draft(box: Mailbox, tanaka: User, yamada: User) -> None:
    composer = start_new(box, tanaka)
    assert composer.lock.draft_id == composer.draft.pk
    assert composer.draft.from_address == box.address
    with pytest.raises(editlock.LockHeld):
        resume(composer.draft, yamada)
    cancel(composer.draft, tanaka, token=composer.lock.token)
    with pytest.raises(DraftClosed):
        resume(composer.draft, tanaka)


def test_a_new_mail_in_somebody_elses_mailbox_is_404(tanaka: User) -> None:
    with pytest.raises(Http404):
        start_new(cast.mailbox("other@shop.example"), tanaka)


@pytest.mark.spec("M20a", "M36")
def test_sending_freezes_and_keeps_lock_and_status(
    message: Message, tanaka: User, composer: Composer
) -> None:
    outgoing = send(
        composer.draft,
        tanaka,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(text="お待たせしました。", signature="-- \n田中"),
    )
    raw = bytes(outgoing.raw)
    assert f"X-Outbox-Id: {outgoing.token}".encode() in raw
    assert outgoing.thread_id == message.conversation.gmail_thread_id
    message.refresh_from_db()
    assert message.status == Status.IN_PROGRESS
    waiting = editlock.current(message)
    assert waiting is not None
    assert waiting.is_sending
    with pytest.raises(BeingSent):
        typed(composer, tanaka, "送ってから")
    Draft.objects.update(text="changed behind our back")
    assert bytes(Outgoing.objects.get().raw) == raw


@pytest.mark.spec("M19d")
@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        (DraftFields(to=()), "to", "no_recipient"),
        (DraftFields(to=(("", "aoi@"),)), "to", "invalid_address"),
        (DraftFields(cc=(("葵", ""),)), "cc", "invalid_address"),
        (DraftFields(bcc=(("", "a b@customer.example"),)), "bcc", "invalid_address"),
        (DraftFields(from_address="boss@elsewhere.example"), "from", "sender_unverified"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_nothing_typed_is_lost(
    message: Message, tanaka: User, composer: Composer, fields: DraftFields, field: str, code: str
) -> None:
    values = {**fields.values(), "text": "大切な文章"}
    for line in ("to", "cc", "bcc"):
        if line in values:
            values[line] = tuple(map(tuple, values[line]))
    with pytest.raises(Unsendable) as refused:
        send(
            composer.draft,
            tanaka,
            token=composer.lock.token,
            version=composer.draft.version,
            fields=DraftFields(**values),
        )
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [(field, code)]
    assert refused.value.by_field()[field][0]
    draft = Draft.objects.get()
    assert (draft.state, draft.text) == (DraftState.LIVE, "大切な文章")
    assert composer.draft.version == draft.version
    lock = editlock.current(message)
    assert lock is not None
    assert lock.held_by(tanaka)
    assert not Outgoing.objects.exists()


@pytest.mark.spec("M19a")
def test_an_unverified_address_cannot_send(box: Mailbox, tanaka: User, composer: Composer) -> None:
    SendAs.objects.create(mailbox=box, address="new@shop.example", verified=False)
    with pytest.raises(Unsendable):
        send(
            composer.draft,
            tanaka,
            token=composer.lock.token,
            version=composer.draft.version,
            fields=DraftFields(from_address="new@shop.example"),
        )


def test_versions_of_events_and_row_agree(
    message: Message, tanaka: User, composer: Composer
) -> None:
    send(composer.draft, tanaka, token=composer.lock.token, version=composer.draft.version)
    newest = Event.objects.latest("id")
    assert newest.data["version"] == Message.objects.get(pk=message.pk).version
