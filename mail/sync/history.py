"""What was touched since the cursor."""

from __future__ import annotations

from django.db import transaction

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import HistoryExpired
from callcenter.gmail.types import touched_messages
from mail.models import Reason, SyncPhase, SyncState
from mail.sync import reconcile
from mail.sync.queue import write_down_touched
from mailboxes.models import Mailbox


def follow(mailbox: Mailbox, state: SyncState, client: GmailClient) -> None:
    """Write down all that history names and move the cursor behind it.

    The cursor moves once, with the last page: it is the same value on every page, and Gmail may
    send pages without records in between. Ids of earlier pages are safe by then.

    Raises:
        GmailError: a refusal; the cursor stays.
    """
    try:
        _follow(mailbox, state, client)
    except HistoryExpired:
        _begin_again(mailbox, state, client)


def _follow(mailbox: Mailbox, state: SyncState, client: GmailClient) -> None:
    page_token: str | None = None
    while True:
        page = client.list_history(state.history_id, page_token)
        touched = touched_messages(page.records)
        with transaction.atomic():
            write_down_touched(mailbox, touched)
            if page.next_page_token is None and page.history_id:
                SyncState.objects.filter(pk=state.pk).update(history_id=page.history_id)
                state.history_id = page.history_id
        if page.next_page_token is None:
            return
        page_token = page.next_page_token


def _begin_again(mailbox: Mailbox, state: SyncState, client: GmailClient) -> None:
    """The cursor is too old for Gmail: a new one, and everything that is here is held against it.

    The cursor is taken before the lists are read, so that nothing falls between the two. A
    comparison that was running began before the gap, and so may have missed it: from the top.
    """
    profile = client.profile()
    with transaction.atomic():
        SyncState.objects.filter(pk=state.pk).update(history_id=profile.history_id)
        state.history_id = profile.history_id
        if state.phase == SyncPhase.LISTING and not state.listed:
            return
        reconcile.begin_again(mailbox, Reason.EXPIRED)
