"""Mail from files: .eml (any name goes), folders of them, and mbox. Nothing is refused for being
broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox import accounts, indexing, mailbox
from sandbox.world import World

CHUNK = 500
_FROM_LINE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\n")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.M)
_LABELS = ("UNREAD", "INBOX")


@dataclass(slots=True)
class Imported:
    files: int = 0
    messages: int = 0


def import_path(world: World, account: str, path: Path) -> Imported:
    """Loads every file below `path`; the account is made when it is missing."""
    if not path.exists():
        raise FileNotFoundError(path)
    account = account.lower()
    if not accounts.exists(world, account):
        accounts.create(world, account, account.split("@")[0], [])
    result = Imported()
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    waiting: list[tuple[bytes, int | None]] = []
    for file in files:
        result.files += 1
        for raw in read_file(file):
            waiting.append((raw, None))
            if len(waiting) >= CHUNK:
                result.messages += file_all(world, account, waiting)
                waiting = []
    result.messages += file_all(world, account, waiting)
    return result


def read_file(path: Path) -> Iterator[bytes]:
    """The messages of one file: an mbox (by its name or its first line) has many."""
    data = path.read_bytes()
    if path.suffix.lower() in (".mbox", ".mbx") or (
        path.suffix.lower() != ".eml" and data.startswith(b"From ")
    ):
        yield from split_mbox(data)
    else:
        yield data


def split_mbox(data: bytes) -> Iterator[bytes]:
    """mboxrd: a From line after an empty one begins a message, `>From ` inside is unquoted."""
    starts = list(_FROM_LINE.finditer(data))
    for match, following in zip(starts, [*starts[1:], None], strict=True):
        end = len(data) if following is None else following.start()
        raw = data[match.end() : end]
        # The empty line before the next From line is the box's, not the mail's.
        for line_end in (b"\r\n", b"\n"):
            if raw.endswith(line_end * 2):
                raw = raw.removesuffix(line_end)
                break
        yield _QUOTED_FROM.sub(rb"\1", raw)


def file_all(world: World, account: str, messages: list[tuple[bytes, int | None]]) -> int:
    """Files messages with their own dates in one transaction; answers how many."""
    with world.store.transaction():
        for raw, date_ms in messages:
            when = indexing.read(raw).date_ms if date_ms is None else date_ms
            mailbox.insert(world, account, raw, labels=_LABELS, date_ms=when)
    return len(messages)
