"""Which customer a mail was exchanged with: by its sender, or by whom it went to first (C2).

Arriving mail asks once a batch. When an address comes to a customer or leaves one, mail that is
here already follows in the background (`follow`), in short chunks along the correspondents' index,
and never in one statement over all of it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.db.models import Q, TextField
from django.db.models.expressions import RawSQL
from django.urls import reverse

from callcenter.addresses import normalise_address
from crm import moving
from crm.lookup import owners
from crm.models import Customer, Moved
from mail.models import Automatic, Correspondent, Folder, Message
from mailboxes.models import Mailbox, SendAs
from permissions.models import User
from permissions.operations import Operation

_CHUNK = 200
# One round; the next one goes on where it ended.
_SECONDS = 5.0
# Any number that nothing else of ours locks by.
_LOCK = 0x4C696E6B
# Whoever sends these is nobody to be entered as a customer.
_MACHINES = frozenset({Automatic.BULK, Automatic.BOUNCE})


def is_outgoing(folder: str, *, from_ourselves: bool) -> bool:
    """Whether the customer is whom it went to; what was thrown away is what it was before."""
    if folder in (Folder.TRASH, Folder.SPAM):
        return from_ourselves
    return folder in (Folder.SENT, Folder.DRAFT)


def party(folder: str, sender: str, recipient: str, own: Collection[str]) -> str:
    """The normalised address that a mail is linked by; "" for mail among ourselves.

    Args:
        recipient: the first one.
        own: the mailbox's own addresses, normalised.
    """
    sender = normalise_address(sender)
    outgoing = is_outgoing(folder, from_ourselves=sender in own)
    found = normalise_address(recipient) if outgoing else sender
    return "" if found in own else found


def first_recipient(people: Mapping[str, Sequence[Sequence[str]]]) -> tuple[str, str]:
    """Name and address out of `MessageBody.people`; empty where there is none."""
    line = people.get("to") or people.get("cc") or people.get("bcc")
    return (line[0][0], line[0][1]) if line else ("", "")


def own_addresses(mailbox: Mailbox) -> frozenset[str]:
    addresses = {mailbox.address, *mailbox.send_as.values_list("address", flat=True)}
    return frozenset(normalise_address(address) for address in addresses)


@dataclass(frozen=True, slots=True)
class Known:
    """What stands at From or To of an open mail: a customer, or the way to enter one."""

    at: str
    """ "sender" or "to"."""
    customer: Customer | None = None
    url: str = ""


def known(
    user: User, message: Message, people: Mapping[str, Sequence[Sequence[str]]], here: str
) -> Known | None:
    """Asked by address where the link is still to be made; None when there is nothing to say.

    Args:
        here: the page of the mail, to come back to.
    """
    if not user.may(Operation.CUSTOMERS_VIEW):
        return None
    met = _met(message)
    name, address = message.from_name, message.from_address
    # Whoever is no correspondent is one of ourselves.
    outgoing = is_outgoing(message.folder, from_ourselves=normalise_address(address) not in met)
    if outgoing:
        name, address = first_recipient(people)
    at, key = "to" if outgoing else "sender", normalise_address(address)
    customer = message.known_customer
    if customer is None and (customer_id := met.get(key)):
        customer = Customer.objects.filter(pk=customer_id).first()
    if customer is not None:
        return Known(at, customer, reverse("crm:detail", args=[customer.pk]))
    if key not in met or not _may_enter(user, message):
        return None
    if normalise_address(name) == key:
        name = ""
    asked = urlencode({"name": name, "address": address, "then": here})
    return Known(at, None, f"{reverse('crm:new')}?{asked}")


# «address customer's key» of everybody whom a mail was exchanged with: asked along with the mail.
MET = RawSQL(
    "SELECT array_agg(c.address || ' ' || coalesce(k.customer_id::text, ''))"
    " FROM mail_correspondent c LEFT JOIN crm_customeraddress k ON k.address_key = c.address"
    " WHERE c.message_id = mail_message.id",
    (),
    output_field=TextField(),
)


def _met(message: Message) -> dict[str, int | None]:
    """The customers' keys by the correspondents' addresses; None for whom nobody knows."""
    told = getattr(message, "met", None)
    if not hasattr(message, "met"):
        told = Message.objects.filter(pk=message.pk).values_list(MET, flat=True).first()
    pairs = (each.rsplit(" ", 1) for each in told or ())
    return {address: int(pk) if pk else None for address, pk in pairs}


def _may_enter(user: User, message: Message) -> bool:
    if message.automatic in _MACHINES or message.folder in (Folder.SPAM, Folder.DRAFT):
        return False
    return user.may(Operation.CUSTOMERS_ADD)


def follow() -> int:
    """Link mail anew whose customer has changed; how many mails were looked at.

    One process at a time: who finds another at it leaves.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        try:
            return _go_on(time.monotonic() + _SECONDS)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _go_on(ends: float) -> int:
    number = 0
    while time.monotonic() < ends and (looked := _follow_address()) is not None:
        number += looked
    for customer_id in moving.leaving():
        while time.monotonic() < ends:
            looked = _let_go(customer_id)
            number += looked
            if looked < _CHUNK:
                moving.gone(customer_id)
                break
    return number


