"""Who is behind a session, and all that they may do, in one question to the database.

Every page asks for the person, their role, what the role and they themselves are granted, and their
mailboxes: five questions that have one answer.
"""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, QuerySet

from callcenter.prepared import Prepared
from permissions.models import Role, RoleGrant, User, UserGrant

_USER = [field.attname for field in User._meta.concrete_fields]
_ROLE = [field.attname for field in Role._meta.concrete_fields]


def _person(user_id: int) -> QuerySet[Any, Any]:
    own = UserGrant.objects.filter(user=OuterRef("pk"))
    given = User.objects.filter(pk=OuterRef("pk"), memberships__isnull=False)
    asked = User.objects.filter(pk=user_id).order_by()
    return asked.annotate(
        by_role=ArraySubquery(RoleGrant.objects.filter(role=OuterRef("role")).values("operation")),
        granted=ArraySubquery(own.filter(allowed=True).values("operation")),
        denied=ArraySubquery(own.filter(allowed=False).values("operation")),
        given=ArraySubquery(given.values("memberships__mailbox")),
    ).values_list(
        *_USER, *(f"role__{name}" for name in _ROLE), "by_role", "granted", "denied", "given"
    )


_question = Prepared(_person)


class OneQuestion(ModelBackend):
    """Django's own log-in by name and password; only the person of a session is read otherwise."""

    def get_user(self, user_id: int) -> User | None:
        rows = _question.ask(int(user_id))
        if not rows:
            return None
        (row,) = rows
        user = User.from_db(connection.alias, _USER, row[: len(_USER)])
        role = row[len(_USER) : len(_USER) + len(_ROLE)]
        user.role = Role.from_db(connection.alias, _ROLE, role)
        if not self.user_can_authenticate(user):
            return None
        # What `User.operations` and `User.mailbox_ids` would ask for, each once a request.
        by_role, granted, denied, given = row[-4:]
        user.operations = frozenset({*by_role, *granted} - set(denied))
        user.mailbox_ids = frozenset(given)
        return user

    async def aget_user(self, user_id: int) -> User | None:
        return await sync_to_async(self.get_user)(user_id)
