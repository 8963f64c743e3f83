"""The source of a mail as text: all of it can be seen, and none of it does anything."""

from __future__ import annotations

import pytest

from mail.raw.source import SHOWN_BYTES, source_of, visible


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"a\r\nb\nc", "a\nb\nc"),
        ("日本".encode(), "日本"),
        (b'\x1b$B$"\x1b(B', '\\x1b$B$"\\x1b(B'),
        ("山".encode("cp932"), "\\x8eR"),
        (b"a\x00b\x7f", "a\\x00b\\x7f"),
        ("a\u202eb\u200bc\u2066".encode(), "a\\u202eb\\u200bc\\u2066"),
        (b"<script>\t", "<script>\t"),
        ("日".encode()[:2], "\\xe6\\x97"),
    ],
)
def test_what_is_shown(data: bytes, shown: str) -> None:
    assert visible(data) == shown


def test_header_and_text_are_apart() -> None:
    source = source_of(b"Subject: x\r\nTo: y\r\n\r\ntext\r\n\r\nmore", size=31)
    assert (source.head, source.text, source.cut) == ("Subject: x\nTo: y", "text\n\nmore", False)
    assert source_of(b"Subject: x", size=10).head == "Subject: x"


def test_a_large_mail_is_cut_and_says_so() -> None:
    data = b"A: b\r\n\r\n" + b"x" * SHOWN_BYTES
    source = source_of(data, size=len(data))
    assert source.cut
    assert len(source.text) < SHOWN_BYTES
    signs = "日".encode() * SHOWN_BYTES
    assert set(source_of(signs, size=len(signs)).head) == {"日"}  # none is cut through


def test_files_are_left_out_for_whoever_may_not_have_them() -> None:
    line = "QUJD" * 19
    data = ("A: b\n\n--b\n\n" + f"{line}\n" * 200 + "QQ==\n--b--\n").encode()
    assert line in source_of(data, size=len(data)).text
    text = source_of(data, size=len(data), with_files=False).text
    assert line not in text
    assert text == "--b\n\n[… 201 lines of base64 …]\n--b--\n"


def test_it_is_linear() -> None:
    hostile = (b"QUJD" * 19 + b"\n") * 11 + b"!\n"
    data = hostile * 300
    source_of(data, size=len(data), with_files=False)
