"""Header blocks, encoded words, parameters and addresses, read tolerantly and in linear time.

The API hands header values out decoded (RFC 2047) and unfolded; the raw message keeps them as they
were.
"""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from sandbox import charsets

Headers = list[tuple[str, bytes]]

_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.M)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)')


class Address(NamedTuple):
    name: str
    address: str


def split(raw: bytes, start: int = 0, end: int | None = None) -> tuple[Headers, int]:
    """The header fields of `raw[start:end]`, and where the body begins."""
    end = len(raw) if end is None else end
    if raw.startswith((b"\n", b"\r\n"), start):
        return [], start + (1 if raw[start] == 0x0A else 2)
    head_end, body = _head_end(raw, start, end)
    head = raw[start:head_end]
    fields = [
        (name.decode("ascii"), _FOLD.sub(b"", value).strip(b" \t\r\n"))
        for name, value in _FIELD.findall(head)
    ]
    return fields, body


def _head_end(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the fields end and the body begins, at the first empty line of either kind."""
    found = raw.find(b"\n\r\n", start, end)
    limit = end if found < 0 else found + 1
    bare = raw.find(b"\n\n", start, limit)
    if bare >= 0:
        return bare, bare + 2
    return (end, end) if found < 0 else (found, found + 3)


def first(fields: Headers, name: str) -> bytes:
    name = name.lower()
    for key, value in fields:
        if key.lower() == name:
            return value
    return b""


def decode(value: bytes) -> str:
    """A header value as text, encoded words decoded."""
    if value.isascii() and b"\x1b" not in value:
        text = value.decode("ascii")
    else:
        text = charsets.decode(value, "")
    return decode_words(text) if "=?" in text else text


def decode_words(text: str) -> str:
    """RFC 2047; neighbouring words are joined as bytes, since mailers cut characters in two."""
    out: list[str] = []
    position = 0
    pending = b""
    charset = ""
    for match in _WORD.finditer(text):
        between = text[position : match.start()]
        name = match.group(1).split("*")[0].lower()
        data = _word_bytes(match.group(2), match.group(3))
        if position and not between.strip():
            if name == charset:
                pending += data
            else:
                out.append(charsets.decode(pending, charset))
                pending, charset = data, name
        else:
            if charset:
                out.append(charsets.decode(pending, charset))
            out.append(between)
            pending, charset = data, name
        position = match.end()
    if charset:
        out.append(charsets.decode(pending, charset))
    out.append(text[position:])
    return "".join(out)


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8")
    if encoding in "bB":
        return decode_base64(data)
    return binascii.a2b_qp(data, header=True)


def decode_base64(data: bytes) -> bytes:
    """Base64 (either alphabet) with whatever does not belong there left out."""
    if b"-" in data or b"_" in data:
        data = data.replace(b"-", b"+").replace(b"_", b"/")
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        if len(kept) % 4 == 1:
            kept = kept[:-1]
        return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """`text/plain; name*0*=utf-8''…` to the value (lower case) and its parameters (RFC 2231)."""
    text = charsets.decode(value, "")
    main = text.split(";", 1)[0].strip().lower()
    found: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(text):
        key, item = match.group(1).lower(), match.group(2).strip()
        if item.startswith('"'):
            item = re.sub(r"\\(.)", r"\1", item[1:].removesuffix('"'))
        name, star, rest = key.partition("*")
        if not star:
            found.setdefault(key, decode_words(item) if "=?" in item else item)
        else:
            number = rest.rstrip("*")
            pieces.setdefault(name, []).append(
                (int(number) if number.isdigit() else 0, rest.endswith("*") or not rest, item)
            )
    for name, parts in pieces.items():
        found[name] = _join_2231(sorted(parts))
    return main, found


def _join_2231(parts: list[tuple[int, bool, str]]) -> str:
    charset = ""
    data = b""
    for index, (_, extended, item) in enumerate(parts):
        if extended:
            if index == 0 and item.count("'") >= 2:
                charset, _, item = item.split("'", 2)
            data += unquote_to_bytes(item)
        else:
            data += item.encode("utf-8")
    return charsets.decode(data, charset)


def people(fields: Headers, name: str) -> list[Address]:
    """The mailboxes of every such field; split before decoding, as names may hold commas."""
    text = ", ".join(
        charsets.decode(value, "") for key, value in fields if key.lower() == name.lower()
    )
    return [Address(decode_words(entry.name), entry.address) for entry in addresses(text)]


def addresses(text: str) -> list[Address]:
    """Every mailbox of an address header; groups are flattened, what has no @ is left out."""
    found = []
    for chunk in _split_commas(text):
        address = _one_address(chunk)
        if address is not None:
            found.append(address)
    return found


def _split_commas(text: str) -> list[str]:
    chunks: list[str] = []
    current: list[str] = []
    quoted = False
    comment = angle = 0
    skip = False
    for char in text:
        if skip:
            skip = False
        elif char == "\\" and (quoted or comment):
            skip = True
        elif quoted:
            quoted = char != '"'
        elif comment:
            comment += (char == "(") - (char == ")")
        elif char == '"':
            quoted = True
        elif char == "(":
            comment = 1
        elif char == "<":
            angle += 1
        elif char == ">":
            angle = 0
        elif char == ":" and not angle:
            current = []  # a group's name
            continue
        elif char in ",;" and not angle:
            chunks.append("".join(current))
            current = []
            continue
        current.append(char)
    chunks.append("".join(current))
    return chunks


def _one_address(chunk: str) -> Address | None:
    chunk = chunk.strip()
    start = chunk.rfind("<")
    if start >= 0:
        address = chunk[start + 1 :].split(">", 1)[0]
        name = chunk[:start].strip()
    else:
        address = re.sub(r"\([^()]*\)", "", chunk)
        comment = re.search(r"\(([^()]*)\)", chunk)
        name = comment.group(1) if comment else ""
    address = re.sub(r"\s", "", address)
    if "@" not in address[1:]:
        return None
    if name.startswith('"'):
        name = re.sub(r"\\(.)", r"\1", name[1:].removesuffix('"'))
    return Address(name.strip(), address)
