"""Raw mail from Gmail into the store, for the mirror's turn and for a person who waits."""

from __future__ import annotations

import logging
import random
import tempfile
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    InsufficientPermission,
    QuotaExceeded,
    Unavailable,
)
from mail import fetching, troubles
from mail.models import Message, MessageBody, RawMail
from mail.raw import store
from mail.raw.read import read_again
from mailboxes.actions.keep import note_refused
from mailboxes.gmail import client_for
from mailboxes.models import Mailbox
from mailboxes.secrets import SecretUnreadable

log = logging.getLogger(__name__)
KIND = "original"  # as mail.fetching calls it
_FIRST_PAUSE, _LONGEST_PAUSE = 30, 24 * 3600  # seconds


def fetch_due(mailbox: Mailbox, client: GmailClient, limit: int) -> int:
    """Fetch and read again up to `limit` mails that Gmail's own reading did no justice; how many.

    What Gmail refuses for one mail is noted and tried again ever later, a day apart at most.

    Raises:
        AuthRevoked, InsufficientPermission, QuotaExceeded: nothing more can be had at all.
    """
    done = 0
    for gmail_id in _due(mailbox, limit):
        raw, _ = RawMail.objects.get_or_create(mailbox=mailbox, gmail_id=gmail_id)
        try:
            fetch(raw, client)
        except (AuthRevoked, InsufficientPermission, QuotaExceeded):
            raise
        except Unavailable:
            break  # the others would wait for the same silence
        except GmailError as error:
            log.warning("The original of %s: %s", raw, error)
        done += 1
    return done


def _due(mailbox: Mailbox, limit: int) -> list[str]:
    put_off = RawMail.objects.filter(
        mailbox=mailbox, gmail_id=OuterRef("gmail_id"), not_before__gt=Now()
    )
    wanting = Message.objects.filter(mailbox=mailbox, gone_at=None, body__needs_raw=True)
    found = wanting.exclude(Exists(put_off)).order_by("-internal_date")
    return list(found.values_list("gmail_id", flat=True)[:limit])


def fetch(raw: RawMail, client: GmailClient) -> None:
    """Have the mail in the store, and our copy of it renewed where that was waiting for it.

    Raises:
        GmailError: it could not be had; the row says why, and when it is due again.
    """
    if not raw.file:
        try:
            with tempfile.TemporaryFile() as spool:
                watched = fetching.Watched(spool, KIND, raw.pk)
                size = client.download_raw(raw.gmail_id, watched)
                spool.seek(0)
                store.keep(raw, spool, size)
        except GmailError as error:
            _put_off(raw, error)
            raise
    read_again(raw)


def _put_off(raw: RawMail, error: GmailError) -> None:
    trouble = troubles.code(error)
    asked = error.retry_after if isinstance(error, (QuotaExceeded, Unavailable)) else None
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(raw.attempts, 12))
    seconds = max(asked or 0.0, pause * random.uniform(0.75, 1.25))  # noqa: S311 - jitter
    attempts = min(raw.attempts + 1, 1000)
    note(raw, trouble, attempts=attempts, not_before=Now() + timedelta(seconds=seconds))
    if trouble in troubles.FINAL:
        # Nobody can read it better any more: what Gmail made of it stays.
        MessageBody.objects.filter(
            message__mailbox=raw.mailbox_id, message__gmail_id=raw.gmail_id
        ).update(needs_raw=False)


def note(raw: RawMail, trouble: str, **fields: Any) -> None:
    RawMail.objects.filter(pk=raw.pk).update(trouble=trouble, **fields)
    raw.trouble = trouble


def fetch_now(raw_id: int) -> None:
    """For somebody who waits: whatever happens, the row says it."""
    raw = RawMail.objects.select_related("mailbox").filter(pk=raw_id).first()
    if raw is None or raw.file:
        return
    if not Mailbox.objects.working().filter(pk=raw.mailbox_id).exists():
        note(raw, "paused")
        return
    try:
        fetch(raw, client_for(raw.mailbox, priority="agent"))
    except AuthRevoked as error:
        note_refused(raw.mailbox, error.reason)
    except SecretUnreadable:
        note(raw, "revoked")
    except GmailError as error:
        log.warning("The original of %s: %s", raw, error)
    except OSError:
        log.exception("The original of %s could not be stored", raw)
        note(raw, "store")
