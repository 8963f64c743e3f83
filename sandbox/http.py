"""Requests and responses between the ASGI server and everything else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(slots=True)
class Request:
    method: str
    path: str  # percent-encoded, as it came
    query_string: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    peer: str

    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query_string, keep_blank_values=True)

    def form(self) -> dict[str, str]:
        """A url-encoded body; of a repeated name the last counts, as on Google's endpoints."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False  # close the connection instead of answering

    @classmethod
    def json(
        cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        body = json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "replace")
        return cls(
            status, body, {"content-type": "application/json; charset=UTF-8", **(headers or {})}
        )

    @classmethod
    def html(cls, text: str, status: int = 200) -> Response:
        headers = {
            "content-type": "text/html; charset=UTF-8",
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
        }
        return cls(status, text.encode("utf-8"), headers)

    @classmethod
    def redirect(cls, location: str) -> Response:
        return cls(302, b"", {"location": location, "cache-control": "no-store"})
