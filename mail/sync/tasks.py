"""Celery's side of the mirror (queues `sync` and `backfill`): tasks only wake what the rows say."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from callcenter.redis import connection
from mail.models import Reason
from mail.sync import polling, reconcile
from mail.sync.turn import Lane, take_turn

# A task that was lost with its worker is asked for again after this; a surplus one costs nothing.
_WAITING_SECONDS = 20


def wake(mailbox_id: int, lane: Lane = Lane.FOLLOW) -> None:
    """Ask for a turn of this mailbox; a storm of such wishes is one task."""
    if connection().set(_waiting(mailbox_id, lane), 1, nx=True, ex=_WAITING_SECONDS):
        task = follow_mailbox if lane is Lane.FOLLOW else backfill_mailbox
        task.delay(mailbox_id)


def _waiting(mailbox_id: int, lane: Lane) -> str:
    return f"sync:waiting:{lane.value}:{mailbox_id}"


def _turn(mailbox_id: int, lane: Lane) -> None:
    connection().delete(_waiting(mailbox_id, lane))
    if more := take_turn(mailbox_id, lane=lane):
        wake(mailbox_id, more)


@shared_task
def follow_mailbox(mailbox_id: int) -> None:
    _turn(mailbox_id, Lane.FOLLOW)


@shared_task
def backfill_mailbox(mailbox_id: int) -> None:
    _turn(mailbox_id, Lane.BACKFILL)


@shared_task
def poll_due() -> None:
    for mailbox_id in polling.due():
        wake(mailbox_id)


@shared_task
def reconcile_nightly() -> None:
    for mailbox in reconcile.due_for_nightly(hour=timezone.localtime().hour):
        reconcile.ask(mailbox, Reason.NIGHTLY)
