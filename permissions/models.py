"""User, Role and the grants between them and operations."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from permissions.operations import BUILT_IN_ROLES, Operation


class Language(models.TextChoices):
    JAPANESE = "ja", "日本語"
    ENGLISH = "en", "English"


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


class Role(models.Model):
    """A named row of the matrix: the operations that its users have unless a cell overrides it."""

    key = models.SlugField(unique=True)
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The name in the reader's language, where it is a built-in one that nobody has changed."""
        built_in, _operations = BUILT_IN_ROLES.get(self.key, (self.name, None))
        with translation.override("ja"):
            unchanged = str(built_in) == self.name
        return str(built_in) if unchanged else self.name


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, username: str, password: str | None = None, *, name: str, role: Role, **fields: Any
    ) -> User:
        """Make a user who can log in; without a password, one who cannot yet."""
        user = self.model(username=username, name=name, role=role, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who works with mail here. Deactivated, never deleted: the history names them."""

    username = models.CharField(
        _("User name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    name = models.CharField(_("Name"), max_length=150)
    email = models.EmailField(_("Mail address"), blank=True)
    role = models.ForeignKey(Role, models.PROTECT, related_name="users")
    color = models.PositiveSmallIntegerField(_("Colour"), default=0)
    language = models.CharField(
        _("Language"), max_length=5, choices=Language.choices, default=Language.JAPANESE
    )
    time_zone = models.CharField(
        _("Time zone"), max_length=64, default="Asia/Tokyo", validators=[validate_time_zone]
    )
    # How long a mail can be taken back after 送信; 0 sends at once.
    undo_seconds = models.PositiveSmallIntegerField(_("Seconds to undo sending"), default=10)
    is_active = models.BooleanField(_("Active"), default=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values), name="user_language_known"
            ),
            models.CheckConstraint(
                condition=models.Q(undo_seconds__lte=60), name="user_undo_at_most_a_minute"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def initial(self) -> str:
        """The letter in the round badge."""
        return self.name[:1]

    @cached_property
    def operations(self) -> frozenset[str]:
        """What this person may do now: the role's row, single cells overriding it."""
        if not self.is_active:
            return frozenset()
        allowed = set(self.role.grants.values_list("operation", flat=True))
        for operation, granted in self.grants.values_list("operation", "allowed"):
            (allowed.add if granted else allowed.discard)(operation)
        return frozenset(allowed)

    @cached_property
    def mailbox_ids(self) -> frozenset[int]:
        """The mailboxes that this person has been given, read once a request."""
        return frozenset(self.memberships.values_list("mailbox_id", flat=True))

    def may(self, operation: Operation) -> bool:
        return operation.value in self.operations


class RoleGrant(models.Model):
    """One ticked cell of a role's row."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")
    operation = models.CharField(max_length=40, choices=Operation.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["role", "operation"], name="one_grant_a_role"),
        )

    def __str__(self) -> str:
        return f"{self.role}: {self.operation}"


class UserGrant(models.Model):
    """One cell that overrides the role's, either way."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    operation = models.CharField(max_length=40, choices=Operation.choices)
    allowed = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "operation"], name="one_override_a_user"),
        )

    def __str__(self) -> str:
        return f"{self.user}: {'+' if self.allowed else '-'}{self.operation}"
