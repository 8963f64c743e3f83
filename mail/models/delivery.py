"""What came back: a delivery report about a mail of ours that did not arrive."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from mail.models.message import Message
from mail.models.outgoing import Outgoing


class DeliveryFailure(models.Model):
    """One report, the mail that it is about, and what that had answered, as far as we can tell.

    `recipients` is [[address, status, diagnostic], …].
    """

    report = models.OneToOneField(
        Message, models.CASCADE, primary_key=True, related_name="delivery_failure"
    )
    sent = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")
    outgoing = models.ForeignKey(Outgoing, models.SET_NULL, null=True, related_name="+")
    answered = models.ForeignKey(
        Message, models.SET_NULL, null=True, related_name="failures_of_answers"
    )
    recipients = models.JSONField(default=list)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"report {self.report_id}"
