"""Many reads in one round trip: Google's multipart/mixed batch, each part an HTTP exchange.

Written by hand, because googleapiclient's batch gives up on the whole answer when one part is
missing or malformed, and parses megabytes with the e-mail parser line by line. A 200 for the
batch says nothing about its parts: each has a status of its own, parts come in any order, and one
that does not come at all has failed. A batch costs its parts' quota; it saves round trips only.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from .errors import GmailError, Unavailable, from_response
from .types import Resource

MAX_PARTS = 100
_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]+)"|([^\s;,"]+))', re.I)
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})\b")
_BLANK = re.compile(rb"\r?\n\r?\n")


class Request(Protocol):
    """What is used of googleapiclient's HttpRequest."""

    @property
    def uri(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def headers(self) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Read:
    """A request for one resource, made after the pattern of another: see `like`."""

    uri: str
    method: str
    headers: dict[str, str]


# In the place of an id: nothing that Gmail or a quoted address contains.
PLACE = "IDENTIFIER-GOES-HERE"


def like(pattern: Request, ids: Sequence[str]) -> list[Read]:
    """The same request for each id; `pattern` was built with `PLACE` for its id.

    googleapiclient takes 40 µs of validation and URI templates for each request it builds: a
    mirror's batches ask the same question a hundred times.
    """
    before, _, after = pattern.uri.partition(PLACE)
    return [
        Read(f"{before}{quote(one, safe='')}{after}", pattern.method, pattern.headers)
        for one in ids
    ]


def compose(requests: Sequence[Request]) -> tuple[bytes, dict[str, str], str]:
    """Body, headers, and the token with which `parse` recognises the answers.

    Only requests without a body: this room batches reads alone, because a write that is lost
    inside a batch cannot be told from one that was never made.
    """
    if not 0 < len(requests) <= MAX_PARTS:
        raise ValueError(f"a batch holds 1 to {MAX_PARTS} requests, not {len(requests)}")
    token = uuid.uuid4().hex
    boundary = f"batch_{token}"
    lines: list[str] = []
    for number, request in enumerate(requests):
        if request.method != "GET":
            raise ValueError(f"only reads are batched, not {request.method}")
        parts = urlsplit(request.uri)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        lines += (
            f"--{boundary}",
            "Content-Type: application/http",
            "Content-Transfer-Encoding: binary",
            f"Content-ID: <{token}-{number}>",
            "",
            f"GET {target} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Accept: application/json",
            "",
            "",
        )
    lines += (f"--{boundary}--", "")
    headers = {
        "content-type": f'multipart/mixed; boundary="{boundary}"',
        "accept": "multipart/mixed, application/json",
        "accept-encoding": "gzip, deflate",
        # Google compresses only for user agents that say so here as well.
        "user-agent": "cloudcallcenter-mail (gzip)",
    }
    return "\r\n".join(lines).encode("ascii"), headers, token


def parse(
    content: bytes, content_type: str, token: str, count: int, *, method: str = ""
) -> list[Resource | GmailError]:
    """One resource or error for each request, in the order of the requests.

    Raises:
        Unavailable: this is no batch answer at all.
    """
    match = _BOUNDARY.search(content_type)
    if "multipart/" not in content_type.lower() or match is None:
        raise Unavailable(
            f"the batch was answered with {content_type[:80] or 'no content type'!r}",
            reason="not_a_batch",
            status=200,
            method=method,
        )
    missing = Unavailable(
        "the batch's answer lacks this part", reason="missing_part", status=200, method=method
    )
    results: list[Resource | GmailError] = [missing] * count
    delimiter = b"\n--" + (match[1] or match[2]).encode("latin-1", "replace")
    for chunk in (b"\n" + content).split(delimiter)[1:]:
        if chunk.startswith(b"--"):
            break
        number = _part_number(chunk, token)
        if number is not None and number < count:
            results[number] = _part(chunk, method)
    return results


def _part_number(chunk: bytes, token: str) -> int | None:
    """Which request a part answers; Google puts `response-` before our Content-ID."""
    blank = _BLANK.search(chunk)
    head = chunk[: blank.start()] if blank else b""
    match = re.search(rb"^content-id:[^\n]*" + token.encode() + rb"-(\d+)\b", head, re.I | re.M)
    return int(match[1]) if match else None


def _part(chunk: bytes, method: str) -> Resource | GmailError:
    malformed = Unavailable(
        "a part of the batch's answer is malformed",
        reason="malformed_part",
        status=200,
        method=method,
    )
    outer = _BLANK.search(chunk)
    if outer is None:
        return malformed
    status_line = _STATUS.match(chunk, outer.end())
    inner = _BLANK.search(chunk, outer.end())
    if status_line is None or inner is None:
        return malformed
    status = int(status_line[1])
    body = chunk[inner.end() :]
    if status != 200:
        return from_response(
            status, _headers(chunk[status_line.end() : inner.start()]), body, method=method
        )
    try:
        resource: Any = json.loads(body)
    except ValueError:
        return malformed
    return resource if isinstance(resource, dict) else malformed


def _headers(block: bytes) -> Mapping[str, str]:
    pairs = (line.partition(":") for line in block.decode("latin-1").splitlines()[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
