"""Names of files: safe everywhere, and still what the sender called them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.mime.filenames import MAX_LENGTH, invented, safe
from tests.mail.mime.shared import steady


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("請求書（2026年11月）.pdf", "請求書（2026年11月）.pdf"),
        ("か\u3099き.txt", "がき.txt"),  # from a Mac, composed
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\表.xlsx", "表.xlsx"),
        ("a/", "a"),
        ("..", ""),
        ("", ""),
        ("   ", ""),
        (".bashrc", ".bashrc"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),  # a bidi override hides the extension
        ("\u200bx\ufeff.txt", "x.txt"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("COM1.log", "_COM1.log"),
        ("console.txt", "console.txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("trailing. . ", "trailing"),
        ("👨\u200d👩\u200d👧.png", "👨\u200d👩\u200d👧.png"),
    ],
)
def test_safe(given_name: str, name: str) -> None:
    assert safe(given_name) == name


def test_long_names_keep_their_extension() -> None:
    name = safe("長" * 300 + ".pdf")
    assert len(name) == MAX_LENGTH
    assert name.endswith("長.pdf")


@steady
@given(st.text(max_size=300))
def test_whatever_is_given(text: str) -> None:
    name = safe(text)
    assert len(name) <= MAX_LENGTH
    assert not set(name) & set('/\\:*?"<>|\0\r\n\t')
    assert name == name.strip(" ").rstrip(".")
    assert name.strip(".") or not name
    assert safe(name) == name


def test_invented_names() -> None:
    assert invented("image/jpeg", "1.2") == "image-1.2.jpg"
    assert invented("text/calendar", "") == "invite.ics"
    assert invented("application/x-what", "0") == "attachment-0.bin"
