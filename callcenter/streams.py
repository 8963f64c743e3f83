"""The one helper that makes event streams.

A stream lives for hours; the database connection that the session middleware opened for its request
would be pinned all that time (a pool of 5 with 12 streams brought the whole site down). It is given
back here, before the stream begins; whoever reads the database inside borrows one for each look.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any, ParamSpec, Protocol, TypeVar

from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.http import StreamingHttpResponse

P = ParamSpec("P")
T = TypeVar("T")


def _briefly(look: Callable[P, T]) -> Callable[P, T]:
    def borrowed(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return look(*args, **kwargs)
        finally:
            connection.close()  # back to the pool

    return borrowed


async def brief(look: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a database look on a thread, with a connection for just this long."""
    return await sync_to_async(_briefly(look), thread_sensitive=False)(*args, **kwargs)


_PIECE = 256 * 1024


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


async def in_pieces(file: AbstractContextManager[Readable]) -> AsyncIterator[bytes]:
    """A file's content for a StreamingHttpResponse.

    Under ASGI Django reads a synchronous iterator (FileResponse's too) to its end before the first
    byte goes out: a file of 25 MB would stand in memory whole, for each who downloads it.
    """
    opened = await sync_to_async(file.__enter__, thread_sensitive=False)()
    try:
        while piece := await sync_to_async(opened.read, thread_sensitive=False)(_PIECE):
            yield piece
    finally:
        await sync_to_async(file.__exit__, thread_sensitive=False)(None, None, None)


async def let_go() -> None:
    """Give back what the middleware opened for this request.

    Before every `brief` of a view: a request that holds one connection of a pool while it waits for
    another one waits for requests that do the same.
    """
    await sync_to_async(connections.close_all)()


async def event_stream(events: AsyncIterator[str]) -> StreamingHttpResponse:
    """A text/event-stream response that holds no database connection."""
    await let_go()
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # nginx would hold events back
    return response


def frame(data: dict[str, Any], *, cursor: str, name: str = "") -> str:
    """One server-sent event; `cursor` is what the browser says when it comes back."""
    kind = f"event: {name}\n" if name else ""
    return f"{kind}id: {cursor}\ndata: {json.dumps(data)}\n\n"


ALIVE = ": alive\n\n"
