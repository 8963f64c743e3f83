"""The sandbox's state: one SQLite file (write-ahead log), or a database in memory for tests.

Everything runs on one event loop and one connection, so a transaction is never interleaved with
another. `synchronous=NORMAL` keeps every committed transaction through `kill -9` of the process.
Raw messages live in a table of their own, so that lists never touch them and 100,000 mails do not
sit in memory.
"""

# ruff: noqa: S608  (only names of our own are put into statements)
from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.matching import has_words

SCHEMA = (Path(__file__).parent / "schema.sql").read_text("utf-8")

TABLES = re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", SCHEMA)


class Store:
    """`path` of None keeps everything in memory."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._depth = 0
        self.db = self._open()

    def _open(self) -> sqlite3.Connection:
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(
            ":memory:" if self.path is None else str(self.path),
            isolation_level=None,
            check_same_thread=False,
        )
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute("PRAGMA cache_size=-16000")
        db.execute("PRAGMA temp_store=MEMORY")
        db.executescript(SCHEMA)
        db.create_function("has_words", 2, has_words, deterministic=True)
        return db

    def close(self) -> None:
        self.db.close()

    def clear(self) -> None:
        """Empties every table (a test's fresh start)."""
        if self.path is None:
            self.db.close()
            self.db = self._open()
            return
        with self.transaction():
            for table in TABLES:
                self.db.execute(f"DELETE FROM {table}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nested calls join the outer one."""
        if self._depth:
            yield
            return
        self._depth = 1
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        else:
            self.db.execute("COMMIT")
        finally:
            self._depth = 0

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self.db.execute(sql, values)

    def one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.db.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.db.execute(sql, values).fetchall()

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        row = self.db.execute(sql, values).fetchone()
        return None if row is None else row[0]
