"""Writing and reading events."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from activity.models import Event
from callcenter import live

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def record(
    kind: str,
    *,
    actor: AbstractBaseUser | None = None,
    mailbox_id: int | None = None,
    message_id: int | None = None,
    thing: tuple[str, int] | None = None,
    silent: bool = False,
    **data: Any,
) -> Event:
    """Write an event in the caller's transaction, and hint at it once that is committed.

    Args:
        kind: what happened, as `noun.verb` (`status.changed`).
        thing: what it was done to, where that is no mail: («template», its key).
        silent: write without a hint (bulk work publishes progress only).
        data: state that is not content: status, holder, ids.
    """
    event = Event.objects.create(
        kind=kind,
        actor_id=actor.pk if actor else None,
        actor_name=getattr(actor, "name", "") if actor else "",
        mailbox_id=mailbox_id,
        message_id=message_id,
        thing=thing[0] if thing else "",
        thing_id=thing[1] if thing else None,
        data=data,
    )
    if not silent:
        live.publish({"event": event.pk, "mailbox": mailbox_id})
    return event


def record_many(
    kind: str, *, actor: AbstractBaseUser, thing: str, thing_ids: Collection[int], **data: Any
) -> None:
    """One event for each of these things, in one statement and without a hint (bulk work)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO activity_event (kind, actor_id, actor_name, thing, thing_id, data)"
            " SELECT %s, %s, %s, %s, thing_id, %s::jsonb FROM unnest(%s::bigint[]) AS thing_id",
            [
                kind,
                actor.pk,
                getattr(actor, "name", ""),
                thing,
                json.dumps(data, ensure_ascii=False),
                list(thing_ids),
            ],
        )


def record_of_mails(
    kind: str,
    told: Collection[tuple[int, dict[str, Any]]],
    *,
    actor: AbstractBaseUser,
    mailbox_id: int,
) -> None:
    """One event for each of these mails, with one hint for all of them.

    Args:
        told: the mail's key, and the event's data.
    """
    made = Event.objects.bulk_create(
        Event(
            kind=kind,
            actor_id=actor.pk,
            actor_name=getattr(actor, "name", ""),
            mailbox_id=mailbox_id,
            message_id=message_id,
            data=data,
        )
        for message_id, data in told
    )
    if made:
        live.publish({"event": made[-1].pk, "mailbox": mailbox_id})


def of_message(message_id: int) -> QuerySet[Event]:
    """操作履歴 of one mail, newest first."""
    return Event.objects.filter(message_id=message_id).order_by("-id")


def of_thing(thing: str, thing_id: int) -> QuerySet[Event]:
    """操作履歴 of one entry of a drawer, newest first."""
    return Event.objects.filter(thing=thing, thing_id=thing_id).order_by("-id")


REPLAY_WINDOW = timedelta(hours=1)


def horizon() -> int:
    """A cursor for `since`: everything that this reader cannot see yet comes after it.

    It is the oldest transaction still running. Event ids cannot serve: they are given before the
    commit, so a lower one may appear after a higher one was read.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def since(
    cursor: int, *, mailbox_ids: Collection[int] | None, limit: int = 500
) -> tuple[list[Event], int]:
    """Events that a reader at `cursor` may not have seen, oldest first, and the next cursor.

    Args:
        mailbox_ids: those that the reader may know; None for one that tells others by their rights

    Some come twice (transactions that ran beside each other): the page drops the ids it knows. A
    page that slept for longer than `REPLAY_WINDOW` is to load itself anew.
    """
    following = horizon()  # before the events are read: an overlap is harmless, a gap is not
    events = Event.objects.filter(txid__gte=cursor, at__gte=Now() - REPLAY_WINDOW)
    if mailbox_ids is not None:
        events = events.filter(mailbox_id__in=mailbox_ids)
    found = list(events.order_by("id")[: limit + 1])
    if len(found) > limit:
        # Not all fit: the next reading begins at the first transaction that was left out.
        found, following = found[:limit], min(event.txid for event in found[limit:])
    return found, following
