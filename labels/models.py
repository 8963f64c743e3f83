"""The Label table: a mirror of Gmail's labels, one row for each mailbox."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from callcenter.drawers.finding import fold
from mailboxes.models import Mailbox

# Names are `親/子`: deeper ones that exist in Gmail are shown, and not edited.
DEEPEST = 1


def name_key(name: str) -> str:
    """What a tree is sorted by: part by part, so that «配送/遅延» stands before «配送業者»."""
    return fold(name).replace("/", "\x01")[:400]


class LabelKind(models.TextChoices):
    SYSTEM = "system"
    USER = "user"


class LabelState(models.TextChoices):
    """What stands here only, and not in Gmail yet."""

    LIVE = "live"
    MAKING = "making"  # asked for; Gmail has given it no id yet
    GOING = "going"  # to be deleted; out of sight, and back when Gmail refuses
    UNMADE = "unmade"  # Gmail has refused to make it; kept until somebody mends or drops it


class LabelQuerySet(models.QuerySet["Label"]):
    def of_people(self) -> LabelQuerySet:
        """Labels that people make, not Gmail's own, and not those about to go."""
        return self.filter(kind=LabelKind.USER).exclude(state=LabelState.GOING)

    def usable(self) -> LabelQuerySet:
        """Those that can be put on a mail: Gmail knows them."""
        return self.filter(kind=LabelKind.USER, state=LabelState.LIVE)


class Label(models.Model):
    """One label of one mailbox. `name` is `親/子`; colours are Gmail's, as `#rrggbb` or empty.

    `refused` is what somebody wanted and Gmail declined: {name, background, text_color, reason,
    detail, by}; empty while all is well.
    """

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="labels")
    gmail_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    # Sorted byte by byte, whatever the database's own order is.
    name_key = models.CharField(max_length=400, editable=False, db_collation="C", default="")
    kind = models.CharField(max_length=8, choices=LabelKind.choices, default=LabelKind.USER)
    state = models.CharField(max_length=8, choices=LabelState.choices, default=LabelState.LIVE)
    background = models.CharField(max_length=7, blank=True)
    text_color = models.CharField(max_length=7, blank=True)
    hidden = models.BooleanField(default=False)
    # Grows with every change of name or colours, here or in Gmail: what a form was filled from.
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    # None where it was changed in Gmail.
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    refused = models.JSONField(default=dict, blank=True)

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["mailbox", "gmail_id"], name="one_label_a_gmail_id"),
            models.CheckConstraint(
                condition=models.Q(kind__in=LabelKind.values), name="label_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=LabelState.values), name="label_state_known"
            ),
        )
        indexes = (
            # The list of labels, a tree of each mailbox.
            models.Index(fields=["mailbox", "name_key", "id"], name="label_in_tree"),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = name_key(self.name)
        super().save(*args, **kwargs)

    @property
    def depth(self) -> int:
        return self.name.count("/")

    @property
    def leaf(self) -> str:
        """The last part of the name, which a tree shows."""
        return self.name.rsplit("/", 1)[-1]

    @property
    def parent_name(self) -> str:
        return self.name.rpartition("/")[0]

    @property
    def is_deep(self) -> bool:
        """Below the two levels that are edited here."""
        return self.depth > DEEPEST

    @property
    def background_class(self) -> str:
        """The palette class of static/css/palette.css."""
        return f"lb-{self.background.lstrip('#').lower()}" if self.background else "lb-none"

    @property
    def text_class(self) -> str:
        return f"lt-{self.text_color.lstrip('#').lower()}" if self.text_color else "lt-none"


class LabelReading(models.Model):
    """When a mailbox's labels were last read from Gmail, and what came of it (同期)."""

    mailbox = models.OneToOneField(
        Mailbox, models.CASCADE, primary_key=True, related_name="label_reading"
    )
    # Somebody waits for a reading that begins after this.
    asked_at = models.DateTimeField(null=True)
    # The database's clock before the last reading that was stored left for Gmail.
    read_at = models.DateTimeField(null=True)
    # Some colours could not be read: the next reading comes sooner.
    partial = models.BooleanField(default=False)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    # Why the last attempt failed; empty while all is well.
    trouble = models.CharField(max_length=40, blank=True)
    tried_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"labels of mailbox {self.mailbox_id}, read {self.read_at}"

    @property
    def is_awaited(self) -> bool:
        """Asked for, and not read since."""
        return self.asked_at is not None and (self.read_at is None or self.read_at < self.asked_at)
