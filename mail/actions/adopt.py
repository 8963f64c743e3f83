"""続きを書く: a draft that was begun in Gmail itself is gone on with here (M5b).

It becomes a draft of ours from what the mirror has of it, and stays the same one in Gmail: saving
writes over it there, and sending sends it. What it answers is found by its own headers, and guarded
by that mail's edit lock as any answer is.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from callcenter.richtext import html_to_text, rewritten
from mail import editlock, journal
from mail.access import ensure, writing
from mail.actions.errors import AnswerBegun, DraftMoved, StillRead
from mail.actions.fields import DraftFields
from mail.actions.original import as_parsed, pairs, sender_for
from mail.actions.release import free_for
from mail.actions.reply import Composer, fetch_files, live_draft_of, park, resume, warn
from mail.actions.take import NOT_HANDLED
from mail.mime.addresses import normalise_address
from mail.mime.references import is_forward, message_ids
from mail.models import (
    Conversation,
    Draft,
    DraftKind,
    DraftState,
    Folder,
    Message,
    MessageBody,
    Outgoing,
)
from mail.outbox import gate
from mail.outbox.evidence import HEADER
from mail.outbox.tasks import follow_draft
from permissions.models import User

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


def kind_of(message: Message) -> DraftKind:
    """What going on with this draft of Gmail's is: an answer, a forward or a new mail."""
    return _kind(message, answered_by(message))


@transaction.atomic
def adopt(message: Message, user: User, *, confirmed: bool = False) -> Composer:
    """Go on with Gmail's draft. Of two who do so at once one writes; the other is told who.

    One that is written here already is gone on with as such (`resume`).

    Raises:
        DraftMoved: it is no draft of Gmail's any more.
        StillRead: the mail's own bytes are being read; what it says is not sure yet.
        AnswerBegun: somebody writes another answer to the same mail here.
        editlock.LockHeld, WorkNearby, OthersDraft, BeingSent, DraftClosed: as `resume`.
    """
    ensure(user, message, writing(kind_of(message)))
    # Whoever else goes on with it waits here.
    Conversation.objects.select_for_update(no_key=True).get(pk=message.conversation_id)
    message.refresh_from_db()
    ours = _ours(message).first()
    if ours is not None:
        return resume(ours, user, confirmed=confirmed)
    if message.folder != Folder.DRAFT or message.gone_at is not None:
        raise DraftMoved
    body = MessageBody.objects.filter(message=message).first()
    if body is None or body.needs_raw:
        raise StillRead
    answers = answered_by(message)
    kind = _kind(message, answers)
    ensure(user, message, writing(kind))
    if answers is None:
        draft = _made(message, body, user, kind, None)
        lock = editlock.acquire(draft, user)
    else:
        lock = editlock.acquire(answers, user)
        warn(answers, user, lock, confirmed=confirmed)
        free_for(answers, lock, user)
        _make_room(answers, user)
        draft = _made(message, body, user, kind, answers)
    fetch_files(draft)
    journal.tell_of("draft.adopted", draft, actor=user, draft_kind=kind, mail=message.public_id)
    transaction.on_commit(partial(follow_draft.delay, draft.pk), robust=True)
    return Composer(draft, lock, resumed=False)


def answered_by(message: Message) -> Message | None:
    """The mail that Gmail's draft answers: the one that it names, else the newest before it."""
    others = Message.objects.filter(conversation=message.conversation_id, gone_at=None)
    others = others.exclude(folder__in=NOT_HANDLED).exclude(pk=message.pk)
    others = others.select_related("mailbox", "conversation")
    body = MessageBody.objects.filter(message=message).first()
    if body is not None:
        named = [*_header(body, "In-Reply-To"), *reversed(body.references)]
        for rfc822_id in named[:5]:
            if found := others.filter(body__rfc822_id=rfc822_id).first():
                return found
    newest = others.order_by("-internal_date", "-id")
    return newest.filter(folder=Folder.RECEIVED).first() or newest.first()


def _header(body: MessageBody, name: str) -> list[str]:
    wanted = name.casefold()
    values = [value for key, value in body.headers if key.casefold() == wanted]
    return [each for value in values for each in message_ids(value)]


def _kind(message: Message, answers: Message | None) -> DraftKind:
    if answers is None:
        return DraftKind.NEW
    return DraftKind.FORWARD if is_forward(message.subject) else DraftKind.REPLY


def _ours(message: Message) -> QuerySet[Draft]:
    """The draft of ours that this message is, or was before it was saved again."""
    drafts = Draft.objects.filter(mailbox=message.mailbox_id).exclude(state=DraftState.PARKED)
    drafts = drafts.select_related("mailbox", "answers__conversation", "answers__mailbox")
    known = drafts.filter(adopted=message) | drafts.filter(gmail_message_id=message.gmail_id)
    handed_in = Outgoing.objects.filter(
        mailbox=message.mailbox_id, draft_message_id=message.gmail_id
    )
    return (
        known
        | drafts.filter(pk__in=handed_in.values("draft"))
        # Saved again a moment ago: the mirror still shows what it was.
        | drafts.filter(token__in=_tokens(message), state=DraftState.LIVE)
    )


def _tokens(message: Message) -> list[UUID]:
    body = MessageBody.objects.filter(message=message).first()
    found = []
    for name, value in body.headers if body is not None else ():
        if name.casefold() == HEADER.casefold() and _UUID.fullmatch(value.strip()):
            found.append(UUID(value.strip()))
    return found


def _make_room(answers: Message, user: User) -> None:
    """A mail has one live draft at most. What somebody left without saving is parked for them."""
    found = live_draft_of(answers)
    if found is None:
        return
    if found.is_kept or found.author_id == user.pk:
        raise AnswerBegun(found)
    park(found)


def _made(
    message: Message, body: MessageBody, user: User, kind: DraftKind, answers: Message | None
) -> Draft:
    draft = Draft(
        mailbox_id=message.mailbox_id,
        kind=kind,
        answers=answers,
        author=user,
        adopted=message,
        unbound=True,
        gmail_message_id=message.gmail_id,
        **_content(message, body),
        **(gate.begin(message.conversation) if answers else {}),
    )
    # Gmail has just this: キャンセル goes back to it, and there is nothing to be written.
    draft.saved = DraftFields.of(draft).values()
    draft.saved_version = draft.gmail_version = draft.version
    draft.save(force_insert=True)
    Draft.objects.filter(pk=draft.pk).update(saved_at=Now())
    draft.refresh_from_db()
    return draft


def _content(message: Message, body: MessageBody) -> dict[str, Any]:
    """What was written in Gmail, in the columns of a draft. Its signature and quotation stay where
    they stand, in the text; pictures within the text come along as files.
    """
    parsed = as_parsed(message)
    html = str(rewritten(body.html))
    text = html_to_text(html or body.html) if body.html else body.text
    files = message.attachments.values_list("pk", flat=True)
    return {
        "from_address": _sender(message),
        "to": pairs(parsed.to),
        "cc": pairs(parsed.cc),
        "bcc": pairs(parsed.bcc),
        "subject": message.subject,
        "text": text,
        "html": html,
        "forwarded_files": list(files),
    }


def _sender(message: Message) -> str:
    """Whom it is from, while that is a verified address of the account; else its own."""
    wanted = normalise_address(message.from_address)
    verified = message.mailbox.send_as.filter(verified=True)
    return next(
        (each.address for each in verified if normalise_address(each.address) == wanted),
        sender_for(message.mailbox),
    )
