"""Who may read how the installation is: an administrator, or a monitoring system with its token."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest

from permissions.models import User
from permissions.operations import Operation


class NotAuthorised(Exception):
    """Neither; `status` is 401 for «say who you are» and 403 for «not you»."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def allow_monitoring(request: HttpRequest) -> None:
    """Let a bearer of MONITORING_TOKEN pass, or a signed-in administrator.

    A token that is offered decides alone: a wrong one is not made good by a session.

    Raises:
        NotAuthorised
    """
    offered = request.headers.get("Authorization", "")
    if offered:
        scheme, _, token = offered.partition(" ")
        expected = settings.MONITORING_TOKEN
        same = hmac.compare_digest(token.strip().encode(), expected.encode())
        if scheme.lower() != "bearer" or not expected or not same:
            raise NotAuthorised(401)
        return
    user = request.user
    if not isinstance(user, User):
        raise NotAuthorised(401)
    if not user.may(Operation.ADMIN_MAILBOXES):
        raise NotAuthorised(403)
