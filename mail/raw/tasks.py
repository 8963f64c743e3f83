"""Celery's side of originals (queue `interactive`: somebody waits for the page)."""

from __future__ import annotations

from celery import shared_task

from mail import fetching
from mail.models import RawMail
from mail.raw.fetch import KIND, fetch_now
from mailboxes.models import Mailbox


@shared_task
def fetch_original(raw_id: int) -> None:
    try:
        fetch_now(raw_id)
    finally:
        fetching.end(KIND, raw_id)


def want(mailbox: Mailbox, gmail_id: str, *, again: bool = False) -> RawMail:
    """Have a worker fetch the original, and say how far that is; asking on and on is one task.

    Args:
        again: also when it could not be had the last time.
    """
    raw, _ = RawMail.objects.get_or_create(mailbox=mailbox, gmail_id=gmail_id)
    if raw.file or (raw.trouble and not again) or not fetching.begin(KIND, raw.pk):
        return raw
    RawMail.objects.filter(pk=raw.pk).update(trouble="")
    raw.trouble = ""
    fetch_original.delay(raw.pk)
    return raw
