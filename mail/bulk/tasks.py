"""Celery's side of the runs (queue `default`): tasks only wake what the rows say."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db.models.functions import Now

from callcenter.redis import connection
from mail.bulk import running
from mail.models import BulkRun

_TURN_SECONDS = 20.0
# A task that was lost with its worker is asked for again after this; a surplus one costs nothing.
_WAITING_SECONDS = 10
# Reports are read today, and taken back today.
_KEPT = timedelta(days=14)


def wake(run_id: int) -> None:
    """Ask for a worker; a storm of such wishes is one task."""
    if connection().set(_waiting(run_id), 1, nx=True, ex=_WAITING_SECONDS):
        run.delay(run_id)


def _waiting(run_id: int) -> str:
    return f"bulk:waiting:{run_id}"


@shared_task
def run(run_id: int) -> None:
    connection().delete(_waiting(run_id))
    if running.go_on(run_id, seconds=_TURN_SECONDS):
        wake(run_id)


@shared_task
def redrive() -> None:
    """Runs whose worker died, or whose task was lost."""
    for run_id in running.waiting():
        wake(run_id)


@shared_task
def sweep() -> None:
    BulkRun.objects.filter(created_at__lt=Now() - _KEPT).exclude(
        state__in=BulkRun.OPEN_STATES
    ).delete()
