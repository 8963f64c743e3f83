"""Partial answers: `fields=nextPageToken,messages(id,payload/headers)`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from sandbox.errors import GoogleError

Mask = dict[str, Any]  # name -> what is kept below it; empty: everything

_TOKEN = re.compile(r"\s*([A-Za-z0-9_*]+|[,()/])")


@lru_cache(maxsize=256)
def parse(text: str) -> Mask:
    tokens: list[str] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _refused(text)
        tokens.append(match.group(1))
        position = match.end()
    mask, used = _list(tokens, 0, text)
    if used != len(tokens):
        raise _refused(text)
    return mask


def _list(tokens: list[str], position: int, text: str) -> tuple[Mask, int]:
    mask: Mask = {}
    while True:
        position = _path(mask, tokens, position, text)
        if position >= len(tokens) or tokens[position] != ",":
            return mask, position
        position += 1


def _path(mask: Mask, tokens: list[str], position: int, text: str) -> int:
    if position >= len(tokens) or tokens[position] in ",()/":
        raise _refused(text)
    name = tokens[position]
    below: Mask = mask.setdefault(name, {})
    position += 1
    if position < len(tokens) and tokens[position] == "/":
        return _path(below, tokens, position + 1, text)
    if position < len(tokens) and tokens[position] == "(":
        inner, position = _list(tokens, position + 1, text)
        if position >= len(tokens) or tokens[position] != ")":
            raise _refused(text)
        below.update(inner)
        position += 1
    return position


def _refused(text: str) -> GoogleError:
    return GoogleError(
        400,
        "Request contains an invalid argument: Invalid field selection " + text[:80],
        reason="invalidParameter",
        location="fields",
        location_type="parameter",
    )


def apply(mask: Mask, value: Any) -> Any:
    if not mask or mask.get("*") == {}:
        return value
    if isinstance(value, list):
        return [apply(mask, item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, item in value.items():
        below = mask.get(name, mask.get("*"))
        if below is not None:
            found[name] = apply(below, item)
    return found
