"""What the end of a sending means for draft, mail and lock, all in one transaction each.

After a failure the draft is live again and its text untouched. The draft stays with its agent
until somebody decides (M36), and so does the lock, as 離席中: an open page makes it an ordinary
lock again with its next heartbeat, and a mail whose agent went home is not locked for ever. A held
or uncertain mail keeps the lock in the mode `sending`.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from mail import editlock, journal
from mail.models import Draft, DraftState, LockMode, Outgoing, OutgoingState, Status
from mail.outbox import crashpoints, gate, troubles
from mail.outbox.claims import ClaimLost, move
from permissions.models import User


@transaction.atomic
def sent(outgoing: Outgoing, gmail_id: str, evidence: str, *, actor: User | None = None) -> None:
    """It is really sent: 完了, and the lock is given back.

    Raises:
        ClaimLost: somebody else has found that out.
    """
    draft = outgoing.draft
    editlock.hold(draft)
    move(
        outgoing,
        OutgoingState.SENT,
        sent_gmail_id=gmail_id,
        evidence=evidence,
        sent_at=Now(),
        trouble="",
        trouble_detail="",
        claimed_until=None,
    )
    # Gmail has consumed the draft.
    _close(draft, gmail_draft_id="", gmail_message_id="", state=DraftState.SENT)
    data = {**_data(outgoing), "evidence": evidence}
    who = actor or outgoing.author
    ended = editlock.end_for_good(
        draft, outgoing.lock_token, kind="outgoing.sent", actor=who, status=Status.DONE, **data
    )
    if not ended:
        # The holder was deactivated, or the lock broken, while Gmail was at it.
        fields: dict[str, Any] = {}
        if draft.answers is not None and editlock.current(draft) is None:
            fields["status"] = Status.DONE
        journal.tell_of("outgoing.sent", draft, actor=who, fields=fields, **data)
    crashpoints.reach("before-outcome-commit")


@transaction.atomic
def failed(
    outgoing: Outgoing,
    trouble: str,
    detail: str = "",
    *,
    actor: User | None = None,
    theirs: dict[str, Any] | None = None,
) -> None:
    """It surely was not sent: the draft is live again, with a reason (mail.outbox.troubles).

    `theirs` is what a person has made of the draft in Gmail.

    Raises:
        ClaimLost: somebody else has moved it on.
    """
    draft = outgoing.draft
    editlock.hold(draft)
    move(
        outgoing,
        OutgoingState.FAILED,
        trouble=trouble,
        trouble_detail=detail[:2000],
        claimed_until=None,
    )
    if trouble in {troubles.DRAFT_GONE, troubles.DRAFT_CHANGED}:
        # What a person has made of it in Gmail stays theirs; the next sending begins a new draft.
        gone = {"unbound": False, "gmail_draft_id": "", "gmail_message_id": ""}
        _close(draft, trouble=trouble, theirs=theirs, **gone)
    else:
        _keep_saved_draft(outgoing)
    _lock_goes_to(outgoing, LockMode.AWAY)
    journal.tell_of(
        "outgoing.failed",
        draft,
        actor=actor,
        trouble=trouble,
        told=outgoing.author_id,
        **_data(outgoing),
    )
    crashpoints.reach("before-outcome-commit")


@transaction.atomic
def cancelled(outgoing: Outgoing, *, actor: User) -> None:
    """送信取り消し: the very same draft is its author's to go on with, under the same lock.

    What had held it back has been seen, and is asked about no more.

    Raises:
        ClaimLost: somebody else has moved it on.
    """
    draft = outgoing.draft
    editlock.hold(draft)
    seen = [*outgoing.accepted, *gate.keys(outgoing.news)]
    if seen:
        _close(draft, known=[*draft.known, *seen])
    move(
        outgoing,
        OutgoingState.CANCELLED,
        trouble="",
        trouble_detail="",
        news=[],
        claimed_until=None,
    )
    _keep_saved_draft(outgoing)
    _lock_goes_to(outgoing, LockMode.ACTIVE)
    journal.tell_of("outgoing.cancelled", outgoing.draft, actor=actor, **_data(outgoing))


@transaction.atomic
def held(outgoing: Outgoing, trouble: str, look: gate.Look) -> None:
    """Nothing has left, and nothing does until a person decides about what came (M29).

    Raises:
        ClaimLost: somebody else has moved it on.
    """
    editlock.hold(outgoing.draft)
    move(
        outgoing,
        OutgoingState.HELD,
        trouble=trouble,
        trouble_detail="",
        news=look.stored(),
        gate_history=look.history,
        claimed_until=None,
    )
    journal.tell_of(
        "outgoing.held",
        outgoing.draft,
        actor=None,
        trouble=trouble,
        told=outgoing.author_id,
        **_data(outgoing),
    )
    crashpoints.reach("before-outcome-commit")


def _keep_saved_draft(outgoing: Outgoing) -> None:
    draft = outgoing.draft
    if draft.gmail_draft_id and draft.gmail_draft_id == outgoing.gmail_draft_id:
        # The saved draft was used for sending: what Gmail shows is our own last version.
        _close(draft, gmail_message_id=outgoing.draft_message_id)


def _lock_goes_to(outgoing: Outgoing, mode: LockMode) -> None:
    """The outbox needs the lock no longer; one that is over already needs nothing."""
    try:
        editlock.rest(outgoing.draft, outgoing.author, outgoing.lock_token, mode)
    except editlock.LockLost:
        return


@transaction.atomic
def uncertain(outgoing: Outgoing, trouble: str) -> None:
    """Nobody can tell whether it was sent: a person decides, and it never goes out by itself.

    Raises:
        ClaimLost: somebody else has moved it on.
    """
    editlock.hold(outgoing.draft)
    move(outgoing, OutgoingState.UNCERTAIN, trouble=trouble, claimed_until=None)
    journal.tell_of(
        "outgoing.uncertain",
        outgoing.draft,
        actor=None,
        trouble=trouble,
        told=outgoing.author_id,
        **_data(outgoing),
    )
    crashpoints.reach("before-outcome-commit")


def withdraw(outgoing: Outgoing, trouble: str = "", *, actor: User) -> bool:
    """Stop a mail that has not been asked to be sent, whoever has it in hand; False if too late.

    Without a `trouble` it is taken back by its author, with one it has failed. A worker that has it
    finds its claim gone and leaves nothing behind.
    """
    try:
        with transaction.atomic():
            editlock.hold(outgoing.draft)
            outgoing.refresh_from_db()
            if outgoing.state not in Outgoing.RECALLABLE:
                return False
            if trouble:
                failed(outgoing, trouble, actor=actor)
            else:
                cancelled(outgoing, actor=actor)
    except ClaimLost:
        # It moved between our look and our write; where it is now decides.
        outgoing.refresh_from_db()
        if outgoing.state in Outgoing.RECALLABLE:
            return withdraw(outgoing, trouble, actor=actor)
        return False
    return True


def _close(draft: Draft, **fields: Any) -> None:
    Draft.objects.filter(pk=draft.pk).update(updated_at=Now(), **fields)
    draft.refresh_from_db(fields=[*fields, "updated_at"])


def _data(outgoing: Outgoing) -> dict[str, Any]:
    return {"outgoing": outgoing.pk, "outgoing_state": outgoing.state}
