"""What everybody is told on every page when an account does not follow Gmail any more.

A mirror that stops is never silent: not when Google takes the permission away, not when Gmail is
out of reach, and not when our own workers have stopped and nobody is left to notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailboxes import grants
from mailboxes.models import Mailbox, MailboxState
from mailboxes.troubles import explain

# Gmail is asked every few seconds; a worker that is busy with one mailbox takes a minute at most.
STALE_AFTER = timedelta(minutes=5)
# Google is away for a moment now and then; only what lasts is shown as a stop.
_PASSING = timedelta(minutes=5)

_TESTING = _("The OAuth client is in test mode. Reconnect before then, so that no mail is late.")
_LIMITED = _(
    "The access was allowed for a limited time. Reconnect before then, and allow ongoing access."
)


@dataclass(frozen=True, slots=True)
class Alert:
    """One banner. `stops`: mail is not coming in; else it is a warning ahead or a delay."""

    mailbox: Mailbox
    code: str
    stops: bool
    text: str | Promise
    detail: str | Promise = ""


def is_stale(mailbox: Mailbox, now: datetime) -> bool:
    """Whether nobody has asked Gmail for the account's news for so long that something is wrong."""
    heard = mailbox.last_sync_at or mailbox.connected_at
    return mailbox.is_working and heard is not None and now - heard > STALE_AFTER


def candidates(now: datetime) -> Q:
    """The mailboxes that may have an alert; few, so that every page can ask."""
    # One that was paused or disconnected on purpose keeps the word of its last trouble.
    follows = Q(state__in=(MailboxState.CONNECTED, MailboxState.NEEDS_AUTH))
    return (
        (follows & ~Q(trouble=""))
        | Q(state=MailboxState.NEEDS_AUTH)
        | Q(state=MailboxState.CONNECTED, heard__lt=now - STALE_AFTER)
        | Q(grant_ends_at__lte=now + grants.WARN_BEFORE)
    )


def for_administrators(now: datetime) -> list[Alert]:
    """Of all mailboxes, whether or not they read that mailbox's mail: they can mend it."""
    rows = Mailbox.objects.annotate(heard=Coalesce("last_sync_at", "connected_at"))
    found = rows.filter(candidates(now))
    alerts = list(of(found, now))
    return alerts + [
        Alert(
            mailbox,
            "ending",
            stops=False,
            text=_TESTING if grants.is_test_mode(mailbox) else _LIMITED,
        )
        for mailbox in found
        if grants.ends_soon(mailbox, now)
    ]


def of(mailboxes: Iterable[Mailbox], now: datetime) -> Iterable[Alert]:
    """What is wrong now, as everybody who reads the mailbox is told."""
    for mailbox in mailboxes:
        code = mailbox.trouble or ("stale" if is_stale(mailbox, now) else "")
        if mailbox.state == MailboxState.NEEDS_AUTH:
            detail = explain(code).what if code and code != "revoked" else ""
            text = _("Google asks for a new authorisation.")
            yield Alert(mailbox, code or "revoked", stops=True, text=text, detail=detail)
        elif code == "gmail_down":
            lasts = mailbox.trouble_since is not None and now - mailbox.trouble_since > _PASSING
            text = _("Gmail has been unreachable. We keep trying; what is here can be read.")
            yield Alert(mailbox, code, stops=lasts, text=text)
        elif code == "quota":
            yield Alert(mailbox, code, stops=False, text=explain(code).what)
        elif code:
            yield Alert(mailbox, code, stops=True, text=explain(code).what)
