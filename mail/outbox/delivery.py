"""One mail's way through Gmail, step by step.

Each step is at most one change in Gmail with a commit on either side, so that whoever comes next,
after whatever crash, sees from the row what may have happened:

    queued       nothing, or (creating_at) a draft that nobody wrote down: an orphan to be deleted;
                 before it is due Gmail is only asked what came in the conversation
    held         something came, or the author may not: nothing happens until a person decides
    draft_ready  our draft lies in Gmail; drafts.send was not asked for
    sending      drafts.send was asked for, once: evidence decides what comes next
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    InsufficientPermission,
    NotFound,
    QuotaExceeded,
    Refused,
    Unavailable,
    Uncertain,
)
from mail import editlock
from mail.access import may_write
from mail.models import Draft, Outgoing, OutgoingState
from mail.outbox import adopting, crashpoints, evidence, gate, orphans, outcome, timing, troubles
from mail.outbox.claims import ClaimLost, claim, move, put_down
from mail.outbox.replaced import replaced
from mailboxes.actions.keep import note_refused, note_trouble
from mailboxes.gmail import client_for
from mailboxes.secrets import SecretUnreadable

log = logging.getLogger(__name__)


def deliver(outgoing_id: int) -> None:
    """Bring a mail as far as it goes now. Safe to call at any time, any number of times."""
    outgoing = claim(outgoing_id)
    if outgoing is None:
        return
    crashpoints.reach("after-claim")
    try:
        _deliver(outgoing)
    except ClaimLost:
        log.info("outgoing %d was moved on by somebody else", outgoing_id)


def _deliver(outgoing: Outgoing) -> None:
    if not outgoing.mailbox.is_working:
        wait = troubles.MAILBOX_OUT[outgoing.mailbox.state]  # type: ignore[index]
        put_down(outgoing, timing.MAILBOX_OUT, wait)
        return
    try:
        client = client_for(outgoing.mailbox, priority="agent")
        while _STEPS[OutgoingState(outgoing.state)](client, outgoing):
            pass
    except SecretUnreadable:
        note_trouble(outgoing.mailbox, "unreadable_token")
        put_down(outgoing, timing.MAILBOX_OUT, troubles.NEEDS_AUTH)
    except AuthRevoked as error:
        note_refused(outgoing.mailbox, error.reason)
        put_down(outgoing, timing.MAILBOX_OUT, troubles.NEEDS_AUTH, error.message)
    except QuotaExceeded as error:
        _wait(outgoing, troubles.QUOTA, error, error.retry_after)
    except Unavailable as error:
        _wait(outgoing, troubles.GMAIL_DOWN, error, error.retry_after)
    except GmailError as error:
        # A refusal to be looked at (the API switched off, say) says nothing about the mail.
        _wait(outgoing, troubles.GMAIL_DOWN, error, None)


def _wait(outgoing: Outgoing, trouble: str, error: GmailError, asked: float | None) -> None:
    attempts = min(outgoing.attempts + 1, 1000)
    wait = max(timing.backoff(attempts), timedelta(seconds=asked or 0))
    if outgoing.state == OutgoingState.SENDING:
        # Whether it was sent is still to be found out.
        trouble = troubles.CHECKING
    move(outgoing, attempts=attempts)
    put_down(outgoing, wait, trouble, str(error))


def look_for_evidence(outgoing_id: int) -> bool:
    """Settle an uncertain mail when Gmail does show it as sent, after all; True when it did."""
    outgoing = (
        Outgoing.objects.select_related(
            "mailbox", "draft__answers__conversation", "draft__answers__mailbox", "author"
        )
        .filter(pk=outgoing_id, state=OutgoingState.UNCERTAIN)
        .first()
    )
    if outgoing is None:
        return False
    try:
        found = evidence.find(client_for(outgoing.mailbox, priority="agent"), outgoing)
        if found is None:
            return False
        outcome.sent(outgoing, found.gmail_id, found.kind)
    except (GmailError, SecretUnreadable, ClaimLost):
        log.warning("outgoing %d stays uncertain for now", outgoing_id, exc_info=True)
        return False
    return True


def tidy(outgoing_id: int) -> None:
    """Take the Gmail draft of a mail that was taken back out of Gmail again, if it had come so far.

    What a person saved, or has changed in Gmail, stays.
    """
    outgoing = (
        Outgoing.objects.select_related("mailbox", "draft")
        .filter(pk=outgoing_id, state__in=Outgoing.UNSENT)
        .exclude(gmail_draft_id="")
        .exclude(trouble__in=[troubles.DRAFT_CHANGED, troubles.DRAFT_GONE])
        .first()
    )
    if outgoing is None or outgoing.gmail_draft_id == outgoing.draft.gmail_draft_id:
        return
    try:
        client = client_for(outgoing.mailbox, priority="agent")
        found = client.get_draft(outgoing.gmail_draft_id, "minimal")["message"]["id"]
        if found == outgoing.draft_message_id:
            orphans.delete(client, outgoing.gmail_draft_id)
    except NotFound:
        return
    except (GmailError, SecretUnreadable):
        log.warning("draft %s is left to the sweeper", outgoing.gmail_draft_id, exc_info=True)


# Each step returns whether to go on with the next one at once.


def _prepare(client: GmailClient, outgoing: Outgoing) -> bool:
    """queued -> draft_ready: our mail lies in Gmail as a draft, once it is due."""
    if not _passes_gate(client, outgoing):
        return False
    if not _is_due(outgoing):
        _wait_until_due(outgoing)
        return False
    draft = Draft.objects.get(pk=outgoing.draft_id)
    outgoing.draft = draft
    if draft.claimed_until is not None and _is_busy(draft):
        put_down(outgoing, timing.FIRST_BACKOFF, troubles.DRAFT_BUSY)
        return False
    try:
        if draft.unbound and not _bind(client, outgoing, draft):
            return False
        if draft.gmail_draft_id:
            return _reuse_draft(client, outgoing, draft)
        return _create_draft(client, outgoing, draft)
    except (Refused, NotFound) as error:
        _fail(client, outgoing, troubles.REFUSED, error.message)
    except InsufficientPermission as error:
        _fail(client, outgoing, troubles.NOT_ALLOWED, error.message)
    return False


def _passes_gate(client: GmailClient, outgoing: Outgoing) -> bool:
    """M29: nothing that its author should see first; else the mail is held."""
    if not may_write(outgoing.author_id, outgoing.draft):
        outcome.held(outgoing, troubles.AUTHOR_OUT, gate.Look([], outgoing.gate_history))
        return False
    found = gate.look(client, outgoing)
    if found.news:
        outcome.held(outgoing, troubles.NEWS, found)
        return False
    if found.history != outgoing.gate_history:
        move(outgoing, gate_history=found.history)
    return True


def _is_due(outgoing: Outgoing) -> bool:
    """Whether the undo window or the schedule is over, by the database's clock."""
    return Outgoing.objects.filter(pk=outgoing.pk, due_at__lte=Now()).exists()


