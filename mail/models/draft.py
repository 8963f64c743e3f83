"""A mail being written."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from mail import publicid
from mail.models.message import Message
from mailboxes.models import Mailbox


class DraftKind(models.TextChoices):
    REPLY = "reply", _("Reply")
    REPLY_ALL = "reply_all", _("Reply to all")
    FORWARD = "forward", _("Forward")
    NEW = "new", _("New mail")


class DraftState(models.TextChoices):
    LIVE = "live"
    SENT = "sent"
    DISCARDED = "discarded"
    PARKED = "parked"


class Draft(models.Model):
    """One mail being written; `answers` is the received mail whose edit lock guards it.

    `to`, `cc` and `bcc` are lists of [name, address]. `version` grows with each save: a stale tab
    is told so. Gmail keys a draft by its draft id; its message id changes with every update.
    """

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=10, choices=DraftKind.choices)
    state = models.CharField(max_length=10, choices=DraftState.choices, default=DraftState.LIVE)
    answers = models.ForeignKey(Message, models.CASCADE, null=True, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="drafts")
    from_address = models.TextField(blank=True)
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    signature = models.TextField(blank=True)
    # The quoted original, kept apart so that typed text is never mixed up with it.
    quoted = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    gmail_draft_id = models.CharField(max_length=64, blank=True)
    gmail_message_id = models.CharField(max_length=64, blank=True)
    saved_at = models.DateTimeField(null=True)  # 下書き保存, in Gmail too
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["answers"],
                condition=models.Q(state="live"),
                name="one_live_draft_a_message",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=DraftState.values), name="draft_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="new") | models.Q(answers__isnull=False),
                name="draft_answers_something",
            ),
        )
        indexes = (
            # 下書き: the live ones of a mailbox.
            models.Index(
                fields=["mailbox", "-updated_at"],
                name="draft_live",
                condition=models.Q(state="live"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.subject}"

    @property
    def public_id(self) -> str:
        return publicid.encode(self.pk, "D")
