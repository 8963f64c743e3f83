"""ToFetch: the mails to be read, durable, each once."""

from __future__ import annotations

import time
from collections.abc import Iterable

from django.db.models.functions import Now

from mail.models import ToFetch
from mailboxes.models import Mailbox


def write_down(mailbox: Mailbox, ids: Iterable[tuple[str, str]], *, first_position: int) -> None:
    """Remember mails to be read; one that is remembered already comes no later than before."""
    rows = [
        ToFetch(
            mailbox=mailbox,
            gmail_id=gmail_id,
            thread_id=thread_id,
            position=first_position + index,
        )
        for index, (gmail_id, thread_id) in enumerate(dict(ids).items())
    ]
    ToFetch.objects.bulk_create(rows, ignore_conflicts=True)


def write_down_touched(mailbox: Mailbox, touched: dict[str, str]) -> None:
    """Mails that history names go before all that a listing left: they are what people wait for.

    One that was given up or put off is tried anew at once, for something has happened to it.
    """
    newest = -int(time.time() * 1000)
    rows = [
        ToFetch(
            mailbox=mailbox,
            gmail_id=gmail_id,
            thread_id=thread_id,
            position=newest,
            attempts=0,
            trouble="",
            trouble_detail="",
            not_before=Now(),
        )
        for gmail_id, thread_id in touched.items()
    ]
    ToFetch.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["mailbox", "gmail_id"],
        update_fields=["position", "attempts", "trouble", "trouble_detail", "not_before"],
    )


def due(mailbox: Mailbox, limit: int) -> list[ToFetch]:
    """The next mails to read, newest first."""
    return list(
        ToFetch.objects.filter(mailbox=mailbox, not_before__lte=Now()).order_by("position")[:limit]
    )
