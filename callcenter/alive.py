"""Whether this process can work: what a supervisor, a proxy or a container asks every few seconds.

Open to everybody, so that it says nothing but whether database and broker answer. How the mailboxes
are is told by `mail.views.health`, to those who may know.
"""

from __future__ import annotations

import logging

import redis
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from callcenter import redis as broker

log = logging.getLogger(__name__)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone()[0] == 1)
    except (DatabaseError, InterfaceError) as error:
        log.warning("the database does not answer: %s", error)
        return False


def broker_answers() -> bool:
    try:
        return bool(broker.connection().ping())
    except redis.RedisError as error:
        log.warning("the broker does not answer: %s", error)
        return False


@login_not_required
@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """200 when both answer, else 503: `{"status", "database", "broker"}`."""
    database, queue = database_answers(), broker_answers()
    ok = database and queue
    facts = {"status": "ok" if ok else "fail", "database": database, "broker": queue}
    return JsonResponse(facts, status=200 if ok else 503)
