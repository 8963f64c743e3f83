"""Telling open pages that the mirror follows Gmail, without an event for every look."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from callcenter import live
from callcenter.redis import connection
from mailboxes.models import Mailbox

# Pages count the seconds by themselves; now and then they are told where to begin.
_EVERY_SECONDS = 10


def synced(mailbox: Mailbox) -> dict[str, Any]:
    """The note for the page's script: when Gmail was last heard."""
    at = mailbox.last_sync_at
    return {
        "kind": "sync.seen",
        "mailbox": mailbox.pk,
        "public_id": "",
        "state": {"at": at.isoformat(timespec="seconds") if at else None},
    }


def tell_synced(mailbox: Mailbox) -> None:
    """Tell the pages, at most every ten seconds a mailbox."""
    if connection().set(f"sync:told:{mailbox.pk}", 1, nx=True, ex=_EVERY_SECONDS):
        mailbox.last_sync_at = timezone.now()
        note = synced(mailbox)
        live.publish({"mailbox": mailbox.pk, "about": f"sync {mailbox.pk}", "note": note})
