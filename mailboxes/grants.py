"""How long Google's permission for an account lasts.

A permission has no end, but for clients in Google's test mode (consent screen «External», not
published): it dies after seven days. Google does not say that a client is in test mode. The answer
to the exchange names the end (`refresh_token_expires_in`) where there is one; should it leave that
out, a permission that dies just seven days after it was given tells the same, if only afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mailboxes.models import Mailbox, MailboxState

TEST_MODE_DAYS = 7
WARN_BEFORE = timedelta(days=3)
_LIFE = timedelta(days=TEST_MODE_DAYS)
# An access token outlives the permission by an hour at most; then the mirror notices.
_NOTICED_WITHIN = timedelta(hours=6)


def died_of_age(mailbox: Mailbox, now: datetime) -> bool:
    """Whether a permission that Google refuses now has come to the end of its seven days."""
    if mailbox.grant_ends_at is not None:
        return now >= mailbox.grant_ends_at - timedelta(minutes=5)
    if mailbox.connected_at is None:
        return False
    return -timedelta(hours=1) <= now - mailbox.connected_at - _LIFE <= _NOTICED_WITHIN


def is_limited(mailbox: Mailbox) -> bool:
    """Whether Google has named an end for the permission: the client is in test mode."""
    return mailbox.grant_ends_at is not None and mailbox.state != MailboxState.DISCONNECTED


def ends_soon(mailbox: Mailbox, now: datetime) -> bool:
    """Whether people should connect again now, before the mail stops."""
    return (
        mailbox.grant_ends_at is not None
        and mailbox.state in {MailboxState.CONNECTED, MailboxState.PAUSED}
        and mailbox.grant_ends_at - now <= WARN_BEFORE
    )
