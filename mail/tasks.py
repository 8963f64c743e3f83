"""Housekeeping of the heart (queue `default`): sweepers that look at rows and wake the workers."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db.models import Q
from django.db.models.functions import Now

from callcenter.gmail.errors import GmailError
from mail import contacts, editlock, linking, settled
from mail.attachments import sweep
from mail.models import Draft, Outgoing, OutgoingState
from mail.outbox import adopting, claims, following, noticing, orphans, timing
from mail.outbox import tasks as outbox
from mail.search import building
from mailboxes.gmail import client_for
from mailboxes.models import Mailbox
from mailboxes.secrets import SecretUnreadable

log = logging.getLogger(__name__)
_AT_ONCE = 200


@shared_task
def expire_locks() -> None:
    editlock.expire_due()


@shared_task
def redrive_outgoing() -> None:
    """Wake what is due: a task was lost, a worker died, or its time has come."""
    open_rows = Outgoing.objects.filter(claims.due(), state__in=Outgoing.OPEN_STATES)
    for pk in open_rows.order_by("not_before").values_list("pk", flat=True)[:_AT_ONCE]:
        outbox.wake(pk)


@shared_task
def follow_drafts() -> None:
    """Drafts that Gmail has: to be found, to be written there, and to be noticed there."""
    for rows in (adopting.unbound(), following.behind()):
        for pk in rows.order_by("not_before").values_list("pk", flat=True)[:_AT_ONCE]:
            outbox.follow_draft.delay(pk)
    for pk in noticing.suspects().order_by("not_before").values_list("pk", flat=True)[:_AT_ONCE]:
        outbox.notice_draft.delay(pk)


@shared_task
def see_to_ended_changes() -> None:
    settled.see_to_ended_changes()


@shared_task
def hope_for_uncertain() -> None:
    """Evidence may turn up late: look again for a while."""
    waiting = Outgoing.objects.filter(
        state=OutgoingState.UNCERTAIN,
        sending_at__gte=Now() - timing.HOPE,
        mailbox__in=Mailbox.objects.working(),
    )
    for pk in waiting.values_list("pk", flat=True)[:_AT_ONCE]:
        outbox.look_for_evidence.delay(pk)


@shared_task
def build_search() -> None:
    building.go_on()


@shared_task
def gather_contacts() -> None:
    contacts.gather()


@shared_task
def link_customers() -> None:
    linking.follow()


@shared_task
def sweep_files() -> None:
    sweep.sweep()


@shared_task
def sweep_orphans() -> None:
    """Delete Gmail drafts of ours that nobody owns, where one was created lately."""
    lately = Q(creating_at__gte=Now() - timing.ORPHANS_OF)
    rows = (
        Outgoing.objects.filter(lately)
        .values("mailbox")
        .union(Draft.objects.filter(lately).values("mailbox"))
    )
    for mailbox in Mailbox.objects.working().filter(pk__in=rows):
        try:
            orphans.sweep(client_for(mailbox, priority="mirror"), mailbox)
        except (GmailError, SecretUnreadable):
            # The next round, or the mirror's own trouble with this mailbox, tells.
            log.warning("no orphaned drafts looked for in mailbox %d", mailbox.pk, exc_info=True)
