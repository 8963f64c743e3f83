"""One API call on its way to a handler, and the parameters that came with it, typed."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

from sandbox.discovery import Method, Parameter
from sandbox.errors import GoogleError, invalid
from sandbox.world import World

TRUE = frozenset({"true", "1", "True"})
FALSE = frozenset({"false", "0", "False"})


@dataclass(slots=True)
class Call:
    world: World
    account: str
    args: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    media: bytes | None = None  # an uploaded message

    def limit(self, most: int = 500) -> int:
        wanted: int = self.params["maxResults"]
        return max(1, min(wanted, most))


def read_params(method: Method, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Typed query parameters with their defaults; an unknown one is refused in Google's words."""
    found = dict(method.defaults)
    for name, text in pairs:
        spec = method.parameters.get(name)
        if spec is None:
            raise GoogleError(
                400,
                f'Invalid JSON payload received. Unknown name "{name}": '
                "Cannot bind query parameter. "
                f"Field '{name}' could not be found in request message.",
                reason="badRequest",
            )
        value = _typed(name, spec, text)
        found[name] = [*found[name], value] if spec.repeated else value
    return found


def _typed(name: str, spec: Parameter, text: str) -> Any:
    if spec.kind == "integer":
        if not text.isdigit():
            raise _bad(name, "TYPE_UINT32", text)
        return min(int(text), 2**32 - 1)
    if spec.kind == "boolean":
        if text not in TRUE and text not in FALSE:
            raise _bad(name, "TYPE_BOOL", text)
        return text in TRUE
    if spec.enum and text.lower() not in {choice.lower() for choice in spec.enum}:
        raise _bad(name, "enum", text)
    if spec.format == "uint64" and not text.isdigit():
        raise _bad(name, "TYPE_UINT64", text)
    if spec.enum:
        return next(choice for choice in spec.enum if choice.lower() == text.lower())
    return text


def _bad(name: str, kind: str, text: str) -> GoogleError:
    return GoogleError(
        400, f"Invalid value at '{name}' ({kind}), \"{text[:80]}\"", reason="invalidArgument"
    )


def raw_bytes(call: Call, message: dict[str, Any]) -> bytes:
    """The message that came: uploaded, or as base64 (either alphabet, padded or not) in `raw`."""
    if call.media is not None:
        return call.media
    text = message.get("raw")
    if not text:
        raise invalid(
            "'raw' RFC822 payload message string or uploading message via /upload/* URL required"
        )
    cleaned = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(cleaned + "=" * (-len(cleaned) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid value at 'raw' (TYPE_BYTES), Base64 decoding failed") from error
