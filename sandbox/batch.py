"""/batch: up to 100 calls in one multipart/mixed request, each with an answer of its own inside a
200.

The answers stand in the order of the calls. The outer Authorization counts for every part that has
none. Parsing is by hand because `email` would cost more than the calls themselves.
"""

from __future__ import annotations

import http
import re
import secrets
from functools import lru_cache

from sandbox.errors import GoogleError
from sandbox.http import Request, Response
from sandbox.rest import Api, ApiRequest, refusal

MOST_CALLS = 100
PATHS = frozenset({"/batch", "/batch/gmail/v1"})

_BOUNDARY = re.compile(r'boundary\s*=\s*"?([^";]+)"?', re.I)
_CONTENT_ID = re.compile(rb"^content-id:[ \t]*(.*?)[ \t]*\r?$", re.I | re.M)
_AUTHORIZATION = re.compile(rb"^authorization:[ \t]*(.*?)[ \t]*\r?$", re.I | re.M)
_BLANK = re.compile(rb"\r?\n\r?\n")
_REASONS = {status.value: status.phrase for status in http.HTTPStatus}


def handle(api: Api, request: Request) -> Response:
    fault = api.world.faults.before("batch", part=False)
    if fault is not None:
        return refusal(fault)
    match = _BOUNDARY.search(request.headers.get("content-type", ""))
    if match is None:
        return refusal(_failed("Failed to parse batch request, error: no boundary."))
    chunks = (b"\r\n" + request.body).split(b"\n--" + match.group(1).strip().encode("latin-1"))
    outer = request.headers.get("authorization", "")
    chunks = [chunk for chunk in chunks[1:] if not chunk.startswith(b"--")]
    if not chunks:
        return refusal(_failed("Failed to parse batch request, error: 0 items."))
    if len(chunks) > MOST_CALLS:
        return refusal(_failed(f"The batch request has more than {MOST_CALLS} calls."))
    boundary = b"batch_" + secrets.token_urlsafe(24).encode()
    out: list[bytes] = []
    for chunk in chunks:
        content_id, answer = _one(api, chunk.rstrip(b"\r"), outer)
        if answer.drop:
            return answer
        out.append(
            b"--" + boundary + b"\r\nContent-Type: application/http\r\n" + content_id + b"\r\n"
        )
        out.append(_inner(answer))
    out.append(b"--" + boundary + b"--\r\n")
    return Response(
        200, b"".join(out), {"content-type": "multipart/mixed; boundary=" + boundary.decode()}
    )


def _one(api: Api, chunk: bytes, outer: str) -> tuple[bytes, Response]:
    pieces = _BLANK.split(chunk, 2)
    match = _CONTENT_ID.search(pieces[0])
    content_id = b""
    if match is not None:
        content_id = b"Content-ID: <response-" + match.group(1).strip(b"<>") + b">\r\n"
    if len(pieces) < 2:
        return content_id, refusal(_failed("Failed to parse batch request, error: an empty item."))
    line, _, rest = pieces[1].lstrip(b"\r\n").partition(b"\n")
    words = line.decode("latin-1").split()
    if len(words) < 2:
        return content_id, refusal(
            _failed("Failed to parse batch request, error: no request line.")
        )
    target = words[1]
    if "://" in target:
        target = "/" + target.split("://", 1)[1].partition("/")[2]
    path, _, query_string = target.partition("?")
    if path.startswith(("/upload/", "/batch")):
        return content_id, refusal(_failed("Media uploads and batches cannot be batched."))
    own = _AUTHORIZATION.search(rest)
    answer = api.handle(
        ApiRequest(
            words[0],
            path,
            query_string,
            own.group(1).decode("latin-1") if own else outer,
            pieces[2] if len(pieces) > 2 else b"",
            part=True,
        )
    )
    return content_id, answer


def _inner(answer: Response) -> bytes:
    length = b"" if answer.status == 204 else b"Content-Length: %d\r\n" % len(answer.body)
    head = _head(answer.status, tuple(answer.headers.items()))
    return head + length + b"\r\n" + answer.body + b"\r\n"


@lru_cache(maxsize=64)
def _head(status: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}\r\n"]
    lines += [f"{name.title()}: {value}\r\n" for name, value in headers]
    return "".join(lines).encode("latin-1")


def _failed(message: str) -> GoogleError:
    return GoogleError(400, message, reason="badRequest")
