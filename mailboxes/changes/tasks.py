"""Celery's side of the changes (queue `interactive`): tasks only wake what the rows say."""

from __future__ import annotations

from celery import shared_task

from mailboxes.changes import carrying


@shared_task
def carry_out(mailbox_id: int) -> None:
    if carrying.carry_out(mailbox_id):
        carry_out.delay(mailbox_id)


@shared_task
def redrive() -> None:
    """Wake what is due: a task was lost, a worker died, or its time has come."""
    for mailbox_id in carrying.mailboxes_with_due():
        carry_out.delay(mailbox_id)


@shared_task
def sweep() -> None:
    carrying.sweep()
