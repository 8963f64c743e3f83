"""The ASGI application: one port for Google's API, its OAuth pages and the admin calls.

Plain ASGI without a framework's router, because a batch of a hundred calls must not pay for one a
hundred times and because «accepted, then the connection is cut» needs the connection itself
(server.py hands it over).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sandbox import admin, batch, oauth_pages
from sandbox.errors import GoogleError
from sandbox.http import Request, Response
from sandbox.rest import Api, ApiRequest, refusal
from sandbox.upload import PREFIXES, Uploads
from sandbox.world import World

logger = logging.getLogger("sandbox")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Page = Callable[[World, Request], Response]
PAGES: dict[tuple[str, str], Page] = {
    **{("GET", path): oauth_pages.authorize for path in oauth_pages.AUTH_PATHS},
    **{("POST", path): oauth_pages.authorize for path in oauth_pages.AUTH_PATHS},
    ("POST", oauth_pages.CHOOSE): oauth_pages.choose,
    ("POST", oauth_pages.DECIDE): oauth_pages.decide,
    ("POST", "/token"): oauth_pages.token,
    ("POST", "/oauth2/v4/token"): oauth_pages.token,
    ("POST", "/revoke"): oauth_pages.revoke,
    ("GET", "/revoke"): oauth_pages.revoke,
    ("GET", "/tokeninfo"): oauth_pages.token_info,
    ("POST", "/tokeninfo"): oauth_pages.token_info,
}


class App:
    def __init__(self, world: World) -> None:
        self.world = world
        self.api = Api(world)
        self.uploads = Uploads(self.api)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        request = await _read(scope, receive)
        response = await self.respond(request)
        if response.drop:
            await _cut(scope, receive)
            return
        await _write(response, send)

    async def respond(self, request: Request) -> Response:
        if request.path.startswith("/admin/"):
            return admin.handle(self.world, request)
        down = self.world.faults.settings["down"]
        if down is True:
            return Response(drop=True)
        if down:
            return refusal(GoogleError(int(down), reason="backendError"))
        try:
            response = self._google(request)
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            return refusal(GoogleError(500, reason="internalError"))
        delay = self.world.faults.latency(self._name(request))
        if delay:
            await asyncio.sleep(delay)
        return response

    def _google(self, request: Request) -> Response:
        path = request.path
        if path.startswith("/gmail/"):
            return self.api.handle(
                ApiRequest(
                    request.method,
                    path,
                    request.query_string,
                    request.headers.get("authorization", ""),
                    request.body,
                )
            )
        if path in batch.PATHS and request.method == "POST":
            return batch.handle(self.api, request)
        if path.startswith(PREFIXES):
            return self.uploads.handle(request)
        page = PAGES.get((request.method, path))
        if page is not None:
            return page(self.world, request)
        return refusal(
            GoogleError(404, "The requested URL was not found on this server.", reason="notFound")
        )

    def _name(self, request: Request) -> str:
        """What latency is looked up by."""
        if not self.world.faults.settings["latency_by_method"]:
            return ""
        if request.path in batch.PATHS:
            return "batch"
        path = request.path
        for prefix in reversed(PREFIXES):
            path = path.removeprefix(prefix)
        try:
            return self.api.find(request.method, path)[0].id
        except GoogleError:
            return {"/token": "oauth.token", "/revoke": "oauth.revoke"}.get(path, "")


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _read(scope: Scope, receive: Receive) -> Request:
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    client = scope.get("client")
    return Request(
        method=scope["method"],
        path=scope.get("raw_path", scope["path"].encode()).decode("latin-1"),
        query_string=scope["query_string"].decode("latin-1"),
        headers={n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]},
        body=b"".join(chunks),
        peer=client[0] if client else "",
    )


async def _write(response: Response, send: Send) -> None:
    names = {**response.headers}
    if response.status != 204:
        names["content-length"] = str(len(response.body))
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in names.items()],
        }
    )
    await send({"type": "http.response.body", "body": response.body})


async def _cut(scope: Scope, receive: Receive) -> None:
    """Closes the connection without a byte of an answer, and waits until the server has noticed."""
    transport = scope["extensions"]["sandbox.transport"]
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue
