"""Celery's side of the changes (queue `interactive`): tasks only wake what the rows say."""

from __future__ import annotations

from celery import shared_task

from callcenter.redis import connection
from mailboxes.changes import carrying

# A task that was lost with its worker is asked for again after this; a surplus one costs nothing.
_WAITING_SECONDS = 5


def wake(mailbox_id: int) -> None:
    """Have what is due carried out; a storm of such wishes (a thousand mails at once) is one task,
    so that it keeps nobody's sending waiting."""
    if connection().set(_waiting(mailbox_id), 1, nx=True, ex=_WAITING_SECONDS):
        carry_out.delay(mailbox_id)


def _waiting(mailbox_id: int) -> str:
    return f"changes:waiting:{mailbox_id}"


@shared_task
def carry_out(mailbox_id: int) -> None:
    connection().delete(_waiting(mailbox_id))
    if carrying.carry_out(mailbox_id):
        wake(mailbox_id)


@shared_task
def redrive() -> None:
    """Wake what is due: a task was lost, a worker died, or its time has come."""
    for mailbox_id in carrying.mailboxes_with_due():
        wake(mailbox_id)


@shared_task
def sweep() -> None:
    carrying.sweep()
