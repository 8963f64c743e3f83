"""Listing every mail of the account: at the start, and again when history has expired."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from activity.events import record
from callcenter.gmail.client import GmailClient
from mail.models import Message, SyncPhase, SyncState
from mail.sync.queue import write_down
from mailboxes.models import Mailbox


def begin(mailbox: Mailbox, client: GmailClient) -> SyncState:
    """The state of a mailbox that was never synchronised.

    The history id is read before the first id is listed: whatever changes from here on comes again
    in history, so that nothing falls between the two.
    """
    profile = client.profile()
    state, _ = SyncState.objects.get_or_create(
        mailbox=mailbox,
        defaults={"history_id": profile.history_id, "total": profile.messages_total},
    )
    return state


def begin_again(mailbox: Mailbox, state: SyncState, client: GmailClient) -> None:
    """After an expired history: a new listing, while the old mirror stays readable."""
    profile = client.profile()
    with transaction.atomic():
        state.history_id = profile.history_id
        state.total = profile.messages_total
        state.listing += 1
        state.phase = SyncPhase.LISTING
        state.page_token, state.listed = "", 0
        state.save()
        record("sync.listing_again", mailbox_id=mailbox.pk)


def list_page(mailbox: Mailbox, state: SyncState, client: GmailClient) -> None:
    """One page of ids into ToFetch, and the place in the listing, in one transaction."""
    page = client.list_message_ids(state.page_token or None)
    with transaction.atomic():
        write_down(mailbox, page.ids, first_position=state.listed)
        known = Message.objects.filter(
            mailbox=mailbox, gmail_id__in=[gmail_id for gmail_id, _ in page.ids]
        )
        known.update(listing=state.listing)
        state.listed += len(page.ids)
        state.page_token = page.next_page_token or ""
        if page.next_page_token is None:
            state.phase = SyncPhase.FETCHING
            # Gmail's estimate in the profile may be off; now the number is known.
            state.total = state.listed
            _forget_unlisted(mailbox, state)
        state.save(update_fields=["listed", "page_token", "phase", "total"])


def _forget_unlisted(mailbox: Mailbox, state: SyncState) -> None:
    """What a whole listing left out is gone from Gmail; its comments and history stay here."""
    gone = Message.objects.filter(mailbox=mailbox, gone_at=None, listing__lt=state.listing)
    gone.update(gone_at=Now())
