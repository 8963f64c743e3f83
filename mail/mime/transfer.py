"""Content transfer encodings, undone as far as the bytes allow.

CPython's own decoders stop at the first padding, lose text after a soft break that ends in CR, or
refuse; mail is dirtier than that. Each decoder here takes any bytes and runs in linear time.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from mail.mime.model import NoticeBook

_NOT_BASE64 = bytes(
    byte
    for byte in range(256)
    if byte not in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
)
_BLANKS = b" \t\r\n\0"
# A line that is not base64 throughout, and an empty line before it.
_FOREIGN_LINE = re.compile(rb"(?<=[\r\n])[A-Za-z0-9+/=\t ]*+[^A-Za-z0-9+/=\t \r\n]")
_GAP_BEFORE = re.compile(rb"\n[ \t]*\r?\n|\r[ \t]*\r")
_SOFT_BREAK = re.compile(rb"=[ \t]*(?:\r\n|\n|\r|\Z)")
_BAD_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2})")
_UU_BEGIN = re.compile(rb"^begin[ \t]+[0-7]{3,4}[ \t]+([^\r\n]*)", re.MULTILINE)
_LINE_ENDS = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Content:
    """Decoded bytes, and the file name that a uuencoded block carries."""

    data: bytes
    filename: str = ""


def canonical(encoding: str) -> str | None:
    """base64, quoted-printable, uuencode or '' for what a header means; None for unknown ones."""
    plain = re.sub(r"[^a-z0-9]", "", encoding.partition(";")[0].lower()[:60])
    if plain in ("", "7bit", "8bit", "8bits", "7bits", "binary", "plain", "none", "8", "7"):
        return ""
    if plain.startswith(("base64", "b64")):
        return "base64"
    if plain.startswith("quotedprint") or plain == "qp":
        return "quoted-printable"
    if plain in ("uuencode", "xuuencode", "uue", "xuue", "uuencoded", "uu", "xuu"):
        return "uuencode"
    return None


def decode(data: bytes, encoding: str, book: NoticeBook, *, is_text: bool = False) -> Content:
    """``data`` without its transfer encoding; unknown ones are taken as none."""
    kind = canonical(encoding)
    if kind == "base64":
        end = _end_of_base64(data)
        if end < 0:
            return Content(decode_base64(data, book))
        # Mailing lists append their footer in plain text, whatever the encoding of the mail.
        text = decode_base64(data[:end], book)
        return Content(text + b"\r\n" + data[end:] if is_text else text)
    if kind == "quoted-printable":
        return Content(decode_quoted_printable(data, book))
    if kind == "uuencode":
        return decode_uuencode(data, book)
    if kind is None:
        book.add("transfer_unknown", encoding)
    return Content(data)


def _end_of_base64(data: bytes) -> int:
    """Where plain text begins behind base64 that has come to its end; -1 when it does not."""
    foreign = _FOREIGN_LINE.search(data)
    if foreign is None:
        return -1
    before = data[: foreign.start()].rstrip(b" \t\r\n")
    ended = before.endswith(b"=") or _GAP_BEFORE.search(data[len(before) : foreign.start()])
    return foreign.start() if before and ended else -1


def decode_base64(data: bytes, book: NoticeBook | None = None) -> bytes:
    """Base64 with anything strewn in; several padded pieces one after the other are all read."""
    clean = data.translate(None, _NOT_BASE64)
    damaged = len(clean) != len(data.translate(None, _BLANKS))
    out = []
    for piece in clean.split(b"="):
        if not piece:
            continue
        if len(piece) % 4 == 1:  # six bits left over: no byte
            piece = piece[:-1]
            damaged = True
        out.append(binascii.a2b_base64(piece + b"=" * (-len(piece) % 4)))
    if damaged and book is not None:
        book.add("transfer_damaged", "base64")
    return b"".join(out)


def decode_quoted_printable(data: bytes, book: NoticeBook | None = None) -> bytes:
    """Quoted-printable; a bad escape stays as it is written."""
    joined = _SOFT_BREAK.sub(b"", data)
    if book is not None and _BAD_ESCAPE.search(joined):
        book.add("transfer_damaged", "quoted-printable")
    return binascii.a2b_qp(joined)


def decode_uuencode(data: bytes, book: NoticeBook | None = None) -> Content:
    """The first uuencoded block; without one, the data as it is."""
    begin = _UU_BEGIN.search(data)
    if begin is None:
        if book is not None and data.strip():
            book.add("transfer_damaged", "uuencode without begin")
        return Content(data if data.strip() else b"")
    out: list[bytes] = []
    damaged = True
    for line in _LINE_ENDS.split(data[begin.end() :])[1:]:
        if line.rstrip() == b"end":
            damaged = False
            break
        out.append(_uu_line(line))
    if damaged and book is not None:
        book.add("transfer_damaged", "uuencode without end")
    name = begin.group(1).strip()
    try:
        filename = name.decode("utf-8")
    except UnicodeDecodeError:
        filename = name.decode("cp932", "replace")
    return Content(b"".join(out), filename)


def _uu_line(line: bytes) -> bytes:
    if not line:
        return b""
    wanted = (line[0] - 32) & 63
    body = line[1 : 1 + (wanted * 4 + 2) // 3]
    # Trailing blanks, which stand for zero bits, are often lost on the way.
    body = body.ljust(-(-wanted // 3) * 4, b" ")
    return _uu_bits(body)[:wanted]


def _uu_bits(body: bytes) -> bytes:
    out = bytearray()
    for at in range(0, len(body) - 3, 4):
        bits = 0
        for byte in body[at : at + 4]:
            bits = bits << 6 | ((byte - 32) & 63)
        out += bits.to_bytes(3, "big")
    return bytes(out)
