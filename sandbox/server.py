"""uvicorn around the application, with the connection handed to it so that it can be cut."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.app import App, Receive, Scope, Send


class CuttableProtocol(H11Protocol):
    """Puts the transport into every request's scope."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inner = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})["sandbox.transport"] = self.transport
            await inner(scope, receive, send)

        self.app = app


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. Raises OSError when the port is taken."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # asyncio leaves Nagle's algorithm on for sockets that are handed to it, and uvicorn writes head
    # and body apart: every small answer would wait 40 ms for an acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.bind((host, port))
    return listening


class Server(uvicorn.Server):
    """Leaves the signals to us: uvicorn would die of them before anything is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    app: App, listening: socket.socket, started: Callable[[], None], stop: asyncio.Event
) -> None:
    """Runs until `stop` is set."""
    config = uvicorn.Config(
        app,
        http=CuttableProtocol,
        loop="asyncio",
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
        backlog=1024,
    )
    server = Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not running.done():
        await asyncio.sleep(0.005)
    started()
    ending = asyncio.create_task(stop.wait())
    await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    ending.cancel()
    await running
