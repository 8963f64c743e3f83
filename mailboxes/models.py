"""The installation's OAuth client, the connected Gmail accounts, their people and addresses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailboxes.secrets import SecretField, no_secret

if TYPE_CHECKING:
    from permissions.models import User


class OAuthClient(models.Model):
    """Google's client of this installation: one row at most."""

    singleton = models.BooleanField(default=True, unique=True, editable=False)
    client_id = models.CharField(_("Client ID"), max_length=255)
    client_secret = SecretField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(singleton=True), name="one_client_an_installation"
            ),
        )

    def __str__(self) -> str:
        return self.client_id


class MailboxState(models.TextChoices):
    CONNECTED = "connected", _("Connected")
    NEEDS_AUTH = "needs_auth", _("Needs re-authorisation")
    PAUSED = "paused", _("Paused")
    DISCONNECTED = "disconnected", _("Disconnected")


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    def visible_to(self, user: User) -> MailboxQuerySet:
        """The mailboxes that this person has been given."""
        return self.filter(memberships__user=user)

    def working(self) -> MailboxQuerySet:
        """Those whose mail is fetched and sent."""
        return self.filter(state=MailboxState.CONNECTED)


class Mailbox(models.Model):
    """A connected Gmail account whose mail is shared (認証アカウント)."""

    address = models.EmailField(max_length=320, unique=True)
    name = models.CharField(max_length=150, blank=True)
    state = models.CharField(
        max_length=16, choices=MailboxState.choices, default=MailboxState.CONNECTED
    )
    refresh_token = SecretField(default=no_secret)
    access_token = SecretField(default=no_secret)
    access_expires_at = models.DateTimeField(null=True)
    # When Google last gave an access token, and when it will end the permission itself: a client in
    # test mode gets seven days. Empty where Google named no end.
    refreshed_at = models.DateTimeField(null=True)
    grant_ends_at = models.DateTimeField(null=True)
    scopes = models.TextField(blank=True)
    connected_at = models.DateTimeField(null=True)
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # Inbox mail of the last so many days before connecting starts as 未処理, older as 完了. Fixed
    # when the first import begins: see actions.keep.set_open_days.
    open_days = models.PositiveSmallIntegerField(default=0)
    last_sync_at = models.DateTimeField(null=True)
    # A code of mailboxes.troubles, shown in words; empty while all is well.
    trouble = models.CharField(max_length=40, blank=True)
    trouble_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = MailboxQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=MailboxState.values), name="mailbox_state_known"
            ),
        )

    def __str__(self) -> str:
        return self.address

    @property
    def is_working(self) -> bool:
        return self.state == MailboxState.CONNECTED

    @property
    def is_stale(self) -> bool:
        """Connected, yet nothing was heard from Gmail for two minutes."""
        if not self.is_working or self.last_sync_at is None:
            return False
        return timezone.now() - self.last_sync_at > timedelta(minutes=2)


class Membership(models.Model):
    """A person who sees a mailbox."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "mailbox"], name="one_membership"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.mailbox_id}"


class SendAs(models.Model):
    """An address that Gmail lets this account write from; only verified ones can be chosen."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="send_as")
    address = models.EmailField(max_length=320)
    name = models.CharField(max_length=150, blank=True)
    reply_to = models.CharField(max_length=320, blank=True)
    verified = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering = ("-is_default", "address")
        constraints = (models.UniqueConstraint(fields=["mailbox", "address"], name="one_send_as"),)

    def __str__(self) -> str:
        return self.address


class ChangeKind(models.TextChoices):
    """Which Gmail command a change is."""

    MODIFY = "mail.modify"
    TRASH = "mail.trash"
    UNTRASH = "mail.untrash"
    LABEL_MAKE = "label.make"
    LABEL_PATCH = "label.patch"
    LABEL_DELETE = "label.delete"


class ChangeState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


class Change(models.Model):
    """One plain, idempotent command on its way to Gmail: see `mailboxes.changes`, which writes it.

    `target` is the Gmail id of what is changed; its changes are carried out in the order of their
    keys, and those of a mailbox's labels all in one order. `payload` of the mail kinds is
    {"add": [label id, …], "remove": […]}, all that the command does to the mail's labels; of the
    label kinds what `mailboxes.changes.labels` says. `about` is the caller's own number for the
    target.
    """

    OPEN_STATES = (ChangeState.QUEUED, ChangeState.RUNNING)
    MAIL_KINDS = (ChangeKind.MODIFY, ChangeKind.TRASH, ChangeKind.UNTRASH)
    LABEL_KINDS = (ChangeKind.LABEL_MAKE, ChangeKind.LABEL_PATCH, ChangeKind.LABEL_DELETE)

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="changes", db_index=False)
    kind = models.CharField(max_length=20, choices=ChangeKind.choices)
    target = models.CharField(max_length=255)
    payload = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    about = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=ChangeState.choices, default=ChangeState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(db_default=Now())
    # Both the claim's end and its name: a worker that slept through it writes nothing any more.
    claimed_until = models.DateTimeField(null=True)
    # Google's word for why it waits or was refused, and its sentence.
    reason = models.CharField(max_length=40, blank=True)
    detail = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    # The caller has to look at the target again once this has come to an end.
    attention = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=ChangeState.values), name="change_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="done") ^ models.Q(done_at=None),
                name="change_done_has_its_time",
            ),
        )
        indexes = (
            # What a reading of Gmail does not show yet, and what must go before a later change.
            models.Index(fields=["mailbox", "target", "id"], name="change_of_target"),
            # The workers': the oldest that is open, however much is done.
            models.Index(
                fields=["mailbox", "id"],
                name="change_in_order",
                condition=models.Q(state__in=["queued", "running"]),
            ),
            models.Index(
                fields=["id"], name="change_attention", condition=models.Q(attention=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.target} ({self.state})"
