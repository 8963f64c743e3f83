"""Past correspondents: kept up by whoever reads mail, in the room above."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from addressbook.models import Contact
from addressbook.writing import Before, write_contact_starts
from callcenter.addresses import is_valid_address, normalise_address
from callcenter.drawers import fold

_LONGEST_NAME = 200
# Any number that nothing else of ours locks by.
_LOCK = 0x41447265


@dataclass(frozen=True, slots=True)
class Met:
    """A mailbox exchanged mail with somebody, who was called so, at this time."""

    mailbox_id: int
    address: str
    name: str
    at: datetime


@transaction.atomic
def remember(met: Iterable[Met]) -> int:
    """Put these among the past correspondents, or bring them up to date; how many were new.

    What is no address that one could write to is left out. Telling the same again changes nothing.
    """
    latest: dict[tuple[int, str], Met] = {}
    for each in met:
        if not is_valid_address(each.address):
            continue
        key = (each.mailbox_id, normalise_address(each.address))
        known = latest.get(key)
        if known is None or each.at >= known.at:
            name = each.name or (known.name if known else "")
            latest[key] = Met(each.mailbox_id, each.address, name, each.at)
        elif not known.name and each.name:
            latest[key] = Met(known.mailbox_id, known.address, each.name, known.at)
    with connection.cursor() as cursor:
        # One writer: two would meet at the same people in different orders.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    found = Contact.objects.filter(
        mailbox__in={box for box, _ in latest}, address_key__in={key for _, key in latest}
    )
    known_contacts = {(each.mailbox_id, each.address_key): each for each in found}
    new: list[Contact] = []
    changed: list[tuple[Contact, Before]] = []
    for key, each in latest.items():
        contact = known_contacts.get(key)
        name = " ".join(each.name.split())[:_LONGEST_NAME]
        if contact is None:
            new.append(_folded(Contact(mailbox_id=key[0], address_key=key[1]), name, each))
            continue
        before = (contact.name, contact.address)
        newer = each.at > contact.last_at
        if newer or (name and not contact.name):
            _folded(contact, name if name and newer else contact.name or name, each)
            changed.append((contact, before))
    Contact.objects.bulk_create(new)
    Contact.objects.bulk_update(
        [contact for contact, _ in changed], ["name", "address", "search_text", "last_at"]
    )
    write_contact_starts([*((contact, None) for contact in new), *changed])
    return len(new)


def _folded(contact: Contact, name: str, met: Met) -> Contact:
    contact.name, contact.address = name, met.address
    contact.search_text = fold(f"{name}\n{met.address}")
    contact.last_at = max(contact.last_at, met.at) if contact.pk else met.at
    return contact
