"""The `payload` of a message as `format=full` shows it, and its short-lived attachment ids.

Text parts come as UTF-8 whatever the part's own header goes on saying (a client that decodes by the
header garbles every ISO-2022-JP mail). A part with a file name or that is no text has an attachment
id instead of data; so has a very large text.

The rendered JSON is cached with marks where attachment ids belong, because every answer gets fresh
ones: they are long signed tokens that stop working after some minutes, and no two answers carry the
same.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import re
import struct
from collections import OrderedDict
from typing import Any

from sandbox import headers, mime
from sandbox.errors import invalid

# Cannot occur in rendered JSON otherwise: the process draws it anew.
_MARK = "attachment-" + os.urandom(12).hex() + ":"
_MARKED = re.compile(_MARK.encode() + rb"([0-9.]*)")
_HEAD = struct.Struct(">QI")
_SIGNATURE = 16
_FILLER = 192  # real ids are several hundred characters long
CACHE_BYTES = 32 * 1024 * 1024


class PayloadCache:
    """Least recently used payloads, bounded by size."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self.limit = limit
        self.clear()

    def clear(self) -> None:
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._size = 0

    def get(self, message: int) -> bytes | None:
        found = self._kept.get(message)
        if found is not None:
            self._kept.move_to_end(message)
        return found

    def put(self, message: int, payload: bytes) -> None:
        if len(payload) > self.limit // 8:
            return
        self._kept[message] = payload
        self._size += len(payload)
        while self._size > self.limit:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped)

    def drop(self, message: int) -> None:
        found = self._kept.pop(message, None)
        if found is not None:
            self._size -= len(found)


quoted = json.encoder.encode_basestring  # a JSON string, everything but controls left as it is


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def render(raw: bytes, large_text: int) -> bytes:
    """JSON of the payload with marks instead of attachment ids.

    Written as text rather than through a dictionary: the bodies need no escaping, and escaping them
    would be most of the cost.
    """
    out: list[str] = []
    _part(out, mime.parse(raw), large_text)
    return "".join(out).encode("utf-8", "replace")


def _part(out: list[str], part: mime.Part, large_text: int) -> None:
    out.append(
        f'{{"partId":"{part.part_id}","mimeType":{quoted(part.mime_type)},'
        f'"filename":{quoted(part.filename)},"headers":['
    )
    out.append(
        ",".join(
            f'{{"name":{quoted(name)},"value":{quoted(headers.decode(value))}}}'
            for name, value in part.fields
        )
    )
    out.append('],"body":' + _body(part, large_text))
    if part.children:
        out.append(',"parts":[')
        for index, child in enumerate(part.children):
            if index:
                out.append(",")
            _part(out, child, large_text)
        out.append("]")
    out.append("}")


def _body(part: mime.Part, large_text: int) -> str:
    if part.mime_type.startswith("multipart/"):
        return '{"size":0}'
    if part.is_attachment:
        size = len(part.content())
        return f'{{"attachmentId":"{_MARK}{part.part_id}","size":{size}}}'
    text = part.text().encode("utf-8", "replace")
    if len(text) > large_text:
        return f'{{"attachmentId":"{_MARK}{part.part_id}","size":{len(text)}}}'
    if not text:
        return '{"size":0}'
    return f'{{"size":{len(text)},"data":"{base64.urlsafe_b64encode(text).decode("ascii")}"}}'


def metadata(raw: bytes, wanted: list[str]) -> dict[str, Any]:
    """The payload of `format=metadata`: headers only, all of them or the wanted ones."""
    root = mime.parse(raw)
    names = {name.lower() for name in wanted}
    return {
        "partId": "",
        "mimeType": root.mime_type,
        "headers": [
            {"name": name, "value": headers.decode(value)}
            for name, value in root.fields
            if not names or name.lower() in names
        ],
    }


def with_attachment_ids(payload: bytes, secret: bytes, message: int, expires: float) -> bytes:
    if _MARK.encode() not in payload:
        return payload
    return _MARKED.sub(
        lambda match: attachment_id(secret, message, match.group(1).decode(), expires), payload
    )


def attachment_id(secret: bytes, message: int, part_id: str, expires: float) -> bytes:
    told = _HEAD.pack(message, int(expires)) + os.urandom(_FILLER) + part_id.encode()
    signature = hmac.digest(secret, told, "sha256")[:_SIGNATURE]
    return b"ANGjdJ" + base64.urlsafe_b64encode(signature + told).rstrip(b"=")


def read_attachment_id(secret: bytes, message: int, token: str, now: float) -> str:
    """The part id behind a token; refuses a forged, foreign or expired one."""
    refused = invalid("Invalid attachment token")
    if not token.startswith("ANGjdJ"):
        raise refused
    body = token[6:]
    try:
        data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError) as error:
        raise refused from error
    signature, told = data[:_SIGNATURE], data[_SIGNATURE:]
    if not hmac.compare_digest(signature, hmac.digest(secret, told, "sha256")[:_SIGNATURE]):
        raise refused
    owner, expires = _HEAD.unpack_from(told)
    if owner != message or expires < now:
        raise refused
    return told[_HEAD.size + _FILLER :].decode()


def attachment_data(raw: bytes, part_id: str) -> bytes | None:
    """What `attachments.get` hands out: large texts as UTF-8 like the inline ones, files as they
    are.
    """
    part = mime.parse(raw).find(part_id)
    if part is None:
        return None
    if part.is_attachment:
        return part.content()
    return part.text().encode("utf-8", "replace")
