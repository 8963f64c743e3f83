"""The first synchronisation, for 認証設定 (which stands in a room below and asks by address)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from callcenter.gmail.quota import Budget
from mail.models import SyncPhase, SyncState, ToFetch
from mailboxes.access import administered
from mailboxes.models import Mailbox
from permissions.access import AgentRequest

# Below this share no honest rate can be told yet.
_ENOUGH = 200


def progress_of(mailbox: Mailbox, url: str) -> dict[str, Any]:
    """What mailboxes/_progress.html shows."""
    state = SyncState.objects.filter(mailbox=mailbox).first()
    shown: dict[str, Any] = {"id": mailbox.pk, "url": url, "minutes_left": None, "percent": 0}
    if state is None:
        return shown | {"phase": "listing", "fetched": 0, "listed": 0, "failed": 0}
    whole = max(state.total, state.listed, 1)
    waiting = ToFetch.objects.filter(mailbox=mailbox)
    left = waiting.count()
    done = max(0, state.listed - left)
    phases = {SyncPhase.LISTING: "listing", SyncPhase.FETCHING: "fetching"}
    return shown | {
        "phase": phases.get(SyncPhase(state.phase), "done"),
        "fetched": min(state.fetched, whole) if state.phase == SyncPhase.FOLLOWING else done,
        "listed": whole,
        "percent": min(99, 100 * done // whole),
        "minutes_left": _minutes_left(state, done, left),
        "failed": waiting.filter(attempts__gt=2).count(),
    }


def _minutes_left(state: SyncState, done: int, left: int) -> int | None:
    """The slower of what was measured and what the quota allows; None while nothing is known."""
    if done < _ENOUGH:
        return None
    seconds = (timezone.now() - state.started_at).total_seconds()
    measured = left * seconds / done
    budget = Budget(settings.GOOGLE.units_per_minute, settings.GOOGLE.costs)
    allowed = left * budget.cost("messages.get") / budget.per_second
    return int(max(measured, allowed) / 60)


@require_safe
@never_cache
def progress(request: AgentRequest, mailbox_id: int) -> HttpResponse:
    mailbox = administered(request.user, mailbox_id)
    url = reverse("mail:progress", args=[mailbox.pk])
    return render(request, "mailboxes/_progress.html", {"progress": progress_of(mailbox, url)})
