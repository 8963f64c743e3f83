"""What was touched since the cursor."""

from __future__ import annotations

from django.db import transaction

from callcenter.gmail.client import GmailClient
from callcenter.gmail.types import touched_messages
from mail.models import SyncState
from mail.sync.queue import write_down_touched
from mailboxes.models import Mailbox


def follow(mailbox: Mailbox, state: SyncState, client: GmailClient) -> None:
    """Write down all that history names and move the cursor behind it.

    The cursor moves once, with the last page: it is the same value on every page, and Gmail may
    send pages without records in between. Ids of earlier pages are safe by then.

    Raises:
        HistoryExpired: the cursor is too old for Gmail.
        GmailError: any other refusal; the cursor stays.
    """
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
