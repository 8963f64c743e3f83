"""Asking, and the figures."""

from __future__ import annotations

import json
import statistics
import time
from collections import defaultdict
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection

from bench.finding import others
from bench.finding.hostile import reading
from bench.finding.queries import queries
from bench.finding.storing import Store, backend_cpu, letters, read
from bench.letters import NEWEST
from bench.setting import say
from mail.browse import COUNTED
from mail.models import Message
from mail.search import Asked, Found, find, parse

_WARM = 3


def measure(sizes: list[int], folder: Path, *, baseline: bool, show: bool) -> dict[str, Any]:
    """Measure at each of these sizes, one after the other in the same tables: {figures of the
    last, `smaller`: [figures of the others]}."""
    corpus = letters(sizes[-1], folder)
    store = Store()
    if store.stored:
        say(f"{store.stored} mails are there from an earlier run")
    stream = islice(read(corpus), store.stored, None)
    asked = list(queries(sizes[-1]))
    steps: list[dict[str, Any]] = []
    for size in (each for each in sizes if each > store.stored or each == sizes[-1]):
        ingest = store.fill(stream, size) if store.stored < size else None
        steps.append(_step(store, size, asked, ingest, show=show))
        say(json.dumps(steps[-1], ensure_ascii=False))
    result = steps.pop()
    if steps:
        result["smaller"] = steps
        result["p95_growth"] = round(result["p95_ms"] / steps[0]["p95_ms"], 2)
    result["reading"] = reading()
    if baseline:
        words = others.plain_words(asked)
        ours = [_ask(store, word)[0] for word in words]
        result["baseline"] = {
            "ours": others.figures(ours),
            "pg_trgm": others.pg_trgm(words),
            "notmuch": others.notmuch(words, corpus),
        }
    return result


def _step(
    store: Store, number: int, asked: list[tuple[str, str]], ingest: float | None, *, show: bool
) -> dict[str, Any]:
    with connection.cursor() as cursor:
        # What autovacuum does by itself in a day of a real installation.
        cursor.execute("VACUUM ANALYZE mail_searchdocument")
        cursor.execute("VACUUM ANALYZE mail_message")
        cursor.execute("SELECT pg_total_relation_size('mail_searchdocument')")
        size = cursor.fetchone()[0]
    say(f"asking {len(asked)} queries of {number} mails")
    kinds: dict[str, list[float]] = defaultdict(list)
    cold: list[float] = []
    partial = 0
    own, database = time.process_time(), backend_cpu()
    worst = ("", 0.0)
    for kind, text in asked:
        first, _ = _ask(store, text)
        again = [_ask(store, text) for _ in range(_WARM)]
        warm = statistics.median(each for each, _ in again)
        found = again[-1][1]
        cold.append(first)
        kinds[kind].append(warm)
        partial += found.partial
        worst = max(worst, (text, warm), key=lambda pair: pair[1])
        if show:
            say(
                f"{kind:16} {text:40} {first:8.1f} {warm:8.1f} ms"
                f" {len(found.messages):4}{'+' if found.more else ' '} {found.driver}"
                f"{' PARTIAL' if found.partial else ''}"
            )
    cpu = time.process_time() - own + backend_cpu() - database
    return {
        "messages": number,
        **others.figures([each for times in kinds.values() for each in times]),
        "partial": partial,
        # Of ours and PostgreSQL's process; what a machine's other guests cannot change.
        "mean_cpu_ms": round(cpu * 1000 / (len(asked) * (1 + _WARM)), 1),
        "worst_query": worst[0],
        "cold": others.figures(cold),
        "bytes_per_mail": round(size / number),
        "ingest_cpu_ms_per_mail": None if ingest is None else round(ingest, 2),
        "kinds": {kind: others.figures(times) for kind, times in kinds.items()},
    }


def _ask(store: Store, text: str) -> tuple[float, Found]:
    """Milliseconds to the first page with its rows, from the text on."""
    begin = time.perf_counter()
    found = find(
        parse(text).tree,
        Asked(store.agent, NEWEST + timedelta(minutes=1)),
        Message.objects.visible_to(store.agent).select_related("assignee"),
        count=COUNTED,
    )
    return (time.perf_counter() - begin) * 1000, found
