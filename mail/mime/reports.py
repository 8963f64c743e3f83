"""What a delivery report says: who did not get which mail, and why (RFC 3464, and qmail's way).

The returned mail or its headers tell which mail of ours it was: its Message-ID (that Gmail may have
rewritten) and any header that we put in ourselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail.mime import charsets, headers, references, words
from mail.mime.addresses import is_valid_address, parse_addresses
from mail.mime.limits import DEFAULT_LIMITS
from mail.mime.model import Headers, NoticeBook, ParsedMessage
from mail.mime.plain import clean_line

_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_BLANK_LINE = re.compile(rb"\n[ \t]*\n")
_ID_LINE = re.compile(r"^[> ]*Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_QMAIL = re.compile(r"^<([^<>\s]+@[^<>\s]+)>:[ \t]*\n(.+)", re.MULTILINE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a report. ``action`` is RFC 3464's: failed, delayed, delivered, …"""

    address: str
    action: str
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A report about one mail; ``original`` are the headers of the mail that came back."""

    recipients: tuple[Recipient, ...]
    message_id: str
    original: Headers

    @property
    def failed(self) -> tuple[Recipient, ...]:
        return tuple(person for person in self.recipients if person.action == "failed")


def read_report(parsed: ParsedMessage) -> DeliveryReport | None:
    """The report in a mail that :func:`mail.mime.parse` has read; None when it is none."""
    status = [file for file in parsed.attachments if file.content_type == "message/delivery-status"]
    recipients: list[Recipient] = []
    for file in status:
        recipients.extend(_recipients(file.payload or b""))
    if not status and parsed.automatic != "bounce":
        return None
    if not recipients:
        recipients = _from_text(parsed)
    original = _original(parsed)
    message_id = references.message_id(original.get("Message-ID"))
    if not message_id:
        told = (_fields(file.payload or b"").get("X-Original-Message-ID") for file in status)
        message_id = references.message_id(next(filter(None, told), ""))
    if not message_id:
        found = _ID_LINE.search(parsed.text)
        message_id = references.message_id(found.group(1)) if found else ""
    return DeliveryReport(tuple(recipients[:_LIMIT]), message_id, original)


def _fields(data: bytes) -> Headers:
    book = NoticeBook()
    block = headers.read(data, 0, len(data), book=book, limits=DEFAULT_LIMITS, top=True)
    return Headers(
        tuple(
            (name, clean_line(words.decode(charsets.decode_header(value, book), book)))
            for name, value in block.fields
        )
    )


def _recipients(data: bytes) -> list[Recipient]:
    """The groups of a delivery-status part: the first tells of the mail, each other of a person."""
    found: list[Recipient] = []
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").strip()
    for group in _BLANK_LINE.split(plain, maxsplit=_LIMIT):
        fields = _fields(group)
        recipient = fields.get("Original-Recipient") or fields.get("Final-Recipient")
        action = fields.get("Action").split(" ")[0].lower()
        if recipient and action:
            people = parse_addresses(recipient.partition(";")[2] or recipient)
            address = people[0].address if people else ""
            status = _STATUS.search(fields.get("Status"))
            diagnostic = fields.get("Diagnostic-Code").partition(";")[2].strip()
            found.append(
                Recipient(address, action, status.group(1) if status else "", diagnostic[:500])
            )
    return found


def _from_text(parsed: ParsedMessage) -> list[Recipient]:
    """Without a machine's part: Gmail's and Exim's header, or qmail's paragraphs."""
    listed = parse_addresses(parsed.headers.get("X-Failed-Recipients"))
    found = [Recipient(person.address, "failed") for person in listed if person.address]
    if not found:
        for address, reason in _QMAIL.findall(parsed.text[:65536]):
            if is_valid_address(address):
                status = _STATUS.search(reason)
                found.append(
                    Recipient(address, "failed", status.group(1) if status else "", reason[:500])
                )
    return found


def _original(parsed: ParsedMessage) -> Headers:
    for file in parsed.attachments:
        if file.content_type in _RETURNED and file.payload:
            return _fields(file.payload[:262144])
    return Headers()
