"""``parse_payload``: a mail from Gmail's ``format=full`` resource instead of raw bytes.

Gmail's quirks: bodies come base64url-encoded and as UTF-8, while the Content-Type still names the
charset that the mail was sent in; transfer encodings are already undone; header values are mostly
as sent (RFC 2047), sometimes decoded; a part with a file name has an ``attachmentId`` in place of
its bytes; an enclosed mail has parts of its own, which are not this mail's.

What Gmail could not read is lost in this form. ``needs_raw`` says that the raw mail is worth its
price: U+FFFD, left-over escape sequences, or text that looks read in the wrong charset.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mail.mime import bodies, charsets, guess, iso2022jp, japanese, transfer, tree, words
from mail.mime.assemble import assemble
from mail.mime.limits import DEFAULT_LIMITS, Limits
from mail.mime.model import NoticeBook, ParsedMessage
from mail.mime.reader import unread
from mail.mime.tree import Part

logger = logging.getLogger(__name__)

_STRAY_ESCAPES = re.compile(r"\x1b|\$[B@](?:[!-~]{2}){2,200}?\([BJ]")
_SURE = 0.75

Json = Mapping[str, Any]


def parse_payload(resource: Json, *, limits: Limits = DEFAULT_LIMITS) -> ParsedMessage:
    """The mail in a message resource, or in its ``payload`` alone; whatever it holds."""
    try:
        return _parse(resource, limits)
    except Exception as error:
        # A fault of ours must not lose a mail, nor stop the mails behind it.
        logger.exception("a message resource could not be read")
        return unread(error, None)


def _parse(resource: Json, limits: Limits) -> ParsedMessage:
    book = NoticeBook()
    payload: object = resource.get("payload", resource)
    if not isinstance(payload, Mapping):
        book.add("payload_malformed", "no payload")
        payload = {}
    reader = _Reader(book, limits)
    root = reader.read_tree(payload)
    return assemble(
        root,
        read_text=reader.read_text,
        book=book,
        limits=limits,
        needs_raw=lambda parsed: reader.needs_raw or _looks_garbled(parsed),
    )


def part_of(resource: Json, part_id: str) -> Json | None:
    """The part of a message resource with that ``partId``: where its attachment id stands today."""
    payload = resource.get("payload", resource)
    parts = _walk(payload, DEFAULT_LIMITS, NoticeBook())
    return next((part for number, part, _ in parts if number == part_id), None)


def _walk(payload: Json, limits: Limits, book: NoticeBook) -> Iterator[tuple[str, Json, str]]:
    """(part id, part, its parent's id) from the top down; enclosed mails stay closed."""
    waiting: list[tuple[str, Json, str, int]] = [(_text(payload.get("partId")), payload, "", 0)]
    count = 0
    while waiting:
        number, part, parent, depth = waiting.pop()
        yield number, part, parent
        count += 1
        children = part.get("parts")
        kind = _text(part.get("mimeType")).lower()
        if not isinstance(children, list) or not kind.startswith("multipart/"):
            continue
        if depth >= limits.depth:
            book.add("too_deep", str(limits.depth))
            continue
        if count + len(waiting) + len(children) > limits.parts:
            book.add("too_many_parts", str(limits.parts))
            children = children[: max(0, limits.parts - count - len(waiting))]
        for index in range(len(children) - 1, -1, -1):
            if isinstance(children[index], Mapping):
                own = _text(children[index].get("partId"))
                made = f"{number}.{index}" if number else str(index)
                waiting.append((own or made, children[index], number, depth + 1))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class _Reader:
    def __init__(self, book: NoticeBook, limits: Limits) -> None:
        self.book, self.limits = book, limits
        self.needs_raw = False

    def read_tree(self, payload: Json) -> Part:
        by_number: dict[str, Part] = {}
        root: Part | None = None
        for number, resource, parent in _walk(payload, self.limits, self.book):
            above = by_number.get(parent) if root is not None else None
            part = self._part(number, resource, above)
            if root is None:
                root = part
            elif above is not None:
                above.children.append(part)
            by_number[number] = part
        assert root is not None  # the walk starts with the payload itself
        return root

    def _part(self, number: str, resource: Json, parent: Part | None) -> Part:
        part = Part(number, self._fields(resource))
        in_digest = parent is not None and parent.content_type == "multipart/digest"
        tree.describe(
            part, in_digest=in_digest, book=self.book, named=_text(resource.get("filename"))
        )
        if part.content_type == "message/rfc822" and not part.filename:
            part.filename = _enclosed_name(resource)
        kind = _text(resource.get("mimeType")).lower()
        if "/" in kind and not part.header("Content-Type"):
            part.content_type = kind
        body = resource.get("body")
        body = body if isinstance(body, Mapping) else {}
        size = body.get("size")
        part.size = size if isinstance(size, int) and size >= 0 else 0
        data = body.get("data")
        if isinstance(data, str):
            part.body = decode_base64url(data)
            part.size = len(part.body)
        elif kind.startswith("multipart/") and isinstance(resource.get("parts"), list):
            part.content_type = kind
        elif not _text(body.get("attachmentId")):
            part.body = b""
        elif part.content_type == "message/delivery-status":
            self.needs_raw = True  # whether it failed or is merely late stands only there
        elif parent is not None and parent.content_type == "multipart/report":
            self.needs_raw = True  # the returned mail tells which one it was
        if part.body is not None and part.content_type.startswith("multipart/"):
            part.content_type = "text/plain"
        return part

    def _fields(self, resource: Json) -> tree.Fields:
        headers = resource.get("headers")
        if not isinstance(headers, list):
            return []
        fields = [
            (_text(header.get("name")), _text(header.get("value")))
            for header in headers[: self.limits.headers]
            if isinstance(header, Mapping)
        ]
        return [(name, self._value(value)) for name, value in fields if name]

    def _value(self, value: str) -> str:
        """A header value; raw ISO-2022-JP is still seven-bit here and can be read."""
        if "\x1b" in value and value.isascii():
            return charsets.decode_header(value.encode("ascii"), self.book)
        return value

    def read_text(self, part: Part) -> str:
        """A body: UTF-8 whatever the header says, but for what Gmail left as it was."""
        if part.body is None:
            if part.size:  # a text so large that Gmail gave it an attachment id
                self.needs_raw = True
                self.book.add("body_apart", part.part_id)
            return ""
        label = part.params.get("charset", "")
        if iso2022jp.has_escapes(part.body):
            self.needs_raw = True
            return charsets.decode(part.body, "iso-2022-jp", self.book).text
        try:
            text = part.body.decode("utf-8")
        except UnicodeDecodeError:
            self.needs_raw = True
            return charsets.decode(part.body, label, self.book).text
        if not text.isascii() and self._misread(text, label):
            self.needs_raw = True
            self.book.add("charset_mismatch", f"{label or 'none'}, as Gmail read it")
        return japanese.microsoft_signs(text) if charsets.is_japanese(label) else text

    def _misread(self, text: str, label: str) -> bool:
        """Whether the text is Japanese that was read with a Western charset."""
        if not charsets.is_western(label):
            return False
        try:
            data = text.encode("cp1252")
        except UnicodeEncodeError:
            data = text.encode("latin-1", "ignore")
        if data.isascii():
            return False
        try:
            return data.decode("utf-8") != text
        except UnicodeDecodeError:
            best = guess.guess(data)
        return best.charset in ("cp932", "euc-jp") and best.score >= _SURE


def _enclosed_name(resource: Json) -> str:
    """A file name from the subject of an enclosed mail, which Gmail shows opened."""
    children = resource.get("parts")
    inner = children[0] if isinstance(children, list) and children else None
    headers = inner.get("headers") if isinstance(inner, Mapping) else None
    if not isinstance(headers, list):
        return ""
    values = (
        _text(header.get("value"))
        for header in headers
        if isinstance(header, Mapping) and _text(header.get("name")).lower() == "subject"
    )
    subject = next(values, "")
    return bodies.enclosed_name(words.decode(subject)) if subject else ""


def _looks_garbled(parsed: ParsedMessage) -> bool:
    """U+FFFD or left-over escape sequences anywhere that people read."""
    shown = [parsed.subject, parsed.text, parsed.html]
    people = (parsed.sender, *parsed.to, *parsed.cc, *parsed.reply_to)
    shown.extend(person.name for person in people if person is not None)
    shown.extend(file.filename for file in parsed.attachments)
    return any("\ufffd" in text or _STRAY_ESCAPES.search(text) for text in shown)


def decode_base64url(data: str) -> bytes:
    """Gmail's base64url, padded or not."""
    plain = data.encode("ascii", "ignore").translate(_URLSAFE)
    return transfer.decode_base64(plain)


_URLSAFE = bytes.maketrans(b"-_", b"+/")
