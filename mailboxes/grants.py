"""How long Google's permission for an account lasts.

A permission has no end, but for two kinds. That of a client in Google's test mode (consent screen
«External», not published) dies after seven days; one that a person allowed for a limited time only
(without «ongoing access» on Google's screen) after months. Google does not say that a client is in
test mode. The answer to the exchange names the end (`refresh_token_expires_in`) where there is one;
should it leave that out, a permission that dies just seven days after it was given tells the same,
if only afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mailboxes.models import Mailbox, MailboxState

TEST_MODE_DAYS = 7
WARN_BEFORE = timedelta(days=3)
_LIFE = timedelta(days=TEST_MODE_DAYS)
# An access token outlives the permission by an hour at most; then the mirror notices.
_NOTICED_WITHIN = timedelta(hours=6)


def why_refused(mailbox: Mailbox, now: datetime) -> str:
    """The trouble's code for a permission that Google refuses now.

    `test_mode` after its seven days, `time_over` after the time that was allowed, else `revoked`.
    """
    if mailbox.grant_ends_at is not None:
        if now < mailbox.grant_ends_at - timedelta(minutes=5):
            return "revoked"
        return "test_mode" if is_test_mode(mailbox) else "time_over"
    if mailbox.connected_at is None:
        return "revoked"
    past = now - mailbox.connected_at - _LIFE
    return "test_mode" if -timedelta(hours=1) <= past <= _NOTICED_WITHIN else "revoked"


def is_test_mode(mailbox: Mailbox) -> bool:
    """Whether the end that Google has named is that of a client in test mode."""
    return (
        mailbox.grant_ends_at is not None
        and mailbox.connected_at is not None
        and mailbox.grant_ends_at - mailbox.connected_at < _LIFE + timedelta(days=1)
    )


def is_limited(mailbox: Mailbox) -> bool:
    """Whether Google has named an end for the permission, of whatever kind."""
    return mailbox.grant_ends_at is not None and mailbox.state != MailboxState.DISCONNECTED


def ends_soon(mailbox: Mailbox, now: datetime) -> bool:
    """Whether people should connect again now, before the mail stops."""
    return (
        mailbox.grant_ends_at is not None
        and mailbox.state in {MailboxState.CONNECTED, MailboxState.PAUSED}
        and mailbox.grant_ends_at - now <= WARN_BEFORE
    )
