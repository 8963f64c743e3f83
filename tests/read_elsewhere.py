"""A mail as two parsers read it that are not ours: Python's email package, nodemailer's mailparser.

Both answer the same fields, so that what is composed here can be held against what others see.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import json
import subprocess
from collections.abc import Sequence
from email.header import decode_header, make_header
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scripts.other_parser import ensure_parser, missing_programs

Reading = dict[str, Any]
_PATIENCE = 60.0  # seconds, on a busy machine


@cache
def _parser() -> Path:
    return ensure_parser()


def skip_without_node() -> None:
    """For a fixture: nothing but a machine without Node.js or npm is a reason."""
    if missing := missing_programs():
        pytest.skip(f"no {' and no '.join(missing)} on this machine to run mailparser with")


def by_mailparser(raw: bytes) -> Reading:
    done = subprocess.run(
        ["node", str(_parser())],
        input=raw,
        capture_output=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    found: Reading = json.loads(done.stdout)
    return found | {"text": _lines(found["text"]), "html": _lines(found["html"])}


def by_python(raw: bytes) -> Reading:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return {
        "subject": str(mail["Subject"]),
        "from": _people(raw, "From"),
        "to": _people(raw, "To"),
        "cc": _people(raw, "Cc"),
        "date": int(mail["Date"].datetime.timestamp() * 1000),
        "message_id": str(mail["Message-ID"]).strip(),
        "in_reply_to": str(mail["In-Reply-To"] or "").strip(),
        "references": str(mail["References"] or "").split(),
        "text": _body(mail, "plain"),
        "html": _body(mail, "html"),
        "files": [_file(part) for part in mail.walk() if part.get_filename()],
    }


def _people(raw: bytes, name: str) -> list[list[str]]:
    """By the package's older interface: the newer one of Python 3.11 keeps the blank
    between the two encoded words of one long name, which RFC 2047 (6.2) says to leave out.
    """
    values = email.message_from_bytes(raw).get_all(name, [])
    pairs = getaddresses([str(value) for value in values])
    return [[str(make_header(decode_header(shown))), address] for shown, address in pairs]


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return "" if part is None else _lines(part.get_content())


def _lines(text: str) -> str:
    """Which ends of lines a parser gives, and whether it keeps the last, says nothing."""
    return text.replace("\r\n", "\n").rstrip("\n")


def _file(part: MIMEPart) -> dict[str, Any]:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return file_reading(
        str(part.get_filename()), part.get_content_type(), payload, part.get_content_disposition()
    )


def file_reading(
    name: str, kind: str, payload: bytes, disposition: str | None = "attachment"
) -> dict[str, Any]:
    """A file as both parsers tell of it."""
    return {
        "name": name,
        "type": kind,
        "disposition": disposition,
        "sha256": hashlib.sha256(payload).hexdigest(),
    }


def people(*pairs: tuple[str, str]) -> Sequence[list[str]]:
    """Names and addresses as both parsers tell of them."""
    return [list(pair) for pair in pairs]
