"""The Event table. Rows are written by `activity.events.record` and never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class CurrentTransaction(models.Func):
    """PostgreSQL's 64-bit id of the transaction that writes the row."""

    function = "pg_current_xact_id"
    template = "(%(function)s()::text::bigint)"
    arity = 0
    output_field = models.BigIntegerField()


class Event(models.Model):
    """One thing that happened.

    `mailbox_id` and `message_id` are plain numbers: this room stands below those that own them, and
    a history must outlive what it tells of. `data` never holds mail content or secrets.
    """

    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=48)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    actor_name = models.CharField(max_length=150, blank=True)
    mailbox_id = models.BigIntegerField(null=True)
    message_id = models.BigIntegerField(null=True)
    # What it was done to, where that is no mail: `template` and its key, `signature`, …
    thing = models.CharField(max_length=24, blank=True, db_default="")
    thing_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    # What the live feed is read by: see activity.events.horizon.
    txid = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        ordering = ("-id",)
        indexes = (
            # 操作履歴 of one mail, newest first.
            models.Index(
                fields=["message_id", "-id"],
                name="event_of_message",
                condition=models.Q(message_id__isnull=False),
            ),
            # 操作履歴 of one entry of a drawer, newest first.
            models.Index(
                fields=["thing", "thing_id", "-id"],
                name="event_of_thing",
                condition=models.Q(thing_id__isnull=False),
            ),
            # The live feed's replay: see activity.events.since.
            models.Index(fields=["txid"], name="event_txid"),
            # 操作ログ by person.
            models.Index(fields=["actor", "-id"], name="event_by_actor"),
        )

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
