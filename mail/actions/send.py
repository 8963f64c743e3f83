"""送信 and 予約送信, and what a person decides about a sending."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from mail import editlock, journal
from mail.access import ensure, writing
from mail.actions.drafts import own_live, write
from mail.actions.errors import (
    BeingSent,
    DraftClosed,
    NothingToDecide,
    NotTheAuthor,
    TooLate,
)
from mail.actions.fields import DraftFields
from mail.actions.reply import fetch_files
from mail.models import Draft, Outgoing, OutgoingState
from mail.outbox import outcome, troubles
from mail.outbox.freeze import Unsendable
from mail.outbox.submit import release_held, submit, take_back
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


def send(
    draft: Draft,
    user: User,
    *,
    token: int,
    version: int,
    fields: DraftFields | None = None,
    at: datetime | None = None,
) -> Outgoing:
    """Keep what was typed last, freeze it and hand it to the outbox (M20a), or for later (M21b).

    A double click, a second tab or a repeated request gets the one outgoing mail that is under way
    or sent already: nothing is sent twice (M22).

    Raises:
        outbox.freeze.Unsendable: with every problem, by field. What was typed is kept all the
            same: `draft` follows the stored one, with its next version.
        editlock.LockLost, DraftConflict, DraftClosed, OthersDraft: nothing was changed.
    """
    answer = _send(draft, user, token, version, fields, at)
    if isinstance(answer, Unsendable):
        draft.refresh_from_db()
        raise answer
    return answer


@transaction.atomic
def _send(
    draft: Draft,
    user: User,
    token: int,
    version: int,
    fields: DraftFields | None,
    at: datetime | None,
) -> Outgoing | Unsendable:
    """The text is committed also when the mail cannot be sent as it stands."""
    ensure(user, draft, writing(draft.kind))
    try:
        stored, _ = own_live(draft, user, token)
    except BeingSent as being:
        return being.outgoing
    except (DraftClosed, editlock.LockLost):
        already = draft.outgoing.filter(author=user, state=OutgoingState.SENT).first()
        if already is not None:
            return already
        raise
    if fields is not None:
        write(stored, version, fields)
    try:
        return submit(stored, user, lock_token=token, at=at)
    except Unsendable as unsendable:
        fetch_files(stored)
        return unsendable


@transaction.atomic
def undo(outgoing: Outgoing, user: User) -> Draft:
    """送信取り消し (M21a), also of a scheduled or held mail: the very same draft, with its lock.

    A second request finds the draft taken back already, and is content.

    Raises:
        TooLate: drafts.send has been asked for.
        NotTheAuthor: it is somebody else's.
    """
    _ensure_author(outgoing, user)
    if not take_back(outgoing, actor=user) and outgoing.state not in Outgoing.UNSENT:
        raise TooLate
    return Draft.objects.get(pk=outgoing.draft_id)


@transaction.atomic
def reschedule(outgoing: Outgoing, user: User, at: datetime) -> Outgoing:
    """Another time for a mail that waits; the frozen copy is made anew, for it bears a date.

    Raises:
        Unsendable: the time has passed. TooLate: it has been asked for. NotTheAuthor.
    """
    draft = undo(outgoing, user)
    stored, _ = own_live(draft, user, outgoing.lock_token)
    return submit(stored, user, lock_token=outgoing.lock_token, at=at)


@transaction.atomic
def send_anyway(outgoing: Outgoing, user: User, *, seen: Collection[str]) -> None:
    """それでも送信: what the agent has `seen` (keys of the news) holds the mail back no longer.

    Raises:
        NothingToDecide: it is not held. NotTheAuthor. editlock.LockLost.
    """
    _ensure_author(outgoing, user)
    editlock.hold(outgoing.draft)
    outgoing.refresh_from_db()
    if outgoing.state != OutgoingState.HELD:
        raise NothingToDecide
    editlock.check(outgoing.draft, user, outgoing.lock_token)
    release_held(outgoing, seen)
    journal.tell_of(
        "outgoing.released",
        outgoing.draft,
        actor=user,
        outgoing=outgoing.pk,
        outgoing_state=outgoing.state,
    )


@transaction.atomic
def decide(outgoing: Outgoing, user: User, *, was_sent: bool) -> None:
    """Say of an uncertain mail that it was sent (完了), or that it was not (the draft is live).

    Its author does, or somebody with 強制更新.

    Raises:
        NothingToDecide: it is not uncertain any more.
    """
    ensure(user, outgoing.draft, writing(outgoing.draft.kind))
    if outgoing.author_id != user.pk:
        require(user, Operation.MAIL_FORCE)
    editlock.hold(outgoing.draft)
    outgoing.refresh_from_db()
    if outgoing.state != OutgoingState.UNCERTAIN:
        raise NothingToDecide
    if was_sent:
        outcome.sent(outgoing, "", "person", actor=user)
    else:
        outcome.failed(outgoing, troubles.DECIDED_NOT_SENT, actor=user)


def _ensure_author(outgoing: Outgoing, user: User) -> None:
    ensure(user, outgoing.draft, writing(outgoing.draft.kind))
    if outgoing.author_id != user.pk:
        raise NotTheAuthor(outgoing.author)
