"""File names that are safe on every system and still say what the sender called the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from mail.mime.plain import storable

# File systems take 255 bytes; browsers add « (1)» and «.crdownload» to them.
MAX_BYTES = 235

_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE
)
_SEPARATORS = re.compile(r"[/\\]")

EXTENSIONS = {
    "application/ics": "ics",
    "application/msword": "doc",
    "application/pdf": "pdf",
    "application/pgp-encrypted": "asc",
    "application/pgp-signature": "asc",
    "application/pkcs7-mime": "p7m",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-mime": "p7m",
    "application/x-pkcs7-signature": "p7s",
    "application/zip": "zip",
    "audio/mpeg": "mp3",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tif",
    "image/webp": "webp",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/rfc822-headers": "txt",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "video/mp4": "mp4",
}


def safe(name: str) -> str:
    """``name`` without paths, controls, bidi overrides and reserved names; '' when nothing is left.

    Japanese (NFC) and other letters stay; signs that Windows forbids become ``_``.
    """
    name = unicodedata.normalize("NFC", storable(_INVISIBLE.sub("", name[:4096])))
    pieces = [piece.strip() for piece in _SEPARATORS.split(name)]
    named = [piece for piece in pieces if piece.strip(". ")]
    if not named:
        return ""
    name = _FORBIDDEN.sub("_", named[-1]).rstrip(". ")
    if _RESERVED.match(name):
        name = "_" + name
    return _shortened(name)


def _shortened(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or len(extension.encode()) > 16:
        return _cut(name, MAX_BYTES).rstrip(". ")
    return _cut(stem, MAX_BYTES - len(extension.encode()) - 1) + "." + extension


def _cut(text: str, limit: int) -> str:
    """The beginning of a text in so many bytes of UTF-8, no sign cut through."""
    return text.encode()[:limit].decode("utf-8", "ignore")


def distinct(names: Sequence[str]) -> list[str]:
    """The names in their order, repeated ones told apart: ``a.pdf``, ``a (2).pdf``.

    Capitals make no difference to Windows and macOS.
    """
    taken: set[str] = set()
    found = []
    for name in names:
        stem, dot, extension = name.rpartition(".")
        if not stem:
            stem, dot, extension = name, "", ""
        chosen, number = name, 1
        while chosen.casefold() in taken:
            number += 1
            mark = f" ({number}){dot}{extension}"
            chosen = _cut(stem, MAX_BYTES - len(mark.encode())) + mark
        taken.add(chosen.casefold())
        found.append(chosen)
    return found


def invented(content_type: str, part_id: str) -> str:
    """A name for a part without one: ``image-2.png``, ``attachment-1.2.bin``."""
    extension = EXTENSIONS.get(content_type, "bin")
    kind = content_type.partition("/")[0]
    stem = kind if kind in ("image", "audio", "video", "message") else "attachment"
    if content_type in ("text/calendar", "application/ics"):
        stem = "invite"
    elif content_type == "message/delivery-status":
        stem = "delivery-status"
    elif content_type == "text/rfc822-headers":
        stem = "headers"
    return f"{stem}-{part_id}.{extension}" if part_id else f"{stem}.{extension}"
