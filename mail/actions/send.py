"""送信, and what a person decides about a sending."""

from __future__ import annotations

from django.db import transaction

from mail import editlock
from mail.access import ensure, writing
from mail.actions.drafts import own_live, write
from mail.actions.errors import BeingSent, DraftClosed, NothingToDecide
from mail.actions.fields import DraftFields
from mail.actions.reply import fetch_files
from mail.models import Draft, Outgoing, OutgoingState
from mail.outbox import outcome, troubles
from mail.outbox.freeze import Unsendable
from mail.outbox.submit import submit
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


def send(
    draft: Draft, user: User, *, token: int, version: int, fields: DraftFields | None = None
) -> Outgoing:
    """Keep what was typed last, freeze it and hand it to the outbox (M20a).

    A double click, a second tab or a repeated request gets the one outgoing mail that is under way
    or sent already: nothing is sent twice (M22).

    Raises:
        outbox.freeze.Unsendable: with every problem, by field. What was typed is kept all the
            same: `draft` follows the stored one, with its next version.
        editlock.LockLost, DraftConflict, DraftClosed, OthersDraft: nothing was changed.
    """
    answer = _send(draft, user, token, version, fields)
    if isinstance(answer, Unsendable):
        draft.refresh_from_db()
        raise answer
    return answer


@transaction.atomic
def _send(
    draft: Draft, user: User, token: int, version: int, fields: DraftFields | None
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
        return submit(stored, user, lock_token=token)
    except Unsendable as unsendable:
        fetch_files(stored)
        return unsendable


def withdraw(outgoing: Outgoing, user: User) -> bool:
    """Stop one's own sending while it waits; the draft is live again. False: it is too late."""
    ensure(user, outgoing.draft, writing(outgoing.draft.kind))
    if outgoing.author_id != user.pk:
        require(user, Operation.MAIL_FORCE)
    return outcome.withdraw(outgoing, troubles.WITHDRAWN, actor=user)


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
