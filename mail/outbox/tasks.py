"""Celery's side of the outbox (queue `interactive`): tasks only wake what the rows say."""

from __future__ import annotations

from celery import shared_task

from mail.outbox import adopting, delivery, following, noticing


def wake(outgoing_id: int) -> None:
    """Ask a worker to look at this mail now."""
    deliver.delay(outgoing_id)


@shared_task
def deliver(outgoing_id: int) -> None:
    delivery.deliver(outgoing_id)


@shared_task
def tidy(outgoing_id: int) -> None:
    delivery.tidy(outgoing_id)


@shared_task
def follow_draft(draft_id: int) -> None:
    adopting.bind(draft_id)
    following.follow(draft_id)


@shared_task
def notice_draft(draft_id: int) -> None:
    noticing.look_at(draft_id)


@shared_task
def look_for_evidence(outgoing_id: int) -> None:
    delivery.look_for_evidence(outgoing_id)
