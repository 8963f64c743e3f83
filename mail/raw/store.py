"""Raw mail in the attachment store, compressed, in and out in pieces."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from mail.models import RawMail

_PIECE = 256 * 1024


def keep(raw: RawMail, source: IO[bytes], size: int) -> None:
    """Put the mail into the store; whoever is second finds it there and leaves it."""
    with tempfile.TemporaryFile() as packed:
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as press:
            shutil.copyfileobj(source, press, _PIECE)
        packed.seek(0)
        with transaction.atomic():
            locked = RawMail.objects.select_for_update().get(pk=raw.pk)
            if not locked.file:
                name = f"{raw.mailbox_id}/raw/{raw.pk}.gz"
                # What a killed worker left behind under this name belongs to no row.
                default_storage.delete(name)
                locked.file.save(name, File(packed), save=False)
                locked.size, locked.trouble, locked.attempts = size, "", 0
                locked.save(update_fields=["file", "size", "trouble", "attempts"])
    raw.refresh_from_db()


@contextmanager
def opened(raw: RawMail) -> Iterator[gzip.GzipFile]:
    """The mail's bytes, to be read from the beginning."""
    with raw.file.open("rb") as packed, gzip.GzipFile(fileobj=packed, mode="rb") as source:
        yield source


@contextmanager
def spooled(raw: RawMail) -> Iterator[str]:
    """The path of a plain copy that lasts as long as the block: the parser's child reads files."""
    with tempfile.NamedTemporaryFile(prefix="mail-", suffix=".eml") as spool:
        with opened(raw) as source:
            shutil.copyfileobj(source, spool, _PIECE)
        spool.flush()
        yield spool.name
