"""The starts of entries and correspondents, kept beside them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from addressbook.models import Address, Contact
from addressbook.starts import starts

# (key of the entry, its name and address before; None for a new one)
Before = tuple[str, str] | None


def write_starts(entries: Iterable[tuple[Address, Before]]) -> None:
    """Bring the starts of entries up to date, in the caller's transaction."""
    gone: list[tuple[str, int]] = []
    come: list[tuple[str, int]] = []
    for entry, before in entries:
        now = set(starts(entry.name, entry.address))
        then = set(starts(*before)) if before else set()
        gone += [(start, entry.pk) for start in then - now]
        come += [(start, entry.pk) for start in now - then]
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(
                "DELETE FROM addressbook_addressstart USING unnest(%s::text[], %s::bigint[])"
                ' AS gone(start, id) WHERE addressbook_addressstart.start = gone.start COLLATE "C"'
                " AND address_id = gone.id",
                [[start for start, _ in gone], [pk for _, pk in gone]],
            )
        if come:
            with cursor.cursor.copy(
                "COPY addressbook_addressstart (start, address_id) FROM STDIN"
            ) as copy:
                for row in come:
                    copy.write_row(row)


def delete_starts(entry: Address) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM addressbook_addressstart WHERE address_id = %s AND start = ANY(%s)",
            [entry.pk, starts(entry.name, entry.address)],
        )


def write_contact_starts(contacts: Iterable[tuple[Contact, Before]]) -> None:
    """As `write_starts`."""
    gone: list[tuple[int, str, int]] = []
    come: list[tuple[int, str, int]] = []
    for contact, before in contacts:
        now = set(starts(contact.name, contact.address))
        then = set(starts(*before)) if before else set()
        gone += [(contact.mailbox_id, start, contact.pk) for start in then - now]
        come += [(contact.mailbox_id, start, contact.pk) for start in now - then]
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(
                "DELETE FROM addressbook_contactstart AS had"
                " USING unnest(%s::bigint[], %s::text[], %s::bigint[]) AS gone(box, start, id)"
                ' WHERE had.mailbox_id = gone.box AND had.start = gone.start COLLATE "C"'
                " AND had.contact_id = gone.id",
                [[each[at] for each in gone] for at in range(3)],
            )
        if come:
            with cursor.cursor.copy(
                "COPY addressbook_contactstart (mailbox_id, start, contact_id) FROM STDIN"
            ) as copy:
                for row in come:
                    copy.write_row(row)
