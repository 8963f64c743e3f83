"""Who is behind a session, and all that they may do, in one question to the database.

Every page asks for the person, their role, what the role and they themselves are granted, and their
mailboxes: five questions that have one answer.
"""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from permissions.models import RoleGrant, User, UserGrant


class OneQuestion(ModelBackend):
    """Django's own log-in by name and password; only the person of a session is read otherwise."""

    def get_user(self, user_id: int) -> User | None:
        own = UserGrant.objects.filter(user=OuterRef("pk"))
        given = User.objects.filter(pk=OuterRef("pk"), memberships__isnull=False)
        rows = User.objects.select_related("role").annotate(
            by_role=ArraySubquery(
                RoleGrant.objects.filter(role=OuterRef("role")).values("operation")
            ),
            granted=ArraySubquery(own.filter(allowed=True).values("operation")),
            denied=ArraySubquery(own.filter(allowed=False).values("operation")),
            given=ArraySubquery(given.values("memberships__mailbox")),
        )
        user: Any = rows.filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        # What `User.operations` and `User.mailbox_ids` would ask for, each once a request.
        user.operations = frozenset({*user.by_role, *user.granted} - set(user.denied))
        user.mailbox_ids = frozenset(user.given)
        found: User = user
        return found

    async def aget_user(self, user_id: int) -> User | None:
        return await sync_to_async(self.get_user)(user_id)
