"""Celery's side of the mirror (queue `sync`): tasks only wake what the rows say."""

from __future__ import annotations

from celery import shared_task

from callcenter.redis import connection
from mail.sync.turn import take_turn
from mailboxes.models import Mailbox

_WAITING_SECONDS = 60


def wake(mailbox_id: int) -> None:
    """Ask for a turn of this mailbox; a storm of such wishes is one task."""
    if connection().set(f"sync:waiting:{mailbox_id}", 1, nx=True, ex=_WAITING_SECONDS):
        sync_mailbox.delay(mailbox_id)


@shared_task
def sync_mailbox(mailbox_id: int) -> None:
    connection().delete(f"sync:waiting:{mailbox_id}")
    if take_turn(mailbox_id):
        wake(mailbox_id)


@shared_task
def poll_all() -> None:
    for mailbox_id in Mailbox.objects.working().values_list("pk", flat=True):
        wake(mailbox_id)