def _wait_until_due(outgoing: Outgoing) -> None:
    move(
        outgoing,
        claimed_until=None,
        not_before=outgoing.due_at,
        attempts=0,
        trouble="",
        trouble_detail="",
    )


def _create_draft(client: GmailClient, outgoing: Outgoing, draft: Draft) -> bool:
    if outgoing.creating_at is not None or draft.creating_at is not None:
        # A create was asked for and its answer never written down.
        tokens = {str(outgoing.token), str(draft.token)}
        orphans.clear(client, tokens, owned=(), thread_id=outgoing.thread_id)
    move(outgoing, creating_at=Now())
    crashpoints.reach("before-draft-create")
    made = client.create_draft(bytes(outgoing.raw), outgoing.thread_id or None)
    crashpoints.reach("after-draft-create")
    try:
        _draft_ready(outgoing, made.id, made.message_id, made.thread_id)
    except ClaimLost:
        orphans.delete(client, made.id)
        raise
    return True


def _bind(client: GmailClient, outgoing: Outgoing, draft: Draft) -> bool:
    """Which of Gmail's drafts it is that was begun there; False when it is not there any more."""
    found = adopting.look(client, draft)
    if not found.draft_id:
        changed = found.theirs is not None
        trouble = troubles.DRAFT_CHANGED if changed else troubles.DRAFT_GONE
        outcome.failed(outgoing, trouble, theirs=found.text)
        return False
    adopting.note(draft, found)
    return True


def _reuse_draft(client: GmailClient, outgoing: Outgoing, draft: Draft) -> bool:
    """The draft that 下書き保存 made; only while it is our own last version."""
    try:
        found = client.get_draft(draft.gmail_draft_id, "full")["message"]
    except NotFound:
        _fail(client, outgoing, troubles.DRAFT_GONE)
        return False
    if evidence.is_ours(found, outgoing.token, outgoing.body_hash):
        # Updated by us, and the answer lost.
        _draft_ready(outgoing, draft.gmail_draft_id, found["id"], found["threadId"])
        return True
    if found["id"] != draft.gmail_message_id:
        outcome.failed(outgoing, troubles.DRAFT_CHANGED, theirs=evidence.text_of(found))
        return False
    crashpoints.reach("before-draft-update")
    made = client.update_draft(
        draft.gmail_draft_id, bytes(outgoing.raw), outgoing.thread_id or None
    )
    crashpoints.reach("after-draft-update")
    replaced(outgoing.mailbox_id, found["id"])
    _draft_ready(outgoing, made.id, made.message_id, made.thread_id)
    return True


def _draft_ready(outgoing: Outgoing, draft_id: str, message_id: str, thread_id: str) -> None:
    move(
        outgoing,
        OutgoingState.DRAFT_READY,
        gmail_draft_id=draft_id,
        draft_message_id=message_id,
        thread_id=thread_id,
        trouble="",
        trouble_detail="",
    )
    crashpoints.reach("draft-ready")


