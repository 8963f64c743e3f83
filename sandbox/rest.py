"""One API call from its address to its answer: faults, token, parameters, quota, handler, check of
the answer.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from sandbox import (
    discovery,
    drafts,
    fields,
    history,
    labels,
    messages,
    settings,
    threads,
    tokens,
    validate,
)
from sandbox.call import Call, read_params
from sandbox.discovery import Method
from sandbox.errors import GoogleError, insufficient_scopes
from sandbox.http import Response
from sandbox.payload import dumps
from sandbox.world import World

logger = logging.getLogger("sandbox")

PREFIX = "/gmail/v1/users/"
JSON_HEADERS = {
    "content-type": "application/json; charset=UTF-8",
    "cache-control": "private",
    "vary": "Origin, X-Origin, Referer",
}

EMPTY_HEADERS = {name: value for name, value in JSON_HEADERS.items() if name != "content-type"}

Handler = Callable[[Call], dict[str, Any] | bytes | None]
HANDLERS: dict[str, Handler] = {
    "getProfile": settings.profile,
    "watch": settings.watch,
    "stop": settings.stop,
    "messages.list": messages.list_,
    "messages.get": messages.get,
    "messages.send": messages.send,
    "messages.insert": messages.insert,
    "messages.import": messages.import_,
    "messages.modify": messages.modify,
    "messages.batchModify": messages.batch_modify,
    "messages.batchDelete": messages.batch_delete,
    "messages.trash": messages.trash,
    "messages.untrash": messages.untrash,
    "messages.delete": messages.delete,
    "messages.attachments.get": messages.attachment,
    "threads.list": threads.list_,
    "threads.get": threads.get,
    "threads.modify": threads.modify,
    "threads.trash": threads.trash,
    "threads.untrash": threads.untrash,
    "threads.delete": threads.delete,
    "drafts.list": drafts.list_,
    "drafts.get": drafts.get,
    "drafts.create": drafts.create,
    "drafts.update": drafts.update,
    "drafts.send": drafts.send,
    "drafts.delete": drafts.delete,
    "labels.list": labels.list_,
    "labels.get": labels.get,
    "labels.create": labels.create,
    "labels.patch": labels.patch,
    "labels.update": labels.update,
    "labels.delete": labels.delete,
    "history.list": history.list_,
    "settings.sendAs.list": settings.send_as_list,
    "settings.sendAs.get": settings.send_as_get,
}


@dataclass(slots=True)
class ApiRequest:
    """A call of its own or a part of a batch."""

    http: str
    path: str
    query_string: str
    authorization: str
    body: bytes = b""
    part: bool = False
    media: bytes | None = None
    upload: bool = False


class Api:
    def __init__(self, world: World) -> None:
        self.world = world
        self._routes = {(m.http, m.path): m for m in discovery.methods().values()}

    def find(self, http: str, path: str) -> tuple[Method, str, tuple[str, ...]]:
        """(method, user id, ids in the path)."""
        if not path.startswith(PREFIX):
            raise GoogleError(404, "Method not found.", reason="notFound")
        user, *rest = path[len(PREFIX) :].split("/")
        for wild in _shapes(len(rest)):
            shape = tuple("*" if index in wild else segment for index, segment in enumerate(rest))
            method = self._routes.get((http, shape))
            if method is not None:
                return method, unquote(user), tuple(unquote(rest[index]) for index in wild)
        raise GoogleError(404, "Method not found.", reason="notFound")

    def handle(self, request: ApiRequest) -> Response:
        """Never raises; what goes wrong inside is a 500 as at Google, and stands in our log."""
        name, account, units = "unknown", "", 0
        reason = ""
        world = self.world
        try:
            method, user, args = self.find(request.http, request.path)
            name = method.id
            fault = world.faults.before(name, part=request.part)
            if fault is not None:
                raise fault
            token = tokens.identify(world, request.authorization, request.query_string)
            account = token.account
            if user not in ("me", account) and user.lower() != account:
                raise GoogleError(403, f"Delegation denied for {account}", reason="forbidden")
            if not method.scopes & token.scopes:
                raise insufficient_scopes()
            if request.upload and not method.upload:
                raise GoogleError(404, "Method not found.", reason="notFound")
            call = self._call(method, request, account, args)
            quota = world.faults.settings["quota"]
            units = world.quota.cost(quota, name)
            world.quota.spend(quota, account, token.client_id, units, world.clock.now())
            response = self._answer(method, call, request)
        except GoogleError as error:
            reason = error.reason
            response = refusal(error)
        except Exception:
            logger.exception("%s %s failed", request.http, request.path)
            reason = "internalError"
            response = refusal(GoogleError(500, reason="internalError"))
        world.log.add(
            world.clock.now(),
            name,
            0 if response.drop else response.status,
            account,
            reason,
            part=request.part,
            units=units,
            path=request.path,
        )
        return response

    def _call(
        self, method: Method, request: ApiRequest, account: str, args: tuple[str, ...]
    ) -> Call:
        params = dict(_params(method.id, request.query_string))
        if params["alt"] != "json":
            raise GoogleError(400, "Only alt=json is served here.", reason="badRequest")
        body: dict[str, Any] = {}
        if request.body and method.http != "GET":
            try:
                body = json.loads(request.body)
            except ValueError as error:
                raise GoogleError(
                    400, "Invalid JSON payload received. Parse error.", reason="parseError"
                ) from error
            if method.request:
                problems = validate.request_problems(method.request, body)
                if problems:
                    raise GoogleError(
                        400, f"Invalid JSON payload received. {problems[0]}", reason="badRequest"
                    )
        return Call(self.world, account, args, params, body, request.media)

    def _answer(self, method: Method, call: Call, request: ApiRequest) -> Response:
        handler = HANDLERS.get(method.id)
        if handler is None:
            raise GoogleError(
                501, f"{method.id} is not part of the sandbox.", reason="notImplemented"
            )
        if method.http == "GET":
            result = handler(call)
        else:
            with self.world.store.transaction():
                result = handler(call)
        after = self.world.faults.after(method.id)
        if after.drop:
            return Response(drop=True)
        if after.error is not None:
            raise after.error
        if result is None:
            return Response(204, b"", EMPTY_HEADERS)
        body = result if isinstance(result, bytes) else dumps(result)
        mask = call.params.get("fields")
        if mask:
            body = dumps(fields.apply(fields.parse(mask), json.loads(body)))
        if self.world.validate:
            problems = check_answer(method, body)
            if problems:
                return invalid_answer(method, problems)
        return Response(200, body, JSON_HEADERS)


@lru_cache(maxsize=512)
def _params(method_id: str, query_string: str) -> dict[str, Any]:
    """Kept, because the parts of a batch mostly ask alike. The caller copies it."""
    pairs = parse_qsl(query_string, keep_blank_values=True)
    return read_params(discovery.methods()[method_id], pairs)


def check_answer(method: Method, body: bytes) -> list[str]:
    """What the discovery document has against this answer."""
    if not method.response:
        return [f"{method.id} must answer without a body"]
    return validate.answer_problems(method.response, json.loads(body))


def invalid_answer(method: Method, problems: list[str]) -> Response:
    """A mistake of the sandbox itself; loud, with a status that no client knows."""
    logger.error("answer of %s is not as documented: %s", method.id, "; ".join(problems[:5]))
    error = {
        "code": 599,
        "message": f"sandbox: invalid answer of {method.id}",
        "details": problems[:20],
    }
    return Response.json({"error": error}, status=599)


def refusal(error: GoogleError) -> Response:
    return Response.json(error.body(), error.status, error.headers)


_SHAPES: dict[int, list[tuple[int, ...]]] = {
    1: [()],
    2: [(), (1,)],
    3: [(1,), (), (2,)],
    4: [(1, 3), (2,), ()],
}


def _shapes(length: int) -> list[tuple[int, ...]]:
    """Which path segments may be ids, most literal reading first."""
    return _SHAPES.get(length, [])
