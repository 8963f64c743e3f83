"""The same words asked of other programs: pg_trgm's ILIKE in the same tables, and notmuch."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection, transaction

from bench.finding.storing import read
from bench.setting import say


def plain_words(asked: Sequence[tuple[str, str]]) -> list[str]:
    """Queries that every program understands: one word."""
    return [text for _, text in asked if text.isalnum()]


def figures(times: Sequence[float]) -> dict[str, Any]:
    """Milliseconds."""
    ordered = sorted(times)
    return {
        "queries": len(ordered),
        "median_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1),
        "worst_ms": round(ordered[-1], 1),
    }


def pg_trgm(words: Sequence[str]) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")
        if not cursor.fetchone()[0]:
            return {"missing": "this PostgreSQL has no pg_trgm"}
        say("building pg_trgm's index")
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("DROP TABLE IF EXISTS plain")  # of an earlier run, where it was kept
        cursor.execute(
            "CREATE TABLE plain AS SELECT message_id, internal_date, head || body AS text"
            " FROM mail_searchdocument"
        )
        cursor.execute("CREATE INDEX ON plain USING gin (text gin_trgm_ops)")
        cursor.execute("CREATE INDEX ON plain (internal_date DESC)")
        cursor.execute("VACUUM ANALYZE plain")
        cursor.execute("SELECT pg_total_relation_size('plain') / count(*) FROM plain")
        size = cursor.fetchone()[0]
    times, stopped = [], 0
    for word in words:
        for _ in range(2):
            begin = time.perf_counter()
            stopped += not _ilike(word)
            last = (time.perf_counter() - begin) * 1000
        times.append(last)
    return {**figures(times), "stopped_after_10_s": stopped, "bytes_per_mail": size}


def _ilike(word: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '10s'")
            cursor.execute(
                "SELECT message_id FROM plain WHERE text ILIKE %s"
                " ORDER BY internal_date DESC LIMIT 100",
                [f"%{word}%"],
            )
            cursor.fetchall()
    except OperationalError:
        return False
    return True


def notmuch(words: Sequence[str], corpus: Path) -> dict[str, Any]:
    program = shutil.which("notmuch")
    if program is None:
        return {"missing": "notmuch is not installed"}
    with tempfile.TemporaryDirectory(prefix="ccc-notmuch-") as name:
        folder = Path(name)
        say("writing mail for notmuch, and indexing it")
        for number, mail in enumerate(_mails(corpus)):
            place = folder / "mail" / str(number // 1000) / "cur"
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{number}").write_bytes(mail)
        config = folder / "config"
        config.write_text(
            f"[database]\npath={folder / 'mail'}\n[user]\nname=a\nprimary_email=a@a.a\n"
        )
        environment = os.environ | {"NOTMUCH_CONFIG": str(config)}
        begin = time.perf_counter()
        subprocess.run([program, "new", "--quiet"], env=environment, check=True)
        built = time.perf_counter() - begin
        times = []
        for word in words:
            for _ in range(2):
                begin = time.perf_counter()
                subprocess.run(
                    [program, "search", "--limit=100", "--output=messages", "--", word],
                    env=environment,
                    check=True,
                    capture_output=True,
                )
                last = (time.perf_counter() - begin) * 1000
            times.append(last)
        return {**figures(times), "index_s": round(built, 1), "note": "a process each"}


def _mails(corpus: Path) -> Iterator[bytes]:
    for letter in read(corpus):
        mail = EmailMessage()
        mail["From"] = f"{letter.sender[0]} <{letter.sender[1]}>"
        mail["To"] = f"{letter.to[0]} <{letter.to[1]}>"
        mail["Subject"] = letter.subject
        mail["Message-ID"] = f"<{letter.number}@mail.example>"
        mail.set_content(letter.text, cte="8bit")
        yield mail.as_bytes()