def _send(client: GmailClient, outgoing: Outgoing) -> bool:
    """draft_ready -> sending -> sent: the one drafts.send."""
    try:
        found: str | None = client.get_draft(outgoing.gmail_draft_id, "minimal")["message"]["id"]
    except NotFound:
        found = None
    if found != outgoing.draft_message_id:
        return _meddled(client, outgoing, gone=found is None)
    # Asked once more at the last moment: a draft may have waited here for quota, or five minutes.
    if not _passes_gate(client, outgoing):
        return False
    crashpoints.reach("after-draft-check")
    if not _mark_sending(outgoing):
        _fail(client, outgoing, troubles.LOCK_LOST)
        return False
    crashpoints.reach("before-send")
    try:
        answer = client.send_draft(outgoing.gmail_draft_id)
    except (Uncertain, NotFound) as error:
        # NotFound: the draft was consumed between our look and our request. By whom?
        log.warning("outgoing %d: the answer to drafts.send is no answer: %s", outgoing.pk, error)
        move(outgoing, trouble=troubles.CHECKING, trouble_detail=str(error))
        return True
    except Refused as error:
        move(outgoing, OutgoingState.DRAFT_READY)
        _fail(client, outgoing, troubles.REFUSED, error.message)
        return False
    except InsufficientPermission as error:
        move(outgoing, OutgoingState.DRAFT_READY)
        _fail(client, outgoing, troubles.NOT_ALLOWED, error.message)
        return False
    except GmailError:
        # Quota, a revoked token, or it never left: surely not sent, and tried again later.
        move(outgoing, OutgoingState.DRAFT_READY)
        raise
    crashpoints.reach("after-send")
    outcome.sent(outgoing, answer.id, "answer")
    crashpoints.reach("after-outcome")
    return False


def _mark_sending(outgoing: Outgoing) -> bool:
    """Committed before the request leaves, and only under the lock that it was handed in with."""
    with transaction.atomic():
        try:
            editlock.check(outgoing.draft, outgoing.author, outgoing.lock_token)
        except editlock.LockLost:
            return False
        move(outgoing, OutgoingState.SENDING, sending_at=Now())
    return True


def _meddled(client: GmailClient, outgoing: Outgoing, *, gone: bool) -> bool:
    """The draft is not as we left it, before we asked to send: a person was at it in Gmail."""
    found = evidence.find(client, outgoing)
    if found is not None:
        outcome.sent(outgoing, found.gmail_id, found.kind)
    elif gone:
        outcome.failed(outgoing, troubles.DRAFT_GONE)
    else:
        theirs = evidence.text_of(client.get_draft(outgoing.gmail_draft_id, "full")["message"])
        outcome.failed(outgoing, troubles.DRAFT_CHANGED, theirs=theirs)
    return False


def _find_out(client: GmailClient, outgoing: Outgoing) -> bool:
    """sending -> sent, back to draft_ready, or uncertain: what became of a drafts.send."""
    found = evidence.find(client, outgoing)
    if found is None:
        try:
            present: str | None = client.get_draft(outgoing.gmail_draft_id, "minimal")["message"][
                "id"
            ]
        except NotFound:
            present = None
            # It may have been sent between the two looks.
            found = evidence.find(client, outgoing)
    if found is not None:
        outcome.sent(outgoing, found.gmail_id, found.kind)
        return False
    if not _is_quiet(outgoing):
        put_down(outgoing, timing.LOOK_AGAIN, troubles.CHECKING, outgoing.trouble_detail)
        return False
    if present is None:
        outcome.uncertain(outgoing, troubles.NO_EVIDENCE)
        return False
    # Still there after the quiet time: not sent. The look before the next send tells if it is ours.
    move(outgoing, OutgoingState.DRAFT_READY, attempts=outgoing.attempts + 1)
    return True


def _fail(client: GmailClient, outgoing: Outgoing, trouble: str, detail: str = "") -> None:
    """Surely not sent; a draft that only the sending had made leaves Gmail again."""
    made = outgoing.gmail_draft_id
    saved = Draft.objects.get(pk=outgoing.draft_id).gmail_draft_id
    outcome.failed(outgoing, trouble, detail)
    crashpoints.reach("after-outcome")
    if made and made != saved:
        try:
            orphans.delete(client, made)
        except GmailError:
            log.warning("draft %s is left to the sweeper", made, exc_info=True)


def _is_quiet(outgoing: Outgoing) -> bool:
    """Whether the quiet time since drafts.send is over, by the database's clock."""
    quiet = Outgoing.objects.filter(pk=outgoing.pk, sending_at__lte=Now() - timing.QUIET)
    return quiet.exists()


def _is_busy(draft: Draft) -> bool:
    return Draft.objects.filter(pk=draft.pk, claimed_until__gt=Now()).exists()


def _over(client: GmailClient, outgoing: Outgoing) -> bool:
    return False


_STEPS: dict[OutgoingState, Callable[[GmailClient, Outgoing], bool]] = {
    OutgoingState.QUEUED: _prepare,
    OutgoingState.HELD: _over,
    OutgoingState.DRAFT_READY: _send,
    OutgoingState.SENDING: _find_out,
    OutgoingState.SENT: _over,
    OutgoingState.UNCERTAIN: _over,
    OutgoingState.FAILED: _over,
    OutgoingState.CANCELLED: _over,
}
