"""The edit lock's row. Only `mail.editlock` writes it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from mail.models.draft import Draft
from mail.models.message import Message, Status


class LockMode(models.TextChoices):
    ACTIVE = "active"  # a browser beats for it
    AWAY = "away"  # 離席中: the draft was saved, the agent has left
    SENDING = "sending"  # 送信待ち: the outbox has the mail


class EditLockQuerySet(models.QuerySet["EditLock"]):
    def held(self) -> EditLockQuerySet:
        """Locks in somebody's hands whose lease is alive (the outbox's have none).

        Whether the holder still may is `mail.editlock`'s to say.
        """
        return self.filter(
            models.Q(expires_at__gt=Now()) | models.Q(mode=LockMode.SENDING),
            holder__isnull=False,
        )


class EditLock(models.Model):
    """Who works on a received mail (or on a new draft), one row an item, kept when released.

    `token` only grows: a holder who slept through the end of the lease comes back with a token that
    is too small. All times are the database's.
    """

    message = models.OneToOneField(Message, models.CASCADE, null=True, related_name="edit_lock")
    draft = models.OneToOneField(Draft, models.CASCADE, null=True, related_name="edit_lock")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="edit_locks"
    )
    token = models.BigIntegerField(default=0)
    mode = models.CharField(max_length=8, choices=LockMode.choices, default=LockMode.ACTIVE)
    taken_at = models.DateTimeField(null=True)
    renewed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    status_before = models.CharField(  # noqa: DJ001 (a mail without a status has none to restore)
        max_length=12, choices=Status.choices, null=True
    )
    assignee_before = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    # 代わってほしい: who asks the holder to hand over, until they answer.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True)

    objects = EditLockQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(message__isnull=False, draft__isnull=True)
                | models.Q(message__isnull=True, draft__isnull=False),
                name="lock_on_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(holder__isnull=True) | models.Q(expires_at__isnull=False),
                name="held_lock_has_a_lease",
            ),
        )
        indexes = (
            # The sweeper's: held locks by the end of their lease.
            models.Index(
                fields=["expires_at"],
                name="lock_held",
                condition=models.Q(holder__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"lock {self.pk} token {self.token}"
