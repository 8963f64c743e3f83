"""A large answer that goes straight into a file: one base64 field of a JSON object.

Gmail hands out attachments and raw mails as base64url inside JSON. Read as any other answer, 25 MB
of file are held four times over (bytes, text, the text in the object, the decoded bytes); here a
few hundred kilobytes are, whatever the file's size.

The field is found by its name and the quote that opens its value: inside a JSON string a quote is
always escaped, so that no subject or snippet can pretend to be it.
"""

from __future__ import annotations

import binascii
import json
import re
from typing import Any, Protocol

_ENVELOPE = 1024 * 1024  # what stands beside the field: ids, labels, a snippet
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_ESCAPED = re.compile(rb"\\(?:u00([0-9a-fA-F]{2})|(.))", re.DOTALL)
_LINE_ENDS = b"\r\n"


class Sink(Protocol):
    """Where the bytes go: a file that can be begun again."""

    def write(self, data: bytes, /) -> Any: ...

    def seek(self, offset: int, /) -> Any: ...

    def truncate(self) -> Any: ...


class Base64Field:
    """Takes a JSON object piece by piece and writes one field, decoded, to `sink`.

    Raises:
        ValueError: from `feed` or `finish`, when it is not base64 or the object is none.
    """

    def __init__(self, name: str, sink: Sink) -> None:
        self._name = name
        self._opening = re.compile(rb'"%s"\s*:\s*"' % re.escape(name.encode("ascii")))
        self._sink = sink
        self._around = bytearray()
        self._inside = False
        self._found = False
        self._rest = b""  # of the value: less than an escape or a group of four
        self._padded = False
        self.size = 0

    def feed(self, piece: bytes) -> None:
        if self._inside:
            self._take(piece)
            return
        self._around += piece
        if len(self._around) > _ENVELOPE:
            raise ValueError("more beside the field than Gmail ever sends")
        opened = None if self._found else self._opening.search(self._around)
        if opened is not None:
            self._found = self._inside = True
            value = bytes(self._around[opened.end() :])
            del self._around[opened.end() :]
            self._take(value)

    def finish(self) -> dict[str, Any]:
        """The object without the field's value.

        Raises:
            KeyError: it had no such field.
        """
        if self._inside:
            raise ValueError("the field does not end")
        around = json.loads(bytes(self._around) or b"null")
        if not isinstance(around, dict):
            raise ValueError("no JSON object")
        if not self._found:
            raise KeyError(self._name)
        return around

    def _take(self, piece: bytes) -> None:
        data = self._rest + piece
        quote = data.find(b'"')  # base64 escapes no quote
        if quote >= 0:
            self._around += data[quote:]
            self._inside = False
            data = data[:quote]
        elif (escape := data.rfind(b"\\", max(0, len(data) - 5))) >= 0:
            self._rest = data[escape:]  # an escape that the piece may have cut
            self._decode(data[:escape], last=False)
            return
        self._rest = b""
        self._decode(data, last=quote >= 0)

    def _decode(self, data: bytes, *, last: bool) -> None:
        held, self._rest = self._rest, b""
        if b"\\" in data:
            data = _ESCAPED.sub(_unescaped, data)
        data = data.translate(_URLSAFE, _LINE_ENDS)
        if last:
            data += b"=" * (-len(data) % 4)
        else:
            whole = len(data) - len(data) % 4
            held = data[whole:] + held
            data = data[:whole]
        self._rest = held
        if not data:
            return
        if self._padded:
            raise ValueError("base64 after its padding")
        self._padded = data.endswith(b"=")
        # binascii.Error is a ValueError.
        decoded = binascii.a2b_base64(data, strict_mode=True)
        self._sink.write(decoded)
        self.size += len(decoded)


def _unescaped(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes((int(match[1], 16),))
    return {b"n": b"", b"r": b"", b"t": b""}.get(match[2], match[2])
