"""What the frame of every page shows of the mailboxes."""

from __future__ import annotations

from functools import partial
from operator import getitem
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from callcenter.partials import wants_partial
from mailboxes import alerts
from mailboxes.models import Mailbox
from permissions.models import User
from permissions.operations import Operation


def shell(request: HttpRequest) -> dict[str, Any]:
    """`mailboxes` of the signed-in person, for the pill and the sync state in the top bar, and the
    `alerts` for the banner. Nothing is asked before a template does: rows and numbers show none."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or wants_partial(request):
        return {}
    state = SimpleLazyObject(lambda: _state(user))
    return {name: SimpleLazyObject(partial(getitem, state, name)) for name in _NAMES}


_NAMES = ("mailboxes", "alerts", "sync_stopped", "sync_late")


def _state(user: User) -> dict[str, Any]:
    now = timezone.now()
    mailboxes = list(Mailbox.objects.visible_to(user))
    if user.may(Operation.ADMIN_MAILBOXES):
        found = alerts.for_administrators(now)
    else:
        found = list(alerts.of(mailboxes, now))
    return {
        "mailboxes": mailboxes,
        "alerts": found,
        "sync_stopped": any(alert.stops for alert in found),
        "sync_late": any(alert.code in {"gmail_down", "quota"} for alert in found),
    }
