"""The outbox's row: a frozen copy of what is sent, and how far it has come."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mail.models.draft import Draft
from mail.models.message import Message
from mailboxes.models import Mailbox


class OutgoingState(models.TextChoices):
    QUEUED = "queued", _("Waiting to be sent")
    HELD = "held", _("Held back")
    DRAFT_READY = "draft_ready", _("Handed to Gmail")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    UNCERTAIN = "uncertain", _("Not known whether it was sent")
    FAILED = "failed", _("Not sent")
    CANCELLED = "cancelled", _("Sending cancelled")


class OutgoingManager(models.Manager["Outgoing"]):
    def get_queryset(self) -> models.QuerySet[Outgoing]:
        """Without the mail itself, which may be 25 MB: read when it is asked for."""
        return super().get_queryset().defer("raw")


class Outgoing(models.Model):
    """One mail to be sent exactly once.

    `token` travels as X-Outbox-Id and is how the mail is recognised in Gmail. `raw` is the whole
    mail, frozen when 送信 was pressed. Only `mail.outbox` writes it.

    Until `due_at` it can be taken back and Gmail is only asked (送信待ち). `news` is what came in
    the conversation meanwhile and keeps a held mail back until a person decides, a list of
    {key, kind, who, at, subject, snippet}; `accepted` are the keys that were decided about.
    """

    # The outbox goes on with these by itself; a held or uncertain one waits for a person.
    OPEN_STATES = (OutgoingState.QUEUED, OutgoingState.DRAFT_READY, OutgoingState.SENDING)
    UNSETTLED = (*OPEN_STATES, OutgoingState.HELD, OutgoingState.UNCERTAIN)
    # Surely never sent, and the draft may be sent anew.
    UNSENT = (OutgoingState.FAILED, OutgoingState.CANCELLED)
    # drafts.send was not asked for yet.
    RECALLABLE = (OutgoingState.QUEUED, OutgoingState.DRAFT_READY, OutgoingState.HELD)

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="outgoing")
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="outgoing")
    answers = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=12, choices=OutgoingState.choices, default=OutgoingState.QUEUED
    )
    # The draft's version that was frozen, and the edit lock's token that it was sent with.
    version = models.PositiveIntegerField(default=1)
    lock_token = models.BigIntegerField(default=0)
    raw = models.BinaryField()
    due_at = models.DateTimeField(db_default=Now())
    # 予約送信: a moment that the agent chose, and not the end of the undo window.
    scheduled = models.BooleanField(default=False)
    # Up to where Gmail's history was searched for what came meanwhile.
    gate_history = models.CharField(max_length=32, blank=True)
    news = models.JSONField(default=list)
    accepted = models.JSONField(default=list)
    thread_id = models.CharField(max_length=64, blank=True)
    body_hash = models.CharField(max_length=64)
    # Set before drafts.create is asked: an answer that got lost may have left an orphan.
    creating_at = models.DateTimeField(null=True)
    gmail_draft_id = models.CharField(max_length=64, blank=True)
    draft_message_id = models.CharField(max_length=64, blank=True)
    sent_gmail_id = models.CharField(max_length=64, blank=True)
    # How we know that it was sent: "answer", "header", "body" or "person".
    evidence = models.CharField(max_length=8, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # A code of mail.outbox.troubles and Gmail's own words.
    trouble = models.CharField(max_length=40, blank=True)
    trouble_detail = models.TextField(blank=True)
    not_before = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    # When the one drafts.send was about to leave.
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # A worker that has it in hand; a dead worker's claim ends by itself.
    claimed_until = models.DateTimeField(null=True)

    objects = OutgoingManager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=OutgoingState.values), name="outgoing_state_known"
            ),
            # Two tabs, a double click, a replayed request: one mail.
            models.UniqueConstraint(
                fields=["draft"],
                condition=~models.Q(state__in=["failed", "cancelled"]),
                name="one_outgoing_a_draft",
            ),
        )
        indexes = (
            # The sweeper's: whatever has not come to an end.
            models.Index(
                fields=["not_before"],
                name="outgoing_open",
                condition=models.Q(state__in=["queued", "draft_ready", "sending"]),
            ),
        )

    def __str__(self) -> str:
        return f"outgoing {self.token} {self.state}"

    @property
    def phase(self) -> str:
        """Its state as people call it: `waiting` (the undo window), `scheduled` and `sending`
        stand for what the outbox goes on with by itself.

        To look at, not to decide by: the database's clock says what is due.
        """
        if self.state not in self.OPEN_STATES:
            return self.state
        if self.state == OutgoingState.QUEUED and self.due_at > timezone.now():
            return "scheduled" if self.scheduled else "waiting"
        return "sending"
