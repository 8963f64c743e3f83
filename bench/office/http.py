"""HTTP/1.1 in the event loop, as little as the benchmark's pages need, over kept connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit


class Answer(Exception):
    """An answer that was not 200."""


class Connection:
    """One kept connection of one session. A request at a time."""

    def __init__(self, root: str, cookie: str) -> None:
        parts = urlsplit(root)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._head = f"Host: {parts.netloc}\r\nCookie: {cookie}\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = asyncio.Lock()

    async def get(self, path: str) -> bytes:
        """The body.

        Raises:
            Answer: anything but 200. OSError, EOFError: the connection broke.
        """
        async with self._turn:
            kept = self._streams is not None
            try:
                return await self._get(path)
            except (OSError, EOFError) as error:
                self.close()
                # The server closes what is idle, perhaps just now: browsers ask again on a new one.
                begun = isinstance(error, asyncio.IncompleteReadError) and error.partial
                if not kept or begun:
                    raise
            except Answer:
                self.close()
                raise
            try:
                return await self._get(path)
            except (OSError, EOFError, Answer):
                self.close()
                raise

    async def _get(self, path: str) -> bytes:
        reader = await self._ask(path, "*/*")
        return b"".join([piece async for piece in _body(reader, await _headers(reader))])

    async def stream(self, path: str) -> AsyncIterator[str]:
        """The lines of a server-sent stream, as they come."""
        reader = await self._ask(path, "text/event-stream")
        waiting = b""
        async for piece in _body(reader, await _headers(reader)):
            *lines, waiting = (waiting + piece).split(b"\n")
            for line in lines:
                yield line.decode()

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, path: str, accept: str) -> asyncio.StreamReader:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=1 << 20)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\n{self._head}Accept: {accept}\r\n\r\n".encode())
        await writer.drain()
        return reader


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    if " 200 " not in head[0]:
        raise Answer(head[0])
    pairs = (line.partition(":") for line in head[1:] if line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> AsyncIterator[bytes]:
    if "content-length" in headers:
        yield await reader.readexactly(int(headers["content-length"]))
        return
    while size := int((await reader.readline()).split(b";")[0], 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()
