"""Celery's side of the labels: tasks only wake what the rows say.

Gmail is asked in the queue `sync`; the sweepers are in `default`.
"""

from __future__ import annotations

from celery import shared_task

from callcenter.redis import connection
from labels import reading, settled

# A task that was lost with its worker is asked for again after this; a surplus one costs a reading.
_WAITING_SECONDS = 15


def wake(mailbox_id: int) -> None:
    """Ask for a reading of this mailbox's labels; a storm of such wishes is one task."""
    if connection().set(f"labels:waiting:{mailbox_id}", 1, nx=True, ex=_WAITING_SECONDS):
        read_labels.delay(mailbox_id)


@shared_task
def read_labels(mailbox_id: int) -> None:
    connection().delete(f"labels:waiting:{mailbox_id}")
    reading.read_now(mailbox_id)


@shared_task
def read_due() -> None:
    for mailbox_id in reading.due():
        wake(mailbox_id)


@shared_task
def see_to_ended_changes() -> None:
    for mailbox_id in settled.see_to_ended_changes():
        wake(mailbox_id)
