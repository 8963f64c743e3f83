"""Filling the book, typing, and the figures."""

from __future__ import annotations

import http.client
import json
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.files.base import File
from django.db import connection
from django.test import Client
from django.urls import reverse

from addressbook.complete import complete
from addressbook.contacts import Met, remember
from addressbook.imports import receiving
from addressbook.imports.applying import apply
from addressbook.imports.staging import stage
from addressbook.models import Address, Import, ImportState
from bench.naming.people import people, typed, write
from bench.setting import Setting, say
from callcenter.drawers import fold
from mailboxes.models import Mailbox, Membership
from permissions.models import User
from permissions.roles import ensure_built_in_roles

_BATCH = 1000
_WARM = 40


def measure(entries: int, signs: int, setting: Setting) -> dict[str, object]:
    user = User.objects.create(
        username="leader", name="鈴木", role=ensure_built_in_roles()["leader"]
    )
    mailbox = Mailbox.objects.create(address="support@shop.example")
    Membership.objects.create(mailbox=mailbox, user=user)
    path = setting.folder / "addresses.csv"
    write(path, entries)
    say(f"importing {entries} addresses ({path.stat().st_size / 2**20:.1f} MiB)")
    before = _peak()
    first, seconds = _import(user, path)
    peak = _peak() - before
    again, again_seconds = _import(user, path)
    _meet(mailbox, entries // 4)
    with connection.cursor() as cursor:
        # What autovacuum does by itself within minutes.
        cursor.execute("VACUUM ANALYZE")
    asked = list(typed(signs))
    say(f"typing {len(asked)} signs")
    kinds = _type(setting, user, asked)
    times = [each for found in kinds.values() for each in found]
    return {
        "entries": Address.objects.count(),
        "p95_ms": _p95(times),
        "median_ms": round(statistics.median(times), 1),
        "worst_ms": round(max(times), 1),
        "typed": len(times),
        # The same questions without HTTP, log-in and navigation: ours, and by LIKE.
        "asked": _figures(_each(asked, partial(_by_starts, [mailbox.pk]))),
        "baseline": _figures(_each(asked, _by_like)),
        "import_s": round(seconds, 1),
        "import_new": first.count("new"),
        "import_peak_mib": round(peak, 1),
        "second_import_s": round(again_seconds, 1),
        "second_import_changes": again.count("new") + again.count("changed"),
        "kinds": {kind: _figures(found) for kind, found in kinds.items()},
    }


def _import(user: User, path: Path) -> tuple[Import, float]:
    """From the file to the book, as the page and its worker do it."""
    begin = time.perf_counter()
    with path.open("rb") as file:
        found = receiving.receive(user, File(file, name=path.name))
    stage(found.pk)
    receiving.start(found, user)
    apply(found.pk)
    found.refresh_from_db()
    assert found.state == ImportState.DONE, (found.state, found.problem)
    return found, time.perf_counter() - begin


def _meet(mailbox: Mailbox, number: int) -> None:
    now = datetime.now(UTC)
    met = (
        Met(mailbox.pk, address, name, now - timedelta(minutes=at))
        for at, (name, address, _) in enumerate(people(number, seed=3))
    )
    while batch := list(islice(met, _BATCH)):
        remember(batch)


def _type(setting: Setting, user: User, asked: list[tuple[str, str]]) -> dict[str, list[float]]:
    """Milliseconds of each request, over one kept connection as a browser's."""
    client = Client()
    client.force_login(user)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    place = urlsplit(setting.web())
    browser = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    address = reverse("addressbook:complete")

    def ask(text: str) -> None:
        browser.request("GET", f"{address}?q={quote(text)}", headers={"Cookie": cookie})
        answer = browser.getresponse()
        body = answer.read()
        assert answer.status == 200, (answer.status, body[:200])
        json.loads(body)

    for _, text in asked[:_WARM]:
        ask(text)
    return _each(asked, ask)


def _by_starts(boxes: list[int], text: str) -> None:
    complete(text, mailbox_ids=boxes, book=True)


def _by_like(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, address FROM addressbook_address WHERE search_text LIKE %s"
            " ORDER BY name_key LIMIT 8",
            [f"%{fold(text).strip().lstrip('@')}%"],
        )
        cursor.fetchall()


def _each(asked: list[tuple[str, str]], ask: Callable[[str], None]) -> dict[str, list[float]]:
    kinds: dict[str, list[float]] = defaultdict(list)
    for kind, text in asked:
        begin = time.perf_counter()
        ask(text)
        kinds[kind].append((time.perf_counter() - begin) * 1000)
    return kinds


def _figures(times: list[float] | dict[str, list[float]]) -> dict[str, Any]:
    found = [each for kind in times.values() for each in kind] if isinstance(times, dict) else times
    return {
        "p95_ms": _p95(found),
        "median_ms": round(statistics.median(found), 1),
        "worst_ms": round(max(found), 1),
    }


def _p95(times: Iterable[float]) -> float:
    found = sorted(times)
    return round(found[min(len(found) - 1, int(len(found) * 0.95))], 1)


def _peak() -> float:
    """MiB that this process has needed at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
