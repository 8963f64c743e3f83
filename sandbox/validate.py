"""Checks JSON against the schemas of the discovery document.

Used on every answer before it leaves (a sandbox that lies about Gmail's shapes is worse than none)
and, more leniently, on request bodies as Google does. Checkers are compiled once per schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from sandbox import discovery

Checker = Callable[[Any, str, list[str]], None]

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")
_BYTES = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_UNSIGNED = re.compile(r"[0-9]{1,20}")
_SIGNED = re.compile(r"-?[0-9]{1,19}")
_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
}


def answer_problems(schema: str, value: Any) -> list[str]:
    """What is wrong with an answer; empty when it is as documented."""
    problems: list[str] = []
    checker(schema, strict=True)(value, "", problems)
    return problems


def request_problems(schema: str, value: Any) -> list[str]:
    """What Google would refuse in a request body, in its words."""
    problems: list[str] = []
    checker(schema, strict=False)(value, "", problems)
    return problems


@cache
def checker(schema: str, *, strict: bool) -> Checker:
    spec = discovery.document()["schemas"][schema]
    return _object(spec, strict)


def _compile(spec: dict[str, Any], strict: bool) -> Checker:
    if "$ref" in spec:
        name = spec["$ref"]
        # Looked up when used: MessagePart contains itself.
        return lambda value, path, problems: checker(name, strict=strict)(value, path, problems)
    kind = spec.get("type")
    if kind == "array":
        return _array(_compile(spec["items"], strict))
    if kind == "object":
        return _object(spec, strict)
    if kind == "string":
        return _string(spec, strict)
    if kind in ("integer", "number"):
        return _number(spec, strict)
    if kind == "boolean":
        return _boolean
    return lambda value, path, problems: None


def _object(spec: dict[str, Any], strict: bool) -> Checker:
    fields = {name: _compile(child, strict) for name, child in spec.get("properties", {}).items()}
    anything = "additionalProperties" in spec

    def check(value: Any, path: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            problems.append(f"Invalid value at '{path}' (object): {_short(value)}")
            return
        for name, item in value.items():
            field = fields.get(name)
            if field is not None:
                if item is None and not strict:
                    continue
                field(item, f"{path}.{name}" if path else name, problems)
            elif not anything:
                where = f" at '{path}'" if path else ""
                problems.append(f'Unknown name "{name}"{where}: Cannot find field.')

    return check


def _array(item: Checker) -> Checker:
    def check(value: Any, path: str, problems: list[str]) -> None:
        if not isinstance(value, list):
            problems.append(f"Invalid value at '{path}' (array): {_short(value)}")
            return
        for index, entry in enumerate(value):
            item(entry, f"{path}[{index}]", problems)

    return check


def _string(spec: dict[str, Any], strict: bool) -> Checker:
    format_name = spec.get("format", "")
    enum = frozenset(spec.get("enum", ()))
    pattern = {
        "uint64": _UNSIGNED,
        "int64": _SIGNED,
        "byte": _BASE64URL if strict else _BYTES,
    }.get(format_name)

    def check(value: Any, path: str, problems: list[str]) -> None:
        if not isinstance(value, str):
            if not strict and pattern in (_UNSIGNED, _SIGNED) and type(value) is int:
                return  # JSON numbers are taken for 64-bit fields
            problems.append(f"Invalid value at '{path}' (TYPE_STRING), {_short(value)}")
        elif enum and value not in enum:
            problems.append(f"Invalid value at '{path}' (enum), {_short(value)}")
        elif pattern is not None and not pattern.fullmatch(value):
            if pattern is _BYTES and not strict:
                problems.append(
                    f"Invalid value at '{path}' (TYPE_BYTES), "
                    f"Base64 decoding failed for {_short(value)}"
                )
            else:
                problems.append(f"Invalid value at '{path}' ({format_name}), {_short(value)}")

    return check


def _number(spec: dict[str, Any], strict: bool) -> Checker:
    low, high = _RANGES.get(spec.get("format", ""), (None, None))
    whole = spec.get("type") == "integer"

    def check(value: Any, path: str, problems: list[str]) -> None:
        if not strict and isinstance(value, str) and _SIGNED.fullmatch(value):
            value = int(value)
        good = type(value) is int or (not whole and type(value) is float)
        if not good or (low is not None and high is not None and not low <= value <= high):
            problems.append(f"Invalid value at '{path}' (TYPE_INT32), {_short(value)}")

    return check


def _boolean(value: Any, path: str, problems: list[str]) -> None:
    if not isinstance(value, bool):
        problems.append(f"Invalid value at '{path}' (TYPE_BOOL), {_short(value)}")


def _short(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
