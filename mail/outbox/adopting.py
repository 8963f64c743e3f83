"""A draft that was begun in Gmail itself and is gone on with here: which one it is there (M5b).

The mirror knows its message. The draft's own id, which stays when the message is written anew,
Gmail tells only in the list of drafts. So the row says that it is `unbound` until somebody has
looked; before that it is neither written, deleted nor sent there. The row is that queue.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import AuthRevoked, GmailError, NotFound, QuotaExceeded
from callcenter.gmail.types import DraftRef
from mail.models import Draft, DraftState, Message, Outgoing
from mail.outbox import evidence, following, noticing, orphans, troubles
from mailboxes.actions.keep import note_trouble
from mailboxes.gmail import client_for
from mailboxes.models import MailboxState
from mailboxes.secrets import SecretUnreadable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """Gmail's draft; without its id, what a person has made of it there, if that can be told."""

    draft_id: str = ""
    theirs: dict[str, Any] | None = None

    @property
    def text(self) -> dict[str, str] | None:
        return evidence.text_of(self.theirs) if self.theirs else None


def unbound() -> QuerySet[Draft]:
    """Drafts that are to be looked for, and may be now. The outbox looks for its own."""
    in_outbox = Outgoing.objects.filter(state__in=Outgoing.UNSETTLED)
    return Draft.objects.filter(
        Q(claimed_until=None) | Q(claimed_until__lte=Now()),
        unbound=True,
        state__in=[DraftState.LIVE, DraftState.DISCARDED],
        not_before__lte=Now(),
        mailbox__state=MailboxState.CONNECTED,
    ).exclude(pk__in=in_outbox.values("draft"))


def bind(draft_id: int) -> None:
    """Find out which one it is. Safe to call at any time, any number of times."""
    if not following.claim(unbound(), draft_id):
        return
    draft = Draft.objects.select_related(
        "mailbox", "author", "adopted__conversation", "answers__conversation", "answers__mailbox"
    ).get(pk=draft_id)
    try:
        client = client_for(draft.mailbox, priority="agent")
        found = look(client, draft)
        if found.draft_id:
            following.note(draft, **_bound(found), attempts=0, trouble="")
        elif draft.state == DraftState.DISCARDED:
            # What a person has made of it meanwhile is not ours to delete.
            following.note(draft, unbound=False, gmail_message_id="")
        elif found.theirs is not None:
            following.let_go(draft, troubles.DRAFT_CHANGED, theirs=found.theirs)
        elif not (noticing.was_sent(client, draft) and noticing.over(draft)):
            following.let_go(draft, troubles.DRAFT_GONE)
    except (AuthRevoked, SecretUnreadable) as error:
        unreadable = isinstance(error, SecretUnreadable)
        note_trouble(draft.mailbox, "unreadable_token" if unreadable else "revoked")
        following.later(draft, troubles.NEEDS_AUTH)
    except QuotaExceeded:
        following.later(draft, troubles.QUOTA)
    except GmailError:
        log.warning("the draft %d was not found in Gmail yet", draft.pk, exc_info=True)
        following.later(draft, troubles.GMAIL_DOWN)


def look(client: GmailClient, draft: Draft) -> Found:
    """Which of Gmail's drafts has the message that was adopted, or has followed it.

    Raises:
        GmailError: Gmail could not be asked; that is no answer.
    """
    refs = list(orphans.listed(client))
    for ref in refs:
        if ref.message_id == draft.gmail_message_id:
            return Found(ref.id)
    changed = _changed(draft, refs)
    if changed is None:
        return Found()
    try:
        return Found(theirs=client.get_draft(changed.id, "full")["message"])
    except NotFound:
        return Found()


def note(draft: Draft, found: Found) -> None:
    """Write down which one it is, for who has the draft in hand."""
    Draft.objects.filter(pk=draft.pk, unbound=True).update(**_bound(found))
    draft.refresh_from_db(fields=[*_bound(found)])


def _bound(found: Found) -> dict[str, Any]:
    return {"gmail_draft_id": found.draft_id, "unbound": False}


def _changed(draft: Draft, refs: list[DraftRef]) -> DraftRef | None:
    """A changed draft stays in its conversation under a message that was not there before.

    Where that fits several, nothing tells which of them it was: then it is gone, and each of them
    stands in 下書き by itself.
    """
    if draft.adopted is None:
        return None
    thread_id = draft.adopted.conversation.gmail_thread_id
    there = [ref for ref in refs if ref.thread_id == thread_id]
    before = Message.objects.filter(
        conversation=draft.adopted.conversation_id, stored_at__lte=draft.created_at
    )
    known = set(before.values_list("gmail_id", flat=True))
    ours: set[str] = set()
    for model in (Draft, Outgoing):
        rows = model.objects.filter(mailbox=draft.mailbox_id).exclude(gmail_draft_id="")
        ours |= set(
            rows.filter(gmail_draft_id__in=[ref.id for ref in there]).values_list(
                "gmail_draft_id", flat=True
            )
        )
    fits = [ref for ref in there if ref.message_id not in known and ref.id not in ours]
    return fits[0] if len(fits) == 1 else None
