"""What may be shown of a file is told by its bytes, never by its name or its mail."""

from __future__ import annotations

import pytest

from mail.attachments.preview import Preview, may_be_previewed, preview_of, text_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg onload="alert(1)">'
NOTHING = Preview("")


@pytest.mark.parametrize(
    ("head", "declared", "filename", "expected"),
    [
        (PNG, "image/png", "a.png", Preview("picture", "image/png")),
        (PNG, "text/html", "a.html", Preview("picture", "image/png")),
        (b"\xff\xd8\xff\xe0", "application/octet-stream", "a", Preview("picture", "image/jpeg")),
        (b"GIF89a..", "image/gif", "", Preview("picture", "image/gif")),
        (b"RIFF\0\0\0\0WEBPVP8 ", "", "a.webp", Preview("picture", "image/webp")),
        (b"RIFF\0\0\0\0AVI LIST", "image/webp", "a.webp", NOTHING),
        (HTML, "image/png", "a.png", NOTHING),
        (HTML, "text/html", "a.html", NOTHING),
        (HTML, "text/plain", "a.txt", NOTHING),
        (SVG, "image/svg+xml", "a.svg", NOTHING),
        (SVG, "text/plain", "a.txt", NOTHING),
        (b"<\0s\0c\0r\0i\0p\0t\0>\0", "text/plain", "a.txt", NOTHING),
        (b"%PDF-1.7\n", "application/pdf", "a.pdf", Preview("pdf", "application/pdf")),
        (b"%PDF-1.7\n", "text/html", "a.html", Preview("pdf", "application/pdf")),
        (b"junk %PDF-1.7\n", "application/pdf", "a.pdf", NOTHING),
        (HTML + b"%PDF-1.7\n", "application/pdf", "a.pdf", NOTHING),
        ("氏名,電話\r\n".encode("cp932"), "text/csv", "a.csv", Preview("text", "text/plain")),
        (b"hello", "application/octet-stream", "a.TXT", Preview("text", "text/plain")),
        (b"\xff\xfeh\0i\0", "text/plain", "a.txt", Preview("text", "text/plain")),
        (b"MZ\x90\0\x03", "text/plain", "a.txt", NOTHING),
        (b"hello", "application/octet-stream", "a.exe", NOTHING),
        (b"PK\x03\x04", "application/zip", "a.zip", NOTHING),
        (b"hello", "text/xml", "a", NOTHING),
        (b"", "text/plain", "a.txt", Preview("text", "text/plain")),
        (b"Subject: x\r\n", "message/rfc822", "a.eml", Preview("text", "text/plain")),
    ],
)
@pytest.mark.spec("M10c")
def test_the_bytes_tell(head: bytes, declared: str, filename: str, expected: Preview) -> None:
    assert preview_of(head, declared=declared, filename=filename) == expected


@pytest.mark.parametrize(
    ("declared", "filename", "offered"),
    [
        ("image/png", "", True),
        ("application/octet-stream", "納品書.PDF", True),
        ("text/csv", "", True),
        ("text/html", "a.html", False),
        ("image/svg+xml", "a.svg", False),
        ("application/zip", "a.zip", False),
    ],
)
def test_what_is_offered_before_the_file_is_here(
    declared: str, filename: str, offered: bool
) -> None:
    assert may_be_previewed(declared=declared, filename=filename) is offered


@pytest.mark.parametrize("charset", ["cp932", "euc-jp", "iso-2022-jp", "utf-8", "utf-16"])
def test_a_text_is_read_in_its_charset(charset: str) -> None:
    text = "お客様の氏名と電話番号の一覧です。ご確認をお願いいたします。\n"
    assert text_of(text.encode(charset))[0] == text


def test_a_text_is_read_as_a_person_chose() -> None:
    data = "山田".encode("euc-jp")
    assert text_of(data, "euc-jp") == ("山田", "euc-jp")
    assert text_of(data, "shift_jis")[0] != "山田"


def test_signs_that_cannot_be_seen_are_written_out() -> None:
    assert text_of("a\u202ecod.exe\x07".encode())[0] == "a\\u202ecod.exe\\x07"
