"""The first synchronisation, for 認証設定 (which stands in a room below and asks by address)."""

from __future__ import annotations

import math
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mail.models import SyncPhase
from mail.sync.progress import Progress, of
from mailboxes.access import administered
from permissions.access import AgentRequest

_PHASES = {SyncPhase.LISTING: "listing", SyncPhase.FETCHING: "fetching"}


def shown(mailbox_id: int, found: Progress) -> dict[str, Any]:
    """What mailboxes/_progress.html shows."""
    left = found.seconds_left
    # Upwards: who is told a minute must not wait for two.
    minutes = None if left is None else 0 if left < 60 else math.ceil(left / 60)
    return {
        "id": mailbox_id,
        "url": reverse("mail:progress", args=[mailbox_id]),
        "phase": _PHASES.get(found.phase, "done"),
        "listed": found.total,
        "fetched": found.stored,
        "percent": found.percent,
        "minutes_left": minutes,
        "hours_left": 0 if minutes is None or minutes < 120 else math.ceil(minutes / 60),
        "failed": found.troubled,
    }


@require_safe
@never_cache
def progress(request: AgentRequest, mailbox_id: int) -> HttpResponse:
    mailbox = administered(request.user, mailbox_id)
    return render(request, "mailboxes/_progress.html", {"progress": shown(mailbox.pk, of(mailbox))})
