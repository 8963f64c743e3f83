"""The first lines of every view: who asks, and may they.

404 says «not yours, or not there» without telling which; 403 says «you can see it, but not do it».
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from permissions.models import RoleGrant, User, UserGrant
from permissions.operations import Operation

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class AgentRequest(HttpRequest):
    """A request behind the log-in, as the middleware leaves it."""

    user: User
    htmx: HtmxDetails
    # What a view tells the frame around its page: the list shown, and where to begin to listen.
    browse: Any
    live_cursor: int


class OperationDenied(PermissionDenied):
    """A signed-in person may not do this; carries what, so that the page can say it."""

    def __init__(self, operation: Operation) -> None:
        super().__init__(str(operation.label))
        self.operation = operation


async def signed_in(request: HttpRequest) -> User:
    """The person behind the request, for a view that runs in the event loop.

    Raises:
        PermissionDenied: nobody is (the log-in middleware has seen to that).
    """
    user = await request.auser()
    if not isinstance(user, User):
        raise PermissionDenied
    return user


def require(user: User | AnonymousUser, operation: Operation) -> User:
    """The user, when they may do this.

    Raises:
        OperationDenied: they may not (403).
    """
    if not isinstance(user, User) or not user.may(operation):
        raise OperationDenied(operation)
    return user


def who_may(user_ids: Collection[int], operation: Operation) -> frozenset[int]:
    """Those of these people who may do this now: `User.may` for many, in three questions."""
    roles = dict(User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", "role_id"))
    granting = set(
        RoleGrant.objects.filter(
            role__in=set(roles.values()), operation=operation.value
        ).values_list("role_id", flat=True)
    )
    overriding = dict(
        UserGrant.objects.filter(user__in=roles, operation=operation.value).values_list(
            "user_id", "allowed"
        )
    )
    return frozenset(pk for pk, role_id in roles.items() if overriding.get(pk, role_id in granting))
