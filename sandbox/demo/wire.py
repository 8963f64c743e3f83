"""A MIME writer that does as it is told: header order, folding and boundaries are the mailer's.

The `email` package would tidy everything into one house style; the mail of sixty customers must
not look as if one program had written it.
"""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass, field

from sandbox.demo import charsets

CRLF = b"\r\n"


@dataclass(slots=True)
class Part:
    """A MIME part: `body` of a leaf is already transfer-encoded; a branch has `parts`."""

    headers: list[tuple[str, str]]
    body: bytes = b""
    boundary: str = ""
    parts: list[Part] = field(default_factory=list)
    preamble: str = ""

    def content(self) -> bytes:
        """Return what stands below the blank line."""
        if not self.parts:
            return self.body
        rim = b"--" + self.boundary.encode()
        out = bytearray()
        if self.preamble:
            out += self.preamble.encode() + CRLF + CRLF
        for part in self.parts:
            out += rim + CRLF + part.to_bytes() + CRLF
        return bytes(out + rim + b"--" + CRLF)

    def to_bytes(self) -> bytes:
        """Return headers, blank line and content."""
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return head.encode("ascii") + CRLF + self.content()


def lines(text: str) -> str:
    """Give every line its CRLF."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def base64_lines(data: bytes) -> bytes:
    """Encode in lines of 76 characters."""
    return base64.encodebytes(data).replace(b"\n", CRLF)


def text_part(
    kind: str,
    text: str,
    charset: str,
    transfer: str,
    *,
    extra: str = "",
    quote: bool = True,
) -> Part:
    """Make a text part; `transfer` is 7bit, 8bit, base64 or quoted-printable."""
    data = charsets.encode(lines(text), charset)
    if transfer == "base64":
        body = base64_lines(data)
    elif transfer == "quoted-printable":
        body = lines_of_quoted_printable(data)
    else:
        body = data
    shown = f'"{charset}"' if quote else charset
    return Part(
        [
            ("Content-Type", f"text/{kind}; charset={shown}{extra}"),
            ("Content-Transfer-Encoding", transfer),
        ],
        body.removesuffix(CRLF) if transfer == "base64" else body,
    )


def lines_of_quoted_printable(data: bytes) -> bytes:
    """Encode as quoted-printable, keeping the lines of the text."""
    return CRLF.join(
        quopri.encodestring(line).replace(b"\n", CRLF).replace(b"\r\r", b"\r")
        for line in data.split(CRLF)
    )


def branch(subtype: str, boundary: str, parts: list[Part], extra: str = "") -> Part:
    """Make a multipart with its parts."""
    return Part(
        [("Content-Type", f'multipart/{subtype};{extra}\r\n boundary="{boundary}"')],
        boundary=boundary,
        parts=parts,
    )
