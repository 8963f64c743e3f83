"""Google's own description of the Gmail API, read as data.

It ships with google-api-python-client; only the JSON file is read, the library is not imported.
From it come the parameters that a method knows, its scopes, and the shape of every request and
answer (validate.py).
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Parameter:
    kind: str  # string integer boolean
    repeated: bool
    enum: frozenset[str]
    format: str


@dataclass(frozen=True, slots=True)
class Method:
    id: str  # "messages.get": without gmail.users.
    http: str
    path: tuple[str, ...]  # after /gmail/v1/users/{userId}/; "*" where an id stands
    parameters: dict[str, Parameter]
    scopes: frozenset[str]
    request: str  # schema names, "" for none
    response: str
    upload: bool
    defaults: dict[str, Any]  # of the parameters that have one; empty lists for repeated ones


@cache
def document() -> dict[str, Any]:
    spec = importlib.util.find_spec("googleapiclient")
    if spec is None or spec.origin is None:
        raise RuntimeError(
            "google-api-python-client is not installed: its discovery document is needed"
        )
    path = Path(spec.origin).parent / "discovery_cache" / "documents" / "gmail.v1.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@cache
def methods() -> dict[str, Method]:
    found: dict[str, Method] = {}
    _walk(document(), found)
    return found


def _walk(resource: dict[str, Any], found: dict[str, Method]) -> None:
    for child in resource.get("resources", {}).values():
        for described in child.get("methods", {}).values():
            method = _method(described)
            found[method.id] = method
        _walk(child, found)


def _method(described: dict[str, Any]) -> Method:
    segments = described["path"].split("/")[4:]  # gmail v1 users {userId}
    shared = document()["parameters"]
    known = {**shared, **described["parameters"]}
    return Method(
        id=described["id"].removeprefix("gmail.users."),
        http=described["httpMethod"],
        path=tuple("*" if segment.startswith("{") else segment for segment in segments),
        parameters={
            name: Parameter(
                kind=spec["type"],
                repeated=spec.get("repeated", False),
                enum=frozenset(spec.get("enum", ())),
                format=spec.get("format", ""),
            )
            for name, spec in known.items()
            if spec["location"] == "query"
        },
        scopes=frozenset(described["scopes"]),
        request=described.get("request", {}).get("$ref", ""),
        response=described.get("response", {}).get("$ref", ""),
        upload="mediaUpload" in described,
        defaults={
            name: [] if spec.get("repeated") else _default(spec)
            for name, spec in known.items()
            if spec["location"] == "query" and (spec.get("repeated") or "default" in spec)
        },
    )


def _default(spec: dict[str, Any]) -> Any:
    text: str = spec["default"]
    if spec["type"] == "integer":
        return int(text)
    return text == "true" if spec["type"] == "boolean" else text
