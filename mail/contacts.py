"""Past correspondents, from the mail into the address book's completion.

Gathered a little later than mail arrives, by a worker that follows the correspondents' keys: the
mirror's own transactions stay short, and a person met in fifty mails of a batch is written once.
Keys are given before the commit, so a lower one may appear after a higher one was read: what lies
behind the place of some minutes ago is read a second time, which changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from addressbook.contacts import Met, remember
from addressbook.models import Gathered
from mail.mime.addresses import normalise_address
from mail.models import Automatic, Correspondent, Folder, MessageBody

_AT_ONCE = 1000
# One round; the next one goes on where it ended.
_SECONDS = 5.0
# No transaction that stores mail lasts longer.
_LATE = timedelta(minutes=10)
# Nor are more keys given while one runs.
_BEHIND = 20_000
_LOCK = 0x4D657421
# Nobody writes to these again.
_NOT_FROM = (Folder.SPAM, Folder.TRASH)


def gather() -> int:
    """Bring the past correspondents up to date; how many rows were read.

    One process at a time: who finds another at it leaves.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        try:
            return _follow()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _follow() -> int:
    place, _ = Gathered.objects.get_or_create(pk=1)
    if timezone.now() - place.sure_at > _LATE:
        # Whatever was given a key before the last look back is committed by now.
        begin, top = max(place.sure, place.seen - _BEHIND), place.seen
        Gathered.objects.filter(pk=1).update(
            seen=begin, sure=F("next_sure"), next_sure=top, sure_at=Now()
        )
        place.refresh_from_db()
    number, ends = 0, time.monotonic() + _SECONDS
    while time.monotonic() < ends:
        rows = list(_rows(place.seen))
        if not rows:
            break
        remember(_met(rows))
        place.seen = rows[-1]["pk"]
        Gathered.objects.filter(pk=1).update(seen=place.seen)
        number += len(rows)
    return number


def _rows(after: int) -> Any:
    return (
        Correspondent.objects.filter(pk__gt=after)
        .order_by("pk")
        .values(
            "pk",
            "address",
            "internal_date",
            "message_id",
            "message__mailbox_id",
            "message__folder",
            "message__automatic",
            "message__from_name",
            "message__from_address",
        )[:_AT_ONCE]
    )


def _met(rows: Sequence[dict[str, Any]]) -> list[Met]:
    """Whom these mails were exchanged with; the others of a mail by the names it gives them."""
    wanted = [row for row in rows if _counts(row)]
    named: dict[int, dict[str, str]] = {}
    others = {row["message_id"] for row in wanted if not _is_sender(row)}
    bodies = MessageBody.objects.filter(pk__in=others).values_list("pk", "people")
    for pk, people in bodies:
        named[pk] = {
            normalise_address(address): name
            for field in ("reply_to", "cc", "bcc", "to")
            for name, address in people.get(field, ())
        }
    return [
        Met(
            mailbox_id=row["message__mailbox_id"],
            address=row["message__from_address"] if _is_sender(row) else row["address"],
            name=row["message__from_name"]
            if _is_sender(row)
            else named.get(row["message_id"], {}).get(row["address"], ""),
            at=row["internal_date"],
        )
        for row in wanted
    ]


def _is_sender(row: dict[str, Any]) -> bool:
    return bool(normalise_address(row["message__from_address"]) == row["address"])


def _counts(row: dict[str, Any]) -> bool:
    """Newsletters, machines and spam are nobody to write to; what we wrote ourselves always is."""
    if row["message__folder"] == Folder.SENT:
        return True
    return row["message__automatic"] == Automatic.NO and row["message__folder"] not in _NOT_FROM
