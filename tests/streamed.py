"""What a streamed answer holds, gathered as the ASGI server would send it."""

from __future__ import annotations

from typing import Any, cast

from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse


def content_of(response: Any) -> bytes:
    async def gathered() -> bytes:
        pieces = cast(StreamingHttpResponse, response)
        return b"".join([bytes(piece) async for piece in pieces])

    return async_to_sync(gathered)()
