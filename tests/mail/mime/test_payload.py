"""Gmail's format=full resources: read as the raw mail would be, or said to need it."""

# ruff: noqa: E501 - a line of a table is one case

from __future__ import annotations

import base64
import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.mime import ParsedMessage, parse, parse_payload
from mail.mime.payload import part_of
from sandbox import payload as gmail
from sandbox.demo import corpus
from tests.mail.mime.shared import WHY_SKIPPED, sample_files, steady


def data(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def part(
    kind: str,
    body: dict[str, Any],
    part_id: str = "",
    filename: str = "",
    *headers: tuple[str, str],
) -> dict[str, Any]:
    listed = [{"name": name, "value": value} for name, value in headers]
    return {
        "partId": part_id,
        "mimeType": kind.partition(";")[0],
        "filename": filename,
        "headers": [{"name": "Content-Type", "value": kind}, *listed],
        "body": body,
    }


def text_part(kind: str, text: str | bytes, part_id: str = "") -> dict[str, Any]:
    return part(kind, {"size": len(text), "data": data(text)}, part_id)


def test_a_body_is_utf8_whatever_its_header_says() -> None:
    payload = text_part("text/plain; charset=ISO-2022-JP", "こんにちは①")
    payload["headers"] += [
        {"name": "Content-Transfer-Encoding", "value": "7bit"},
        {"name": "Subject", "value": "=?ISO-2022-JP?B?GyRCOzNFRBsoQg==?="},
        {"name": "From", "value": "山田, 太郎 <a@b.jp>"},  # decoded already
    ]
    parsed = parse_payload({"id": "1", "payload": payload})
    assert (parsed.text, parsed.subject, parsed.needs_raw) == ("こんにちは①", "山田", False)
    assert parsed.sender is not None
    assert (parsed.sender.name, parsed.sender.address) == ("山田, 太郎", "a@b.jp")


def test_a_transfer_encoding_is_not_undone_twice() -> None:
    payload = text_part("text/plain; charset=utf-8", "44GC=3D")
    payload["headers"].append({"name": "Content-Transfer-Encoding", "value": "base64"})
    assert parse_payload(payload).text == "44GC=3D"


def test_parts_files_and_their_numbers() -> None:
    inner = part("multipart/alternative; boundary=x", {"size": 0}, "0")
    inner["parts"] = [
        text_part("text/plain; charset=utf-8", "本文", "0.0"),
        text_part("text/html; charset=utf-8", '<img src="cid:p@x">', "0.1"),
    ]
    picture = part(
        "image/png", {"size": 9, "attachmentId": "ANGjdJ8"}, "1", "絵.png", ("Content-ID", "<p@x>")
    )
    enclosed = part("message/rfc822", {"size": 50, "attachmentId": "ANGjdJ9"}, "2")
    enclosed["parts"] = [
        text_part("text/plain", "not ours", "2.0")
        | {"headers": [{"name": "Subject", "value": "内側/の件"}]}
    ]
    root = part("multipart/mixed; boundary=y", {"size": 0})
    root["parts"] = [inner, picture, enclosed]
    parsed = parse_payload({"payload": root})
    assert (parsed.text, parsed.html) == ("本文", '<img src="cid:p@x">')
    assert [(f.part_id, f.filename, f.size, f.inline, f.payload) for f in parsed.attachments] == [
        ("1", "絵.png", 9, True, None),
        ("2", "内側_の件.eml", 50, False, None),
    ]
    assert part_of({"payload": root}, "1") is picture
    assert part_of({"payload": root}, "2.0") is None  # an enclosed mail stays closed


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/plain; charset=utf-8", "lost \ufffd here"),
        ("text/plain; charset=utf-8", "left \x1b$B$3$s\x1b(B over"),
        ("text/plain; charset=iso-2022-jp", "ESC lost: $B$3$s$K$A$O(B"),
        ("text/plain; charset=iso-8859-1", "お世話になっております".encode("cp932").decode("cp1252", "ignore")),
        ("text/plain; charset=iso-8859-1", "請求書".encode().decode("latin-1")),
        ("text/plain", "お世話になっております".encode("euc_jp").decode("latin-1")),
        ("text/plain; charset=utf-8", "表示".encode("cp932")),  # not even UTF-8
    ],
)  # fmt: skip
def test_what_gmail_could_not_read_needs_the_raw_mail(kind: str, text: str | bytes) -> None:
    assert parse_payload({"payload": text_part(kind, text)}).needs_raw


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/plain; charset=us-ascii", "plain"),
        ("text/plain; charset=iso-8859-1", "été, naïve, Ü, “quoted” – 5 €"),
        ("text/plain", "日本語"),
        ("text/plain; charset=shift_jis", "表示～"),
        ("text/plain; charset=utf-8", "\x1b[31mred"[5:] + " $BILL (Big)"),
    ],
)
def test_what_gmail_read_well_does_not(kind: str, text: str) -> None:
    parsed = parse_payload({"payload": text_part(kind, text)})
    assert (parsed.text, parsed.needs_raw) == (text, False)


