"""返信, 全員に返信 and 転送: the lock, and a draft prepared to be written in (M18a, M19a)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.http import Http404

from mail import editlock, journal
from mail.access import ensure, writing
from mail.actions.errors import DraftClosed, NoStatus, OthersDraft, WorkNearby
from mail.actions.fields import DraftFields
from mail.actions.original import prepare, sender_for
from mail.actions.release import free_for
from mail.actions.take import NOT_HANDLED
from mail.attachments.tasks import want
from mail.models import Attachment, Draft, DraftKind, DraftState, Message
from mail.outbox import gate
from mail.signing import first_signature
from mailboxes.models import Mailbox, Membership
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


@dataclass(frozen=True, slots=True)
class Composer:
    """What a page needs for writing: the draft, and the lock whose token goes with every write."""

    draft: Draft
    lock: editlock.Lock
    resumed: bool
    """The draft was there already (whatever kind was asked for now)."""


@transaction.atomic
def start_reply(
    message: Message, user: User, kind: DraftKind, *, confirmed: bool = False
) -> Composer:
    """Take the lock and prepare a reply, a reply to all or a forward.

    One's own live draft of this mail is gone on with, for a mail has one at most. Text that
    somebody else left without saving is parked for them.

    Raises:
        editlock.LockHeld: somebody else works on it.
        WorkNearby: not `confirmed`, and others work on the conversation or on the same mail.
        OthersDraft: somebody saved a draft for this mail; `resume` can take it over.
        BeingSent: an answer is on its way, or it is not known whether it was sent.
        NoStatus: a draft, spam or trash.
    """
    ensure(user, message, writing(kind))
    if kind == DraftKind.NEW:
        raise ValueError("a new mail answers nothing")
    if message.folder in NOT_HANDLED:
        raise NoStatus
    lock = editlock.acquire(message, user)
    warn(message, user, lock, confirmed=confirmed)
    free_for(message, lock, user)
    found = live_draft_of(message)
    if found is not None and found.author_id == user.pk:
        return Composer(found, lock, resumed=True)
    if found is not None:
        if found.is_kept:
            raise OthersDraft(found)
        park(found)
    prepared = prepare(message, kind)
    draft = Draft.objects.create(
        mailbox_id=message.mailbox_id,
        kind=kind,
        answers=message,
        author=user,
        signature=first_signature(
            user,
            message.mailbox,
            sender=prepared["from_address"],
            answers=message,
            to=prepared.get("to", []),
        ),
        **prepared,
        **gate.begin(message.conversation),
    )
    draft.refresh_from_db()
    fetch_files(draft)
    journal.tell_of("draft.started", draft, actor=user, draft_kind=kind)
    return Composer(draft, lock, resumed=False)


@transaction.atomic
def start_new(mailbox: Mailbox, user: User) -> Composer:
    """＋新規: an empty mail from the mailbox's own address. The draft itself is locked."""
    if not Membership.objects.filter(user=user, mailbox=mailbox).exists():
        raise Http404
    require(user, Operation.MAIL_COMPOSE)
    sender = sender_for(mailbox)
    draft = Draft.objects.create(
        mailbox=mailbox,
        kind=DraftKind.NEW,
        author=user,
        from_address=sender,
        signature=first_signature(user, mailbox, sender=sender, answers=None, to=[]),
    )
    draft.refresh_from_db()
    lock = editlock.acquire(draft, user)
    return Composer(draft, lock, resumed=False)


@transaction.atomic
def resume(
    draft: Draft, user: User, *, take_over: bool = False, confirmed: bool = False
) -> Composer:
    """Go on with a draft (下書き更新画面). Somebody else's goes over to the user when they say so;
    its author keeps a parked copy of the text.

    Raises:
        editlock.LockHeld: somebody else works on it.
        WorkNearby: as `start_reply`.
        OthersDraft: it is somebody else's, and `take_over` was not said.
        BeingSent: the outbox has it in hand.
        DraftClosed: it was sent or discarded.
    """
    ensure(user, draft, writing(draft.kind))
    lock = editlock.acquire(draft, user)
    if draft.answers is not None:
        warn(draft.answers, user, lock, confirmed=confirmed)
    stored = (
        Draft.objects.select_for_update(no_key=True, of=("self",))
        .select_related("author", "mailbox", "answers__conversation", "answers__mailbox")
        .get(pk=draft.pk)
    )
    if stored.state != DraftState.LIVE:
        raise DraftClosed(stored)
    free_for(stored, lock, user)
    if stored.author_id != user.pk:
        if not take_over:
            raise OthersDraft(stored)
        give_draft(stored, user)
    return Composer(stored, lock, resumed=True)


def warn(message: Message, user: User, lock: editlock.Lock, *, confirmed: bool) -> None:
    """M28: a lock that is new begins only with what happens close by before one's eyes.

    The caller holds the conversation, and a refusal takes the lock back with the transaction.
    """
    if not lock.is_new:
        return
    found = editlock.nearby(message, user)
    if not found:
        return
    if not confirmed:
        raise WorkNearby(found)
    journal.tell(
        "reply.warned",
        message,
        actor=user,
        nearby=[each.holder.pk for each in found],
        nearby_names=[each.holder.name for each in found],
    )


def fetch_files(draft: Draft) -> None:
    """Have the original files of a forward brought into the store, once this is committed."""
    missing = Attachment.objects.filter(pk__in=draft.forwarded_files, file="")
    for attachment in missing.select_related("message"):
        transaction.on_commit(partial(want, attachment), robust=True)


def park(draft: Draft) -> None:
    """Put a draft aside for its author: nobody answers with it, and nothing of it is lost."""
    Draft.objects.filter(pk=draft.pk).update(state=DraftState.PARKED, updated_at=Now())


def live_draft_of(message: Message) -> Draft | None:
    return (
        Draft.objects.select_for_update(no_key=True, of=("self",))
        .select_related("author", "mailbox", "answers__conversation", "answers__mailbox")
        .filter(answers=message, state=DraftState.LIVE)
        .first()
    )


def give_draft(draft: Draft, user: User) -> None:
    """The draft, and what Gmail has of it, goes to the user; a copy stays with its author."""
    copied: dict[str, Any] = DraftFields.of(draft).values()
    Draft.objects.create(
        mailbox_id=draft.mailbox_id,
        kind=draft.kind,
        state=DraftState.PARKED,
        answers_id=draft.answers_id,
        author_id=draft.author_id,
        parked_from=draft,
        **copied,
    )
    former = draft.author
    Draft.objects.filter(pk=draft.pk).update(
        author=user, version=F("version") + 1, updated_at=Now()
    )
    draft.refresh_from_db()
    journal.tell_of(
        "draft.taken_over", draft, actor=user, former=former.pk, former_name=former.name
    )
