"""How far the mirror of a mailbox has come. Only `mail.sync` writes it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from mailboxes.models import Mailbox


class SyncPhase(models.TextChoices):
    LISTING = "listing", _("Listing")
    FETCHING = "fetching", _("Fetching")
    FOLLOWING = "following", _("Following changes")


class SyncState(models.Model):
    """The cursor of one mailbox.

    `history_id` moves only when all that its page touched is stored, or recorded in ToFetch, or
    confirmed gone. `mail_before` is the moment of connecting: earlier mail starts as 完了.
    """

    mailbox = models.OneToOneField(
        Mailbox, models.CASCADE, primary_key=True, related_name="sync_state"
    )
    phase = models.CharField(max_length=10, choices=SyncPhase.choices, default=SyncPhase.LISTING)
    history_id = models.CharField(max_length=32, blank=True)
    page_token = models.TextField(blank=True)
    # Counts the full listings of this account; see Message.listing.
    listing = models.PositiveIntegerField(default=1)
    total = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(default=0)
    fetched = models.PositiveIntegerField(default=0)
    mail_before = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    labels_read_at = models.DateTimeField(null=True)
    send_as_read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(phase__in=SyncPhase.values), name="sync_phase_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.mailbox_id}: {self.phase}"


class ToFetch(models.Model):
    """A mail that Gmail has named and that is not stored in its present state yet.

    Durable: a worker that dies leaves its rows here. `position` keeps Gmail's order (newest first),
    negative for what history named, which goes before all that a listing left;
    `attempts` and `trouble` tell of those that could not be read, which never hold up the rest.
    """

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="to_fetch", db_index=False)
    gmail_id = models.CharField(max_length=64)
    thread_id = models.CharField(max_length=64, blank=True)
    position = models.BigIntegerField()
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(db_default=Now())
    trouble = models.CharField(max_length=40, blank=True)
    trouble_detail = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["mailbox", "gmail_id"], name="to_fetch_once"),
        )
        indexes = (models.Index(fields=["mailbox", "position"], name="to_fetch_in_order"),)

    def __str__(self) -> str:
        return self.gmail_id

    @property
    def is_news(self) -> bool:
        return self.position < 0
