"""下書き保存: the draft in Gmail follows the one here (M20b, M20c).

The Draft row is the queue: a live draft whose `gmail_version` is behind its `saved_version`, or a
discarded one that Gmail still has. What Gmail gets is the saved copy, never text that is still
being typed. A draft that a person has changed, deleted or sent in Gmail is never overwritten: the
row says so (`trouble`), and the text here stays.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import AuthRevoked, GmailError, NotFound, QuotaExceeded
from mail import editlock, journal
from mail.attachments.tasks import want
from mail.mime.addresses import is_valid_address
from mail.models import Attachment, Draft, DraftState, Outgoing
from mail.outbox import crashpoints, evidence, orphans, timing, troubles
from mail.outbox.freeze import compose, full_text, sender_row, thread_of
from mail.outbox.replaced import replaced
from mailboxes.actions.keep import note_trouble
from mailboxes.gmail import client_for
from mailboxes.models import MailboxState
from mailboxes.secrets import SecretUnreadable

log = logging.getLogger(__name__)


def behind() -> QuerySet[Draft]:
    """Drafts that Gmail does not have as they are here, and that may be worked on now."""
    wanted = (Q(state=DraftState.LIVE) & ~Q(saved_version=F("gmail_version"))) | (
        Q(state=DraftState.DISCARDED) & ~Q(gmail_draft_id="")
    )
    in_outbox = Outgoing.objects.filter(state__in=Outgoing.UNSETTLED)
    return Draft.objects.filter(
        wanted,
        Q(claimed_until=None) | Q(claimed_until__lte=Now()),
        unbound=False,  # `mail.outbox.adopting` comes first
        not_before__lte=Now(),
        mailbox__state=MailboxState.CONNECTED,
    ).exclude(pk__in=in_outbox.values("draft"))


def claim(rows: QuerySet[Draft], draft_id: int) -> bool:
    """Take one of these drafts in hand for a while; of two workers at once one has it."""
    # On the row itself as well: PostgreSQL asks that again once it has waited for the other one's
    # write, and does not ask a subquery again.
    free = Q(claimed_until=None) | Q(claimed_until__lte=Now())
    wanted = Draft.objects.filter(free, pk__in=rows.filter(pk=draft_id).values("pk"))
    return bool(wanted.update(claimed_until=Now() + timing.CLAIM))


def follow(draft_id: int) -> None:
    """Bring Gmail's draft up to date, or away. Safe to call at any time, any number of times."""
    if not claim(behind(), draft_id):
        return
    draft = Draft.objects.select_related(
        "mailbox", "answers__conversation", "answers__mailbox"
    ).get(pk=draft_id)
    try:
        client = client_for(draft.mailbox, priority="agent")
        if draft.state == DraftState.DISCARDED:
            orphans.delete(client, draft.gmail_draft_id)
            replaced(draft.mailbox_id, draft.gmail_message_id)
            note(draft, gmail_draft_id="", gmail_message_id="")
        else:
            _write(client, draft)
    except (AuthRevoked, SecretUnreadable) as error:
        unreadable = isinstance(error, SecretUnreadable)
        note_trouble(draft.mailbox, "unreadable_token" if unreadable else "revoked")
        later(draft, troubles.NEEDS_AUTH)
    except QuotaExceeded:
        later(draft, troubles.QUOTA)
    except GmailError:
        log.warning("the draft %d could not be written to Gmail", draft.pk, exc_info=True)
        later(draft, troubles.GMAIL_DOWN)


