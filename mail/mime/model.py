"""What a mail is once it has been read: plain values that no later layer has to be careful with.

Strings hold no NUL and no lone surrogate (PostgreSQL stores neither), line ends are ``\\n``, and
times are aware. Whatever could not be read faithfully is told by a :class:`Notice`.

Notice codes (``detail`` is for people and logs, in English):

================== ===========================================================================
charset_guessed    no usable charset label; the text was read with the best guess (detail: which)
charset_mismatch   the label does not fit the bytes; read with another charset (detail: both)
charset_damaged    some bytes fit no reading; U+FFFD stands for them
charset_unknown    the label names no charset that we know
esc_restored       ISO-2022-JP whose ESC bytes were lost on the way, put back
escape_residue     escape sequences are left in the text: it was probably garbled before us
transfer_damaged   base64, quoted-printable or uuencode with errors; what was readable is kept
transfer_unknown   a Content-Transfer-Encoding that does not exist; the bytes were taken as they are
header_junk        a line among the headers that is none; left out
header_missing_end no empty line between headers and text
boundary_missing   a multipart without a usable boundary; one was found in the body, or none
boundary_unclosed  a multipart that ends without its closing boundary (often: a truncated mail)
epilogue           text after the last boundary, not shown
too_big, too_deep, too_many_parts, too_many_headers, too_many_addresses: a limit cut reading short
date_missing, date_unreadable, date_without_zone, date_zone_unknown, date_implausible
sender_missing     nobody in From
filename_changed   a file name that was not safe as it stood (detail: the original)
alternative_omitted a third rendering of the same text (AMP, enriched) that is not shown
calendar, tnef, pgp_signed, pgp_encrypted, smime_signed, smime_encrypted: what the mail contains
reading_failed     a fault of ours: nothing could be read; the mail is attached as a file
too_costly         reading took more time or memory than a mail may (see ``bounded``)
payload_malformed  Gmail's resource was not shaped as documented
body_apart         a text that Gmail did not send along; the raw mail has it
================== ===========================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Automatic = Literal["", "auto_reply", "bulk", "bounce"]


@dataclass(frozen=True, slots=True)
class Person:
    """A name (may be empty) and an address (empty when the header had none)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a mail that a person may want to know; ``code`` is listed above."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Headers:
    """The header fields in their order, values decoded for display."""

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """The first value of that name, in any case."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), default)

    def get_all(self, name: str) -> tuple[str, ...]:
        wanted = name.lower()
        return tuple(value for key, value in self.fields if key.lower() == wanted)

    def names(self) -> frozenset[str]:
        """All names in lower case, for several questions at once."""
        return frozenset(key.lower() for key, _ in self.fields)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(key.lower() == name.lower() for key, _ in self.fields)


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """A part that is not the text of the mail.

    ``part_id`` is Gmail's numbering ("0", "1.2"; "" for a mail that is nothing but this part).
    ``payload`` is None where Gmail gave an attachment id in place of the bytes.
    """

    part_id: str
    filename: str
    content_type: str
    size: int
    content_id: str = ""
    inline: bool = False
    payload: bytes | None = None


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A mail as it was read. ``text`` and ``html`` are whole: files apart, nothing is left out."""

    subject: str = ""
    sender: Person | None = None
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    bcc: tuple[Person, ...] = ()
    reply_to: tuple[Person, ...] = ()
    date: datetime | None = None
    text: str = ""
    html: str = ""
    attachments: tuple[ParsedAttachment, ...] = ()
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    headers: Headers = field(default_factory=Headers)
    automatic: Automatic = ""
    notices: tuple[Notice, ...] = ()
    needs_raw: bool = False


class NoticeBook:
    """Collects notices while a mail is read: each (code, detail) once, and not without end."""

    LIMIT = 50

    def __init__(self) -> None:
        self._notices: dict[tuple[str, str], Notice] = {}

    def add(self, code: str, detail: str = "") -> None:
        if len(self._notices) < self.LIMIT:
            self._notices.setdefault((code, detail[:200]), Notice(code, detail[:200]))

    def add_all(self, notices: tuple[Notice, ...]) -> None:
        for notice in notices:
            self.add(notice.code, notice.detail)

    def __contains__(self, code: object) -> bool:
        return any(key[0] == code for key in self._notices)

    def as_tuple(self) -> tuple[Notice, ...]:
        return tuple(self._notices.values())
