"""Celery's side of imports (queue `default`): tasks only wake what the rows say."""

from __future__ import annotations

import logging

from celery import shared_task

from addressbook.imports import claims, forgetting
from addressbook.imports.applying import apply
from addressbook.imports.staging import stage

log = logging.getLogger(__name__)


@shared_task
def work(import_id: int) -> None:
    try:
        stage(import_id)
        apply(import_id)
    except claims.ClaimLost:
        log.info("import %d was begun anew by somebody else", import_id)


@shared_task
def redrive() -> None:
    """Wake what is due: a task was lost, or a worker died."""
    for pk in claims.due().values_list("pk", flat=True)[:20]:
        work.delay(pk)


@shared_task
def sweep() -> None:
    forgetting.sweep()