@transaction.atomic
def _follow_address() -> int | None:
    """One chunk of the mail with an address that has moved; None when there is none."""
    moved = moving.next_due()
    if moved is None:
        return None
    rows = list(_mail_with(moved)[:_CHUNK])
    link_anew([message_id for message_id, _ in rows])
    if len(rows) < _CHUNK:
        moving.passed(moved)
    else:
        message_id, date = rows[-1]
        moving.reached(moved, date, message_id)
    return len(rows)


def _mail_with(moved: Moved) -> Any:
    rows = Correspondent.objects.filter(address=moved.address_key)
    if moved.reached_at is not None:
        behind = Q(internal_date__lt=moved.reached_at) | Q(message__lt=moved.reached)
        rows = rows.filter(behind, internal_date__lte=moved.reached_at)
    ordered = rows.order_by("-internal_date", "-message_id")
    return ordered.values_list("message_id", "internal_date")


@transaction.atomic
def _let_go(customer_id: int) -> int:
    """One chunk of the mail of a deleted customer."""
    rows = Message.objects.filter(customer=customer_id).order_by("-internal_date", "-pk")
    ids = list(rows.values_list("pk", flat=True)[:_CHUNK])
    link_anew(ids)
    return len(ids)


def link_anew(message_ids: Collection[int]) -> int:
    """Link these mails to whom they were exchanged with, as it is known now; how many changed."""
    if not message_ids:
        return 0
    rows = list(
        Message.objects.filter(pk__in=message_ids).values_list(
            "pk", "mailbox_id", "folder", "from_address", "body__people", "customer_id"
        )
    )
    own = _own_of({mailbox_id for _, mailbox_id, *_ in rows})
    keys = {
        pk: party(folder, sender, first_recipient(people or {})[1], own[mailbox_id])
        for pk, mailbox_id, folder, sender, people, _ in rows
    }
    found = owners(keys.values())
    wanted: dict[int | None, list[int]] = defaultdict(list)
    for pk, *_, linked in rows:
        if linked != (customer_id := found.get(keys[pk])):
            wanted[customer_id].append(pk)
    changed = sorted(pk for ids in wanted.values() for pk in ids)
    # In one order, as the mirror takes them: two who write the same mails never wait in a circle.
    locked = Message.objects.select_for_update(no_key=True).filter(pk__in=changed)
    list(locked.order_by("pk").values_list("pk", flat=True))
    for customer_id, ids in wanted.items():
        Message.objects.filter(pk__in=ids).update(customer=customer_id)
    return len(changed)


def _own_of(mailbox_ids: Iterable[int]) -> dict[int, set[str]]:
    own: dict[int, set[str]] = {}
    for pk, address in Mailbox.objects.filter(pk__in=mailbox_ids).values_list("pk", "address"):
        own[pk] = {normalise_address(address)}
    aliases = SendAs.objects.filter(mailbox__in=own)
    for pk, address in aliases.values_list("mailbox_id", "address"):
        own[pk].add(normalise_address(address))
    return own
