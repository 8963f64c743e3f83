"""Mail as bytes and as values: reading, composing, charsets, addresses. Pure Python, no Django.

``parse`` reads raw bytes, ``parse_payload`` Gmail's ``format=full`` resource; both give a
:class:`ParsedMessage` and never raise for what is in a mail.
"""

from __future__ import annotations

from mail.mime.addresses import (
    format_address,
    format_addresses,
    is_valid_address,
    normalise_address,
    parse_addresses,
)
from mail.mime.model import (
    Automatic,
    Headers,
    Notice,
    ParsedAttachment,
    ParsedMessage,
    Person,
)
from mail.mime.reader import parse
from mail.mime.references import bare_subject, forward_subject, reply_headers, reply_subject

__all__ = [
    "Automatic",
    "Headers",
    "Notice",
    "ParsedAttachment",
    "ParsedMessage",
    "Person",
    "bare_subject",
    "format_address",
    "format_addresses",
    "forward_subject",
    "is_valid_address",
    "normalise_address",
    "parse",
    "parse_addresses",
    "reply_headers",
    "reply_subject",
]
