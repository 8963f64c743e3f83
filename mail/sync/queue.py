"""ToFetch: the mails to be read, durable, each once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from mail.models import Reconciliation, ToFetch
from mailboxes.models import Mailbox

# Written out, because the ORM spends more on a page of 500 ids than PostgreSQL does.
_LISTED = """
INSERT INTO mail_tofetch (mailbox_id, gmail_id, thread_id, position, is_news, alone, attempts,
                          trouble, trouble_detail)
SELECT %(mailbox)s, gmail_id, thread_id, %(first)s + place - 1, false, false, 0, '', ''
FROM unnest(%(ids)s::text[], %(threads)s::text[]) WITH ORDINALITY AS l (gmail_id, thread_id, place)
WHERE NOT EXISTS (
    SELECT FROM mail_message m
    WHERE m.mailbox_id = %(mailbox)s AND m.gmail_id = l.gmail_id AND m.gone_at IS NULL
)
ON CONFLICT (mailbox_id, gmail_id) DO NOTHING
"""
_TOUCHED = """
INSERT INTO mail_tofetch AS known
    (mailbox_id, gmail_id, thread_id, position, is_news, alone, attempts, trouble, trouble_detail,
     reconciliation_id)
SELECT %(mailbox)s, gmail_id, thread_id, %(position)s, %(news)s, false, 0, '', '', %(run)s
FROM unnest(%(ids)s::text[], %(threads)s::text[]) AS l (gmail_id, thread_id)
ON CONFLICT (mailbox_id, gmail_id) DO UPDATE SET
    position = excluded.position,
    is_news = known.is_news OR excluded.is_news,
    reconciliation_id = coalesce(excluded.reconciliation_id, known.reconciliation_id),
    attempts = 0,
    trouble = '',
    trouble_detail = '',
    trouble_since = NULL,
    not_before = statement_timestamp()
"""


def write_down(mailbox: Mailbox, ids: Iterable[tuple[str, str]], *, first_position: int) -> None:
    """Remember listed mails; what is stored, or remembered already, stays as it is.

    What is stored was read after the cursor of history was taken: history tells of its changes.

    Args:
        ids: Gmail id and thread id.
    """
    listed = dict(ids)
    _execute(_LISTED, mailbox, listed, first=first_position)


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
    _execute(
        _TOUCHED,
        mailbox,
        touched,
        position=-int(time.time() * 1000),  # the latest word first
        news=is_news,
        run=reconciliation.pk if reconciliation else None,
    )


def _execute(statement: str, mailbox: Mailbox, ids: Mapping[str, str], **values: Any) -> None:
    if not ids:
        return
    named: dict[str, Any] = {
        "mailbox": mailbox.pk,
        "ids": list(ids),
        "threads": list(ids.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, named | values)


def due(mailbox: Mailbox, limit: int, *, urgent: bool = False) -> list[ToFetch]:
    """The next mails to read, newest first; `urgent` are those that a listing did not name."""
    rows = ToFetch.objects.filter(mailbox=mailbox, not_before__lte=Now())
    if urgent:
        rows = rows.filter(position__lt=0)
    return list(rows.order_by("position")[:limit])