def _write(client: GmailClient, draft: Draft) -> None:
    version = draft.saved_version
    copy = _copy(draft)
    carried = _carried(draft, copy)
    missing = [each for each in carried if not each.file]
    if missing:
        # What Gmail has of them goes with the text that is written over.
        failed = any(each.trouble for each in missing)
        for each in missing:
            want(each)
        later(draft, troubles.FILES_MISSING if failed else "")
        return
    text, raw = _saved_copy(draft, copy, carried)
    thread_id = thread_of(draft) or None
    if not draft.gmail_draft_id:
        if draft.creating_at is not None:
            orphans.clear(client, {str(draft.token)}, owned=(), thread_id=thread_id or "")
        _mine(draft).update(creating_at=Now())
        crashpoints.reach("before-draft-create")
        made = client.create_draft(raw, thread_id)
        crashpoints.reach("after-draft-create")
    else:
        try:
            found = client.get_draft(draft.gmail_draft_id, "full")["message"]
        except NotFound:
            let_go(draft, troubles.DRAFT_GONE)
            return
        ours = evidence.is_ours(found, draft.token, evidence.text_hash(text))
        if found["id"] != draft.gmail_message_id and not ours:
            let_go(draft, troubles.DRAFT_CHANGED, theirs=found)
            return
        made = client.update_draft(draft.gmail_draft_id, raw, thread_id)
        replaced(draft.mailbox_id, found["id"])
    note(
        draft,
        gmail_draft_id=made.id,
        gmail_message_id=made.message_id,
        gmail_version=version,
        creating_at=None,
        attempts=0,
        trouble="",
    )


def saved_text(draft: Draft) -> str:
    """What a reader of the saved copy reads."""
    return full_text(_copy(draft))


def _copy(draft: Draft) -> Draft:
    saved = draft.saved or {}
    return Draft(mailbox=draft.mailbox, kind=draft.kind, answers=draft.answers, **saved)


def _carried(draft: Draft, copy: Draft) -> list[Attachment]:
    """The files that were in Gmail's draft before it was adopted.

    They stay in it; what is attached here is in Gmail when it is sent.
    """
    if draft.adopted_id is None:
        return []
    theirs = Attachment.objects.filter(message=draft.adopted_id, pk__in=copy.forwarded_files)
    return list(theirs.select_related("message"))


def _saved_copy(draft: Draft, copy: Draft, files: list[Attachment]) -> tuple[str, bytes]:
    """The saved copy's text and mail. What is no address yet stays here and is left out there."""
    for line in ("to", "cc", "bcc"):
        people = [each for each in getattr(copy, line) if is_valid_address(each[1])]
        setattr(copy, line, people)
    text = full_text(copy)
    now = timezone.localtime()
    return text, compose(copy, sender_row(copy), draft.token, text=text, files=files, now=now)


def _mine(draft: Draft) -> QuerySet[Draft]:
    return Draft.objects.filter(pk=draft.pk, claimed_until=draft.claimed_until)


def note(draft: Draft, **fields: Any) -> None:
    """Write to a claimed draft and put it down."""
    if not _mine(draft).update(claimed_until=None, **fields):
        # Another worker took over from us; the next look finds what we left behind.
        log.info("draft %d was moved on by somebody else", draft.pk)


def later(draft: Draft, trouble: str) -> None:
    """Put a claimed draft down for a while; tried again by itself."""
    attempts = min(draft.attempts + 1, 1000)
    wait = timing.backoff(attempts)
    note(draft, attempts=attempts, not_before=Now() + wait, trouble=trouble)


def let_go(draft: Draft, trouble: str, *, theirs: dict[str, Any] | None = None) -> None:
    """Gmail's draft is a person's now: no longer followed until the next 下書き保存; told.

    Args:
        theirs: the message (format=full) that it became there: its text is shown beside ours until
            somebody decides, and its id keeps the two from being listed twice.
    """
    note(
        draft,
        unbound=False,
        gmail_draft_id="",
        gmail_message_id=theirs["id"] if theirs else "",
        theirs=evidence.text_of(theirs) if theirs else None,
        gmail_version=draft.saved_version,
        trouble=trouble,
    )
    with transaction.atomic():
        editlock.hold(draft)  # the mail's row is written to: in the order of all row locks
        journal.tell_of("draft.let_go", draft, actor=None, trouble=trouble, told=draft.author_id)
