"""The first listing of every mail of the account."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import Refused, Unavailable
from mail.models import SyncPhase, SyncState
from mail.sync.queue import write_down
from mailboxes.models import Mailbox


def begin(mailbox: Mailbox, client: GmailClient) -> SyncState:
    """The state of a mailbox that was never synchronised.

    The history id is read before the first id is listed: whatever changes from here on comes again
    in history, so that nothing falls between the two. From here on `open_days` is fixed: whoever
    changes it finds `last_sync_at` set, or was before us.
    """
    profile = client.profile()
    with transaction.atomic():
        Mailbox.objects.filter(pk=mailbox.pk, last_sync_at=None).update(last_sync_at=Now())
        state, _ = SyncState.objects.get_or_create(
            mailbox=mailbox,
            defaults={"history_id": profile.history_id, "total": profile.messages_total},
        )
    mailbox.refresh_from_db(fields=["open_days"])
    return state


def list_page(mailbox: Mailbox, state: SyncState, client: GmailClient) -> None:
    """One page of ids into ToFetch, and the place in the listing, in one transaction."""
    try:
        page = client.list_message_ids(state.page_token or None)
    except Refused:
        if not state.page_token:
            raise
        # A page token does not live for ever (a pause may outlast it): from the top again. What is
        # stored or written down already is passed over.
        SyncState.objects.filter(pk=state.pk).update(page_token="", listed=0)
        state.page_token, state.listed = "", 0
        return
    if not page.ids and not state.listed:
        ensure_empty(client)
    with transaction.atomic():
        write_down(mailbox, page.ids, first_position=state.listed)
        state.listed += len(page.ids)
        state.page_token = page.next_page_token or ""
        if page.next_page_token is None:
            state.phase = SyncPhase.FETCHING
            # Gmail's estimate in the profile may be off; now the number is known.
            state.total = state.listed
        state.save(update_fields=["listed", "page_token", "phase", "total"])


def ensure_empty(client: GmailClient) -> None:
    """An empty list is Gmail's word for «no mail», and that of many a proxy for «no idea».

    Raises:
        Unavailable: the account has mail; a failure must not look like an empty mailbox.
    """
    if client.profile().messages_total:
        raise Unavailable(
            "an empty list of an account that has mail", reason="empty_list", method="messages.list"
        )
