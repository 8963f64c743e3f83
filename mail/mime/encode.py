"""Headers as they leave: seven bits, folded, and impossible to inject into.

Every value passes through :func:`one_line`, which turns line breaks and controls into spaces, so
nothing that a person types (or a mail brings) can start a header of its own.
"""

from __future__ import annotations

import base64
import re

from mail.mime.addresses import domain_to_ascii
from mail.mime.model import Person
from mail.mime.plain import clean_line

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_TOKEN = re.compile(r"[A-Za-z0-9!#$&+^_.-]{1,100}")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SIMPLE_NAME = re.compile(r"[A-Za-z0-9!#$&+^_. ()@,'-]{1,60}")
# Bytes of UTF-8 in one encoded word: 45 give 60 characters of base64, 72 with the frame.
_WORD_BYTES = 45
_WIDTH = 76
_HARD_WIDTH = 900


def one_line(text: str) -> str:
    """``text`` without line breaks and controls, ends trimmed."""
    return clean_line(text)


def _words(text: str) -> list[str]:
    """Encoded words (RFC 2047) that never cut a character."""
    out: list[str] = []
    piece = bytearray()
    for sign in text:
        encoded = sign.encode("utf-8")
        if len(piece) + len(encoded) > _WORD_BYTES:
            out.append(_word(bytes(piece)))
            piece.clear()
        piece += encoded
    if piece:
        out.append(_word(bytes(piece)))
    return out


def _word(data: bytes) -> str:
    return f"=?UTF-8?B?{base64.b64encode(data).decode('ascii')}?="


def unstructured(name: str, text: str) -> str:
    """A header of free text (Subject and the like), without its last line end."""
    text = one_line(text)
    if text.isascii() and "=?" not in text:
        folded = _fold(f"{name}: {text}")
        if max(len(line) for line in folded.split("\r\n")) <= _HARD_WIDTH:
            return folded
    return f"{name}: " + "\r\n ".join(_words(text))


def _fold(line: str) -> str:
    """Folds at blanks where a line grows longer than 76; blanks are kept as they are."""
    out: list[str] = []
    while len(line) > _WIDTH:
        at = line.rfind(" ", 1, _WIDTH)
        while at > 0 and line[at - 1] == " ":  # a run of blanks folds before its first
            at -= 1
        if not line[:at].strip() or at <= line.find(":") + 1:
            at = line.find(" ", _WIDTH)
            if at < 0 or not line[at:].strip():
                break
        out.append(line[:at])
        line = line[at:]
    return "\r\n".join([*out, line])


def mailbox(person: Person) -> str:
    """One person as it stands in From or To (folded, if the name is long)."""
    address = mail_address(person.address)
    name = " ".join(one_line(person.name).split())
    if not name:
        return f"<{address}>" if not _is_plain(address) else address
    if name.isascii() and "=?" not in name and len(name) <= 60:
        if _ATOMS.fullmatch(name):
            return f"{name} <{address}>"
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    words = _words(name)
    between = " " if len(words) == 1 and len(words[0]) + len(address) < _WIDTH - 12 else "\r\n "
    return "\r\n ".join(words) + f"{between}<{address}>"


def _is_plain(address: str) -> bool:
    return '"' not in address and ".." not in address


def mail_address(address: str) -> str:
    """An address in ASCII. Raises ValueError for what cannot stand in a header."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain:
        raise ValueError(f"not a mail address: {address!r}")
    plain = f"{local}@{domain_to_ascii(domain)}"
    quoted = local.startswith('"') and local.endswith('"') and len(local) > 2
    forbidden = r"[\x00-\x1f\x7f<>\r\n]" if quoted else r"[\x00-\x20\x7f<>()\[\],;:\\\"]"
    if not plain.isascii() or re.search(forbidden, local) or re.search(r"[\s<>,;\"]", domain):
        raise ValueError(f"not a mail address: {address!r}")
    return plain


def mailboxes(name: str, people: tuple[Person, ...]) -> str:
    """A header with a list of people, one a line."""
    return f"{name}: " + ",\r\n ".join(mailbox(person) for person in people)


def parameter(name: str, value: str) -> str:
    """A parameter as continuation lines (RFC 2231), each beginning with ``;``."""
    value = one_line(value)
    if _SIMPLE_NAME.fullmatch(value):
        return f';\r\n {name}="{value}"'
    encoded = [
        chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in value.encode("utf-8")
    ]
    lines: list[str] = []
    line = "UTF-8''"
    for piece in encoded:
        if len(line) + len(piece) > 60:
            lines.append(line)
            line = ""
        line += piece
    lines.append(line)
    if len(lines) == 1:
        return f";\r\n {name}*={lines[0]}"
    return "".join(f";\r\n {name}*{index}*={line}" for index, line in enumerate(lines))


def old_parameter(name: str, value: str) -> str:
    """The same for programs that know no RFC 2231: encoded words in quotes."""
    value = one_line(value)
    if _SIMPLE_NAME.fullmatch(value):
        return f';\r\n {name}="{value}"'
    return f';\r\n {name}="' + "\r\n ".join(_words(value)) + '"'


def content_type(value: str) -> str:
    """A content type of the form x/y; anything else is ``application/octet-stream``."""
    kind, slash, subtype = value.partition(";")[0].strip().lower().partition("/")
    if not (slash and _TOKEN.fullmatch(kind) and _TOKEN.fullmatch(subtype)):
        return "application/octet-stream"
    if kind == "multipart" or (kind == "message" and subtype != "rfc822"):
        return "application/octet-stream"
    return f"{kind}/{subtype}"


def body_base64(data: bytes) -> bytes:
    """Base64 in lines of 76, without a last line end."""
    encoded = base64.b64encode(data)
    return b"\r\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76))


_QP = {
    byte: chr(byte) if (33 <= byte <= 126 and byte != 61) or byte in b" \t" else f"={byte:02X}"
    for byte in range(256)
}


def body_quoted_printable(data: bytes) -> bytes:
    """Quoted-printable of text with CRLF line ends; exact, also without a last line end."""
    return b"\r\n".join(_qp_line(line) for line in data.split(b"\r\n"))


def _qp_line(line: bytes) -> bytes:
    pieces = [_QP[byte] for byte in line]
    if pieces and line[-1:] in (b" ", b"\t"):
        pieces[-1] = f"={line[-1]:02X}"
    if line.startswith(b"From ") or line == b".":  # mbox and SMTP treat these specially
        pieces[0] = f"={line[0]:02X}"
    out: list[str] = []
    width = 0
    for piece in pieces:
        if width + len(piece) > 75:
            out.append("=\r\n")
            width = 0
        out.append(piece)
        width += len(piece)
    return "".join(out).encode("ascii")
