"""Django's ASGI handler, making each page in one go on one of a few threads.

Nearly all views are synchronous, and so is some of the middleware. Django's own handler makes a
thread for every request and goes to and fro between it and the event loop a dozen times; for a
small page that is more work than the page. Here a page is made as under WSGI, on threads that stay
(their number bounds how many pages are made at once, so that event streams get their turn), and
only what is streamed is written by the event loop, until it ends or nobody listens any more. Views
that are coroutines run in their thread up to their response.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

import django
from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

Scope = dict[str, Any]
# What open pages ask for by themselves, over and over. Two at once: each thread that runs takes its
# share of the interpreter from the event loop, and with it from everybody's events; and nobody who
# has pressed something waits behind what nobody is waiting for.
UNASKED = frozenset({"/mail/rows/", "/mail/nav/", "/live/poll/"})
UNASKED_THREADS = 2
# As many as the pool has connections for, but some for the readers of events.
THREADS = max(2, int(os.environ.get("DB_POOL", "12")) - 4 - UNASKED_THREADS)


class PageHandler(ASGIHandler):
    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="page")
        self._unasked = ThreadPoolExecutor(UNASKED_THREADS, thread_name_prefix="unasked")

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(f"{scope['type']!r} is nothing that is served here")
        await self.handle(scope, receive, send)

    async def handle(self, scope: Scope, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        try:
            loop = asyncio.get_running_loop()
            asked_for = scope["path"].removeprefix(scope.get("root_path", ""))
            threads = self._unasked if asked_for in UNASKED else self._threads
            response = await loop.run_in_executor(threads, self._answer, scope, body)
            if response.streaming:
                await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)
        finally:
            body.close()

    def _answer(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """The response; what is not streamed is finished with already, its content being there."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        response._handler_class = self.__class__
        if response.streaming:
            close_old_connections()  # a stream borrows one for each look
        else:
            response.close()  # and this tells the world that the request is over
        found: HttpResponseBase = response
        return found

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        sending = asyncio.create_task(self.send_response(response, send))
        listening = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait((sending, listening), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, listening):
                task.cancel()
            ended = await asyncio.gather(sending, listening, return_exceptions=True)
            await sync_to_async(response.close, thread_sensitive=False)()
        for each in ended:
            if isinstance(each, Exception) and not isinstance(each, RequestAborted):
                raise each


def get_application() -> PageHandler:
    django.setup(set_prefix=False)
    return PageHandler()
