"""ToFetch: the mails to be read, durable, each once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from django.db.models.functions import Now

from mail.models import Message, Reconciliation, ToFetch
from mailboxes.models import Mailbox


def write_down(mailbox: Mailbox, ids: Iterable[tuple[str, str]], *, first_position: int) -> None:
    """Remember listed mails; what is stored, or remembered already, stays as it is.

    What is stored was read after the cursor of history was taken: history tells of its changes.
    """
    listed = dict(ids)
    stored = Message.objects.filter(mailbox=mailbox, gone_at=None, gmail_id__in=listed)
    known = set(stored.values_list("gmail_id", flat=True))
    ToFetch.objects.bulk_create(
        (
            ToFetch(
                mailbox=mailbox,
                gmail_id=gmail_id,
                thread_id=thread_id,
                position=first_position + index,
            )
            for index, (gmail_id, thread_id) in enumerate(listed.items())
            if gmail_id not in known
        ),
        ignore_conflicts=True,
    )


def write_down_touched(
    mailbox: Mailbox,
    touched: Mapping[str, str],
    *,
    is_news: bool = True,
    reconciliation: Reconciliation | None = None,
) -> None:
    """Mails that something has happened to go before all that a listing left: people wait for them.

    One that was given up or put off is tried anew at once.

    Args:
        touched: Gmail id -> thread id.
    """
    # The latest word first, and within one answer Gmail's order, which history gives oldest first.
    newest = -int(time.time() * 1000)
    ToFetch.objects.bulk_create(
        (
            ToFetch(
                mailbox=mailbox,
                gmail_id=gmail_id,
                thread_id=thread_id,
                position=newest,
                is_news=is_news,
                reconciliation=reconciliation,
                attempts=0,
                trouble="",
                trouble_detail="",
                trouble_since=None,
                not_before=Now(),
            )
            for gmail_id, thread_id in touched.items()
        ),
        update_conflicts=True,
        unique_fields=["mailbox", "gmail_id"],
        update_fields=[
            "position",
            *(["is_news"] if is_news else []),
            *(["reconciliation"] if reconciliation else []),
            "attempts",
            "trouble",
            "trouble_detail",
            "trouble_since",
            "not_before",
        ],
    )


def due(mailbox: Mailbox, limit: int, *, urgent: bool = False) -> list[ToFetch]:
    """The next mails to read, newest first; `urgent` are those that a listing did not name."""
    rows = ToFetch.objects.filter(mailbox=mailbox, not_before__lte=Now())
    if urgent:
        rows = rows.filter(position__lt=0)
    return list(rows.order_by("position")[:limit])