def test_a_delivery_report_and_a_text_left_at_gmail_need_the_raw_mail() -> None:
    status = part("message/delivery-status", {"size": 9, "attachmentId": "x"}, "1")
    root = part("multipart/report; report-type=delivery-status; boundary=x", {"size": 0})
    root["parts"] = [text_part("text/plain", "late", "0"), status]
    assert parse_payload({"payload": root}).needs_raw
    large = part("text/plain", {"size": 10_000_000, "attachmentId": "x"})
    parsed = parse_payload({"payload": large})
    assert parsed.needs_raw
    assert "body_apart" in [notice.code for notice in parsed.notices]


SAME = [
    "subject", "sender", "to", "cc", "bcc", "reply_to", "date", "text", "html", "message_id",
    "in_reply_to", "references", "automatic",
]  # fmt: skip


def both(raw: bytes) -> tuple[ParsedMessage, ParsedMessage]:
    """A mail read raw, and read from what the sandbox (with a decoder of its own) makes of it."""
    resource = {"id": "1", "payload": json.loads(gmail.render(raw, 1 << 30))}
    return parse(raw), parse_payload(resource)


def files(parsed: ParsedMessage) -> list[dict[str, object]]:
    bare = [dataclasses.asdict(file) for file in parsed.attachments]
    for file in bare:
        del file["payload"]
    return bare


def test_the_demo_mail_reads_alike_from_both() -> None:
    count = 0
    for account in corpus.build(datetime(2026, 11, 22, 10, tzinfo=UTC)):
        for mail in account.mails:
            raw, full = both(mail.raw)
            if full.needs_raw:
                continue  # the sync then takes the raw mail
            count += 1
            for name in SAME:
                assert getattr(raw, name) == getattr(full, name), (name, raw.subject)
            assert files(raw) == files(full)
    assert count > 300


# What the sandbox reads otherwise than we do, on purpose or not: headers in shreds.
ODD = {
    "example13.eml", "example14.eml", "invalid_subject_characters.eml",
    "multiple_content_types.eml",
}  # fmt: skip


@pytest.mark.parametrize("path", sample_files() or [None], ids=lambda p: p.name if p else "none")
def test_the_samples_read_alike_from_both(path: Path | None) -> None:
    if path is None:
        pytest.skip(WHY_SKIPPED)
    raw, full = both(path.read_bytes())
    if full.needs_raw or path.name in ODD:
        return
    for name in SAME:
        assert getattr(raw, name) == getattr(full, name), name
    assert files(raw) == files(full)


FIELDS = [
    "payload", "parts", "partId", "mimeType", "filename", "headers", "name", "value", "body", "data",
    "size", "attachmentId",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(FIELDS) | st.text(max_size=3),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@steady
@given(st.dictionaries(st.sampled_from(["payload", "parts", "headers", "body"]), JSON))
def test_a_malformed_resource_never_raises(resource: dict[str, Any]) -> None:
    parsed = parse_payload(resource)
    assert "reading_failed" not in [notice.code for notice in parsed.notices]


def test_depth_is_limited_without_recursion() -> None:
    payload = text_part("text/plain", "deep")
    for _ in range(5000):
        payload = part("multipart/mixed", {"size": 0}) | {"parts": [payload]}
    parsed = parse_payload({"payload": payload})
    assert parsed.text == ""
    assert "too_deep" in [notice.code for notice in parsed.notices]
