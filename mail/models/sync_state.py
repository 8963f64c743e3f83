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
    total = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(default=0)
    fetched = models.PositiveIntegerField(default=0)
    # Mails a second while the first synchronisation was at work: a mean that forgets slowly.
    pace = models.FloatField(default=0.0)
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


class Reason(models.TextChoices):
    """Why a mirror is held against Gmail's own lists."""

    EXPIRED = "expired", _("Gmail's history had expired")
    NIGHTLY = "nightly", _("Nightly check")
    ASKED = "asked", _("Asked for")


class Reconciliation(models.Model):
    """One comparison of the mirror with Gmail's lists of ids: of all mail, then of each label.

    `step` and `page_token` say where it stands: `ids`, then a label's Gmail id. The counts are what
    the lists differed in; each of these mails is read again (ToFetch), and `repaired` counts those
    that really were different. Mail that came or changed while the lists were read may be counted
    without being wrong.
    """

    mailbox = models.ForeignKey(
        Mailbox, models.CASCADE, related_name="reconciliations", db_index=False
    )
    reason = models.CharField(max_length=8, choices=Reason.choices)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=255, default="ids")
    page_token = models.TextField(blank=True)
    # How many mails Gmail named.
    listed = models.PositiveIntegerField(default=0)
    # In Gmail and not here; here and not in Gmail; in both with other labels.
    missing = models.PositiveIntegerField(default=0)
    surplus = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["mailbox"],
                condition=models.Q(finished_at=None),
                name="one_running_reconciliation",
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=Reason.values), name="reconciliation_reason_known"
            ),
        )
        indexes = (
            # The health page and beat: a mailbox's last one.
            models.Index(fields=["mailbox", "-started_at"], name="reconciliation_latest"),
        )

    def __str__(self) -> str:
        return f"{self.mailbox_id}: {self.reason} {self.started_at}"


class Listed(models.Model):
    """What the list of a running reconciliation's present step has named; gone with the step.

    Gmail's pages may repeat an id.
    """

    id = models.BigAutoField(primary_key=True)
    reconciliation = models.ForeignKey(Reconciliation, models.CASCADE, related_name="listed_ids")
    gmail_id = models.CharField(max_length=64)
    thread_id = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.gmail_id


class ToFetch(models.Model):
    """A mail that Gmail has named and that is not stored in its present state yet.

    Durable: a worker that dies leaves its rows here. `position` keeps Gmail's order (newest first),
    negative for what people wait for, which goes before all that a listing left; `attempts` and
    `trouble` tell of those that could not be read, which never hold up the rest.
    """

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="to_fetch", db_index=False)
    gmail_id = models.CharField(max_length=64)
    thread_id = models.CharField(max_length=64, blank=True)
    position = models.BigIntegerField()
    # Open pages are told of it, and it has its effects: history named it, not a listing.
    is_news = models.BooleanField(default=False)
    # Its conversation, read whole, did not contain it: to be asked for by its own id.
    alone = models.BooleanField(default=False)
    # The comparison that asked for it; counts what it repaired.
    reconciliation = models.ForeignKey(
        Reconciliation, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(db_default=Now())
    trouble = models.CharField(max_length=40, blank=True)
    trouble_detail = models.TextField(blank=True)
    trouble_since = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["mailbox", "gmail_id"], name="to_fetch_once"),
        )
        indexes = (
            models.Index(fields=["mailbox", "position"], name="to_fetch_in_order"),
            # Those of one conversation, which are read together where that is cheaper.
            models.Index(fields=["mailbox", "thread_id"], name="to_fetch_by_conversation"),
        )

    def __str__(self) -> str:
        return self.gmail_id
