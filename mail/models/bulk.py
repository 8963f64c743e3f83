"""Many mails at once: what was asked for, and what became of each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from mail.models.message import Message


class BulkVerb(models.TextChoices):
    STATUS = "status", _("Status")
    ASSIGN = "assign", _("Assignee")
    LABEL = "label", _("Labels")
    READ = "read", _("Mark as read")
    UNREAD = "unread", _("Mark as unread")
    STAR = "star", _("Give a star")
    UNSTAR = "unstar", _("Take the star away")
    TRASH = "trash", _("Move to the trash")
    RESTORE = "restore", _("Restore")
    SPAM = "spam", _("Report as spam")
    NOT_SPAM = "not_spam", _("Not spam")
    UNDO = "undo", _("Undo")


class BulkState(models.TextChoices):
    GATHERING = "gathering"  # the list is being walked: which mails they are
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class BulkRun(models.Model):
    """One verb for many mails, by one person.

    `arguments` are the verb's: {"status"}, {"to": user id or None}, {"add": [label name],
    "remove": […]}. `query` is the list (mail.browse) whose mails are meant, all of them; empty for
    mails that were ticked. The numbers are of `BulkItem`s that have come to their end.
    """

    OPEN_STATES = (BulkState.GATHERING, BulkState.RUNNING)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    verb = models.CharField(max_length=10, choices=BulkVerb.choices)
    arguments = models.JSONField(default=dict)
    query = models.TextField(blank=True)
    undoes = models.ForeignKey("self", models.CASCADE, null=True, related_name="undone_by")
    state = models.CharField(max_length=10, choices=BulkState.choices)
    # How far the list has been walked: mail.browse.Place, empty before it begins.
    place = models.CharField(max_length=40, blank=True)
    total = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # A worker's claim, by the database's clock: both its end and its name.
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(verb__in=BulkVerb.values), name="bulk_verb_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=BulkState.values), name="bulk_state_known"
            ),
            models.UniqueConstraint(fields=["undoes"], name="bulk_undone_once"),
        )
        indexes = (
            # What is still to be done, however much is over.
            models.Index(
                fields=["id"],
                name="bulk_open",
                condition=models.Q(state__in=["gathering", "running"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.verb} by {self.user_id}: {self.ended} of {self.total}"

    @property
    def ended(self) -> int:
        return self.changed + self.same + self.refused

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES


class BulkOutcome(models.TextChoices):
    WAITING = "waiting"
    CHANGED = "changed"
    SAME = "same"  # it was so already
    REFUSED = "refused"


class BulkItem(models.Model):
    """One mail of a run. `before`: what taking it back needs; `why`: a sentence, as it was told."""

    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="items")
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    outcome = models.CharField(
        max_length=8, choices=BulkOutcome.choices, default=BulkOutcome.WAITING
    )
    why = models.TextField(blank=True)
    before = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["run", "message"], name="bulk_item_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=BulkOutcome.values), name="bulk_outcome_known"
            ),
        )
        indexes = (
            # The next ones of a run, and the refused ones of its report.
            models.Index(fields=["run", "outcome", "id"], name="bulk_item_by_outcome"),
        )

    def __str__(self) -> str:
        return f"{self.message_id}: {self.outcome}"
