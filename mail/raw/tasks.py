"""Celery's side of originals (queue `interactive`: somebody waits for the page)."""

from __future__ import annotations

from celery import shared_task

from callcenter.redis import connection
from mail.models import RawMail
from mail.raw.fetch import fetch_now
from mailboxes.models import Mailbox

_ASKED_SECONDS = 30


@shared_task
def fetch_original(raw_id: int) -> None:
    fetch_now(raw_id)


def original_of(mailbox: Mailbox, gmail_id: str) -> RawMail | None:
    """The mail's original as far as it has come; None when nobody has asked for it yet."""
    return RawMail.objects.filter(mailbox=mailbox, gmail_id=gmail_id).first()


def want(mailbox: Mailbox, gmail_id: str) -> RawMail:
    """Have a worker fetch the original; asking again and again is one task."""
    raw, _ = RawMail.objects.get_or_create(mailbox=mailbox, gmail_id=gmail_id)
    if not raw.file and connection().set(f"original:{raw.pk}", 1, nx=True, ex=_ASKED_SECONDS):
        RawMail.objects.filter(pk=raw.pk).update(trouble="")
        raw.trouble = ""
        fetch_original.delay(raw.pk)
    return raw
