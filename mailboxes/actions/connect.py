"""Storing what Google granted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from activity.events import record
from callcenter.gmail.types import SendAs as SendAsAddress
from mailboxes.models import Mailbox, MailboxState, Membership, SendAs
from mailboxes.secrets import Secret
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


@dataclass(frozen=True, slots=True)
class Granted:
    """What the exchange of one code brought."""

    address: str
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    scopes: tuple[str, ...]
    send_as: tuple[SendAsAddress, ...]
    ends_at: datetime | None = None


@transaction.atomic
def connect(*, by: User, granted: Granted, open_days: int = 0) -> Mailbox:
    """Store the account's permission; the mirror begins by itself with its next look.

    Connecting again keeps the mail, the drafts and the place where the mirror stood. Who connects a
    new account sees it; a reconnected one keeps its people.

    Args:
        open_days: a new account's inbox mail of the last so many days starts as 未処理.
    """
    require(by, Operation.ADMIN_MAILBOXES)
    # Gmail writes an address as its owner once did; it is one account in any case.
    mailbox = Mailbox.objects.select_for_update().filter(address__iexact=granted.address).first()
    is_new = mailbox is None
    if mailbox is None:
        mailbox = Mailbox(address=granted.address, connected_by=by, open_days=open_days)
    mailbox.refresh_token = Secret.of(granted.refresh_token)
    mailbox.access_token = Secret.of(granted.access_token)
    mailbox.access_expires_at = granted.access_expires_at
    mailbox.grant_ends_at = granted.ends_at
    mailbox.scopes = " ".join(granted.scopes)
    mailbox.state = MailboxState.CONNECTED
    mailbox.trouble, mailbox.trouble_since = "", None
    primary = next((each for each in granted.send_as if each.is_primary), None)
    if primary and primary.name and not mailbox.name:
        mailbox.name = primary.name
    mailbox.save()
    Mailbox.objects.filter(pk=mailbox.pk).update(connected_at=Now(), refreshed_at=Now())
    if is_new:
        Membership.objects.get_or_create(mailbox=mailbox, user=by)
    replace_send_as(mailbox, granted.send_as)
    record("mailbox.connected", actor=by, mailbox_id=mailbox.pk, address=mailbox.address)
    return mailbox


@transaction.atomic
def replace_send_as(mailbox: Mailbox, addresses: tuple[SendAsAddress, ...]) -> None:
    """Make our list of sender addresses Gmail's own."""
    for each in addresses:
        SendAs.objects.update_or_create(
            mailbox=mailbox,
            address=each.address,
            defaults={
                "name": each.name,
                "reply_to": each.reply_to,
                "verified": each.verified,
                "is_default": each.is_default,
                "is_primary": each.is_primary,
            },
        )
    mailbox.send_as.exclude(address__in=[each.address for each in addresses]).delete()
