"""What a browser may show of a file: told by the file's own bytes, never by what its mail says.

Pictures, text and PDF. Nothing that a browser would run for us: HTML and SVG are downloads, however
they are labelled, and a file that calls itself a picture is none until it begins like one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from mail.mime import charsets
from mail.mime.model import NoticeBook
from mail.raw.source import visible_text

HEAD_BYTES = 4096
TEXT_BYTES = 512 * 1024

_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_TEXT_TYPES = re.compile(
    r"text/(?!html|xml|.*svg)[a-z0-9.+-]+|application/(?:json|x-ndjson|ics|sql|x-sh|toml|yaml)"
    r"|message/[a-z-]+"
)
_TEXT_NAMES = re.compile(
    r"\.(?:txt|text|csv|tsv|log|md|json|ics|vcf|eml|ini|conf|ya?ml|toml|sql|diff|patch)\Z", re.I
)
_PAGES = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?xml)", re.I)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")

Kind = Literal["picture", "pdf", "text", ""]


@dataclass(frozen=True, slots=True)
class Preview:
    """`content_type` is what it may be answered as."""

    kind: Kind
    content_type: str = ""


NONE = Preview("")


def preview_of(head: bytes, *, declared: str, filename: str) -> Preview:
    """What can be shown of a file that begins with `head`."""
    for mark, content_type in _PICTURES:
        if head.startswith(mark):
            return Preview("picture", content_type)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Preview("picture", "image/webp")
    if head.startswith(b"%PDF-"):
        return Preview("pdf", "application/pdf")
    named = _TEXT_TYPES.fullmatch(declared.lower()) or _TEXT_NAMES.search(filename)
    if named and not _is_page(head) and _is_text(head):
        return Preview("text", "text/plain")
    return NONE


def may_be_previewed(*, declared: str, filename: str) -> bool:
    """Before the file is here: whether it is worth offering."""
    kind = declared.lower()
    return bool(
        kind in {content_type for _, content_type in _PICTURES}
        or kind in ("image/webp", "image/jpg", "application/pdf")
        or re.search(r"\.(?:png|jpe?g|gif|webp|pdf)\Z", filename, re.I)
        or _TEXT_TYPES.fullmatch(kind)
        or _TEXT_NAMES.search(filename)
    )


def _is_page(head: bytes) -> bool:
    return _PAGES.search(head[:1024].replace(b"\0", b"")) is not None


def _is_text(head: bytes) -> bool:
    return head.startswith(_WIDE_MARKS) or not _CONTROLS.search(head)


def text_of(data: bytes, charset: str = "") -> tuple[str, str]:
    """The file's text as it can be looked at, and the charset it was read in.

    Args:
        data: the file, or its first `TEXT_BYTES`.
        charset: what a person chose; without one the likeliest.
    """
    if charset and charsets.canonical(charset):
        return visible_text(charsets.decode_as(data, charset)), charset
    decoded = charsets.decode(data, "", NoticeBook())
    return visible_text(decoded.text), decoded.charset
