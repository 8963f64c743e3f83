"""Pausing, resuming and disconnecting an account, noting its troubles, and giving it to people."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from activity.events import record
from mailboxes import grants
from mailboxes.models import Mailbox, MailboxState, Membership
from mailboxes.secrets import Secret, SecretUnreadable
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


class NotPossibleNow(Exception):
    """The account is not in a state from which this can be done; somebody was quicker."""


_FROM = {
    MailboxState.PAUSED: (MailboxState.CONNECTED,),
    MailboxState.CONNECTED: (MailboxState.PAUSED,),
    MailboxState.DISCONNECTED: (
        MailboxState.CONNECTED,
        MailboxState.PAUSED,
        MailboxState.NEEDS_AUTH,
    ),
}
_EVENTS = {
    MailboxState.PAUSED: "mailbox.paused",
    MailboxState.CONNECTED: "mailbox.resumed",
    MailboxState.DISCONNECTED: "mailbox.disconnected",
}


@transaction.atomic
def _change_state(mailbox: Mailbox, to: MailboxState, *, by: User) -> None:
    require(by, Operation.ADMIN_MAILBOXES)
    changed = Mailbox.objects.filter(pk=mailbox.pk, state__in=_FROM[to]).update(
        state=to, trouble="", trouble_since=None
    )
    if not changed:
        raise NotPossibleNow
    record(_EVENTS[to], actor=by, mailbox_id=mailbox.pk, address=mailbox.address)
    mailbox.refresh_from_db()


def pause(mailbox: Mailbox, *, by: User) -> None:
    """Stop fetching and sending for a while; nothing is forgotten."""
    _change_state(mailbox, MailboxState.PAUSED, by=by)


def resume(mailbox: Mailbox, *, by: User) -> None:
    _change_state(mailbox, MailboxState.CONNECTED, by=by)


@transaction.atomic
def disconnect(mailbox: Mailbox, *, by: User) -> str:
    """Forget the permission. Mail, drafts and history stay.

    Returns the refresh token in the clear (or an empty text), for Google to be told after the
    commit.
    """
    try:
        refresh_token = mailbox.refresh_token.reveal()
    except SecretUnreadable:
        refresh_token = ""  # nobody can read it: there is nothing left to give back
    _change_state(mailbox, MailboxState.DISCONNECTED, by=by)
    mailbox.refresh_token = mailbox.access_token = Secret("")
    mailbox.access_expires_at = None
    mailbox.save(update_fields=["refresh_token", "access_token", "access_expires_at"])
    return refresh_token


# A lost permission cannot come back by itself: a person has to connect again.
_LOST = frozenset({"revoked", "test_mode", "time_over", "unreadable_token"})


@transaction.atomic
def note_trouble(mailbox: Mailbox, code: str) -> None:
    """Remember what is wrong with the account, and tell everybody when that is news.

    A lost permission also stops the work: it cannot come back by itself, and asking Google again
    and again with a dead token helps nobody.
    """
    fields: dict[str, object] = {"trouble": code, "trouble_since": Now()}
    if code in _LOST:
        fields["state"] = MailboxState.NEEDS_AUTH
    working = Mailbox.objects.filter(pk=mailbox.pk, state=MailboxState.CONNECTED)
    if working.exclude(trouble=code).update(**fields):
        record("mailbox.troubled", mailbox_id=mailbox.pk, trouble=code)


# What is wrong with the installation's client is mended for all accounts at once, by saving the
# right one; nobody has to connect again.
_OF_THE_CLIENT = {"invalid_client": "wrong_client", "no_client": "no_client"}


def note_refused(mailbox: Mailbox, reason: str) -> None:
    """Google gave no access token for the account: `reason` is its error's."""
    lost = grants.why_refused(mailbox, timezone.now())
    note_trouble(mailbox, _OF_THE_CLIENT.get(reason, lost))


@transaction.atomic
def note_well(mailbox: Mailbox) -> None:
    """Gmail answered: whatever was wrong is over."""
    troubled = Mailbox.objects.filter(pk=mailbox.pk, state=MailboxState.CONNECTED)
    if troubled.exclude(trouble="").update(trouble="", trouble_since=None):
        record("mailbox.recovered", mailbox_id=mailbox.pk)


@transaction.atomic
def set_open_days(mailbox: Mailbox, days: int, *, by: User) -> None:
    """Inbox mail of the last `days` days before connecting starts as 未処理.

    Only before the first import has begun: the mirror reads the newest mail first, so that a minute
    later the statuses are given, and people may have worked on them.

    Raises:
        NotPossibleNow: the import has begun.
    """
    require(by, Operation.ADMIN_MAILBOXES)
    if not Mailbox.objects.filter(pk=mailbox.pk, last_sync_at=None).update(open_days=days):
        raise NotPossibleNow
    record("mailbox.open_days", actor=by, mailbox_id=mailbox.pk, days=days)


@transaction.atomic
def give_to(mailbox: Mailbox, people: Iterable[User], *, by: User) -> None:
    """Let exactly these people see the mailbox."""
    require(by, Operation.ADMIN_MAILBOXES)
    wanted = {person.pk for person in people}
    Membership.objects.filter(mailbox=mailbox).exclude(user_id__in=wanted).delete()
    present = set(Membership.objects.filter(mailbox=mailbox).values_list("user_id", flat=True))
    Membership.objects.bulk_create(
        (Membership(mailbox=mailbox, user_id=pk) for pk in wanted - present), ignore_conflicts=True
    )
    record("mailbox.members", actor=by, mailbox_id=mailbox.pk, users=sorted(wanted))
