"""Saved drafts that a person has changed, deleted or sent in Gmail itself.

Every change of a draft gives it another message there, so the mirror shows at once that something
happened: the message that we wrote is gone. What happened only Gmail's draft can tell. The text
here is never touched: a draft that was changed or deleted there says so (`trouble`), one that was
sent there is over, and what was typed since is kept as its author's parked copy.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import GmailError, NotFound
from mail import editlock, journal
from mail.mime.payload import parse_payload
from mail.models import (
    Draft,
    DraftState,
    Folder,
    LockMode,
    Message,
    Outgoing,
    Status,
)
from mail.outbox import evidence, troubles
from mail.outbox.following import claim, let_go, saved_text
from mail.outbox.freeze import thread_of
from mailboxes.gmail import client_for
from mailboxes.models import MailboxState
from mailboxes.secrets import SecretUnreadable

log = logging.getLogger(__name__)
# The mirror has seen our own saving by then; and how often a draft that is well is asked about.
SEEN_AFTER = timedelta(seconds=8)
ASK_AGAIN = timedelta(minutes=1)


def suspects() -> QuerySet[Draft]:
    """Saved drafts whose message the mirror does not show among Gmail's drafts (any more)."""
    there = Message.objects.filter(
        mailbox=OuterRef("mailbox"),
        gmail_id=OuterRef("gmail_message_id"),
        folder=Folder.DRAFT,
        gone_at=None,
    )
    in_outbox = Outgoing.objects.filter(state__in=Outgoing.UNSETTLED)
    return (
        Draft.objects.filter(
            Q(claimed_until=None) | Q(claimed_until__lte=Now()),
            ~Exists(there),
            state=DraftState.LIVE,
            saved_version=F("gmail_version"),
            saved_at__lte=Now() - SEEN_AFTER,
            not_before__lte=Now(),
            mailbox__state=MailboxState.CONNECTED,
        )
        .exclude(gmail_draft_id="")
        .exclude(pk__in=in_outbox.values("draft"))
    )


def look_at(draft_id: int) -> None:
    """Find out what became of it in Gmail. Safe to call at any time, any number of times."""
    if not claim(suspects(), draft_id):
        return
    draft = Draft.objects.select_related(
        "mailbox", "author", "answers__conversation", "answers__mailbox"
    ).get(pk=draft_id)
    try:
        _look_at(client_for(draft.mailbox, priority="agent"), draft)
    except (GmailError, SecretUnreadable):
        log.info("what became of draft %d in Gmail is asked later", draft.pk, exc_info=True)
        _as_it_was(draft)


def _look_at(client: GmailClient, draft: Draft) -> None:
    try:
        found = client.get_draft(draft.gmail_draft_id, "full")["message"]
    except NotFound:
        if not (was_sent(client, draft) and over(draft)):
            let_go(draft, troubles.DRAFT_GONE)
        return
    own = evidence.text_hash(saved_text(draft))
    if evidence.is_ours(found, draft.token, own):
        # Ours under another message: an answer of Gmail's was lost when it was saved.
        _as_it_was(draft, gmail_message_id=found["id"])
    elif found["id"] == draft.gmail_message_id:
        _as_it_was(draft)
    else:
        let_go(draft, troubles.DRAFT_CHANGED, theirs=found)


def _as_it_was(draft: Draft, **fields: Any) -> None:
    mine = Draft.objects.filter(pk=draft.pk, claimed_until=draft.claimed_until)
    mine.update(claimed_until=None, not_before=Now() + ASK_AGAIN, **fields)


def was_sent(client: GmailClient, draft: Draft) -> bool:
    """Whether the conversation has our text as a sent mail: by our header, else by the text."""
    thread_id = thread_of(draft) or _mirrored_thread(draft)
    if not thread_id:
        return False
    try:
        thread = client.get_thread(thread_id, format="full")
    except NotFound:
        return False
    own = evidence.text_hash(saved_text(draft))
    for each in thread.get("messages", ()):
        labels = each.get("labelIds", ())
        if "SENT" not in labels or "DRAFT" in labels:
            continue
        header = evidence.header_of(each)
        if header == str(draft.token):
            return True
        if not header and evidence.text_hash(parse_payload(each).text) == own:
            return True
    return False


def _mirrored_thread(draft: Draft) -> str:
    """The conversation that Gmail gave a draft of its own, if the mirror has seen it."""
    seen = Message.objects.filter(mailbox=draft.mailbox, gmail_id=draft.gmail_message_id)
    return seen.values_list("conversation__gmail_thread_id", flat=True).first() or ""


@transaction.atomic
def over(draft: Draft) -> bool:
    """It was sent there: 完了, and the lock that waited with it ends.

    False while its author is writing: they decide, with the warning before their eyes (M34).
    """
    editlock.hold(draft)
    lock = editlock.current(draft)
    if lock is not None and lock.mode == LockMode.ACTIVE:
        return False
    stored = (
        Draft.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk=draft.pk, claimed_until=draft.claimed_until, state=DraftState.LIVE)
        .first()
    )
    if stored is None:
        return True  # somebody was quicker: it is theirs to say what it is
    typed_since = stored.version != stored.saved_version
    Draft.objects.filter(pk=draft.pk).update(
        state=DraftState.PARKED if typed_since else DraftState.SENT,
        gmail_draft_id="",
        gmail_message_id="",
        unbound=False,
        claimed_until=None,
        updated_at=Now(),
    )
    kind = "draft.sent_in_gmail"
    ended = lock is not None and editlock.end_for_good(
        draft, lock.token, kind=kind, actor=None, status=Status.DONE
    )
    if not ended:
        journal.tell_of(kind, draft, actor=None, fields={"status": Status.DONE})
    return True
