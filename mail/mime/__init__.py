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
from mail.mime.compose import OutgoingFile, compose
from mail.mime.model import (
    Automatic,
    Headers,
    Notice,
    ParsedAttachment,
    ParsedMessage,
    Person,
)
from mail.mime.payload import parse_payload
from mail.mime.reader import parse
from mail.mime.references import bare_subject, forward_subject, reply_headers, reply_subject
from mail.mime.replies import (
    ForwardLabels,
    Recipients,
    forward_text,
    is_own,
    quote_text,
    reply_all_recipients,
    reply_recipients,
)

__all__ = [
    "Automatic",
    "ForwardLabels",
    "Headers",
    "Notice",
    "OutgoingFile",
    "ParsedAttachment",
    "ParsedMessage",
    "Person",
    "Recipients",
    "bare_subject",
    "compose",
    "format_address",
    "format_addresses",
    "forward_subject",
    "forward_text",
    "is_own",
    "is_valid_address",
    "normalise_address",
    "parse",
    "parse_addresses",
    "parse_payload",
    "quote_text",
    "reply_all_recipients",
    "reply_headers",
    "reply_recipients",
    "reply_subject",
]
