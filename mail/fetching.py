"""Who is fetching what right now: asked for once, however many wait, and how far it has come.

A key in Redis for each thing on its way; its value is how many bytes have come. It ends by itself
soon after the last byte, so that a killed worker's work can be asked for again.
"""

from __future__ import annotations

import time
from typing import IO, cast

from callcenter.redis import connection

_SILENCE = 60  # seconds
_TELL_EVERY = 0.4


def _key(kind: str, pk: int) -> str:
    return f"fetching:{kind}:{pk}"


def begin(kind: str, pk: int) -> bool:
    """Whether nobody had asked for it yet: then it is the caller's to order."""
    return bool(connection().set(_key(kind, pk), 0, nx=True, ex=_SILENCE))


def end(kind: str, pk: int) -> None:
    connection().delete(_key(kind, pk))


def bytes_so_far(kind: str, pk: int) -> int:
    """How much of it has come; 0 also when nobody is at it."""
    told = cast(bytes | None, connection().get(_key(kind, pk)))
    return int(told or 0)


class Watched:
    """A file to write to, whose growth people can see."""

    def __init__(self, file: IO[bytes], kind: str, pk: int) -> None:
        self._file, self._key = file, _key(kind, pk)
        self._size, self._told = 0, time.monotonic()

    def write(self, data: bytes, /) -> int:
        written = self._file.write(data)
        self._size += written
        if time.monotonic() - self._told > _TELL_EVERY:
            self._told = time.monotonic()
            connection().set(self._key, self._size, ex=_SILENCE)
        return written

    def seek(self, offset: int, /) -> int:
        self._size = offset
        return self._file.seek(offset)

    def truncate(self) -> int:
        return self._file.truncate()
