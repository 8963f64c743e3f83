"""The tree of parts that both sources share: raw bytes, and Gmail's ``format=full`` resource.

A :class:`Part` has its headers read and its transfer encoding undone; what it is good for (text,
file) is decided in ``bodies``, the same way for both sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mail.mime import charsets, params, split, transfer
from mail.mime.model import NoticeBook

Fields = list[tuple[str, str]]


@dataclass(slots=True)
class Part:
    """A part with its headers read. ``body`` is None for multiparts and for bytes left at Gmail."""

    part_id: str
    fields: Fields
    content_type: str = ""
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    filename: str = ""
    body: bytes | None = None
    size: int = 0
    children: list[Part] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        return self.content_type.startswith("multipart/") and self.body is None

    def header(self, name: str) -> str:
        return first(self.fields, name)

    def walk(self) -> Iterator[Part]:
        """This part and all below, in their order, without recursion."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


def first(fields: Fields, name: str) -> str:
    """The first value of that name; '' for none."""
    wanted = name.lower()
    return next((value for key, value in fields if key.lower() == wanted), "")


def every(fields: Fields, name: str) -> list[str]:
    wanted = name.lower()
    return [value for key, value in fields if key.lower() == wanted]


def describe(part: Part, *, in_digest: bool, book: NoticeBook, named: str = "") -> None:
    """Fills in content type, disposition and file name from the part's headers."""
    content = params.parse(part.header("Content-Type"), book)
    disposition = params.parse(part.header("Content-Disposition"), book)
    part.params = content.params
    part.content_type = _plausible(content.value)
    part.disposition = disposition.value
    part.filename = (
        disposition.params.get("filename")
        or disposition.params.get("name")
        or content.params.get("name")
        or content.params.get("filename")
        or named
    )
    if not part.content_type:
        part.content_type = "message/rfc822" if in_digest else "text/plain"
        if content.value and part.filename:
            part.content_type = "application/octet-stream"


def _plausible(value: str) -> str:
    """A content type of the form x/y, else ''. Some programs write only ``text`` or ``html``."""
    kind, slash, subtype = value.partition("/")
    kind, subtype = kind.strip(), subtype.split(" ")[0].strip()
    if slash and kind and subtype and value.isascii():
        return f"{kind}/{subtype}"
    return {"text": "text/plain", "html": "text/html", "multipart": ""}.get(kind, "")


def from_raw(root: split.RawPart, book: NoticeBook, *, charset: str = "") -> Part:
    """The tree of a raw mail. Raw 8-bit headers are read by the charset that the mail declares.

    ``charset`` overrules that (and what the bytes look like).
    """

    def read_header(value: bytes) -> str:
        if charset and not value.isascii():
            return charsets.decode_as(value, charset)
        return charsets.decode_header(value, book, hint=hint)

    hint = _declared_charset(root)
    top = _from_raw(root, read_header, book)
    waiting = [(root, top)]
    while waiting:
        raw, part = waiting.pop()
        for child in raw.children:
            made = _from_raw(child, read_header, book)
            part.children.append(made)
            waiting.append((child, made))
    return top


def _from_raw(raw: split.RawPart, read_header: Callable[[bytes], str], book: NoticeBook) -> Part:
    fields = [(name, read_header(value)) for name, value in raw.block.fields]
    part = Part(raw.part_id, fields)
    describe(part, in_digest=raw.in_digest, book=book)
    if raw.body is None:
        part.content_type = raw.content.value
        return part
    if part.content_type.startswith("multipart/") and not raw.is_multipart:
        part.content_type = "text/plain"  # a multipart in which there was no part
    is_text = part.content_type.startswith("text/") and not part.disposition.startswith("attach")
    encoding = part.header("Content-Transfer-Encoding")
    content = transfer.decode(raw.body, encoding, book, is_text=is_text)
    part.body, part.size = content.data, len(content.data)
    part.filename = part.filename or content.filename
    return part


def _declared_charset(root: split.RawPart) -> str:
    waiting = [root]
    while waiting:
        raw = waiting.pop()
        charset = raw.content.params.get("charset", "")
        if charset and charsets.canonical(charset) not in ("us-ascii", "utf-8", "", None):
            return charset
        waiting.extend(reversed(raw.children))
    return ""
