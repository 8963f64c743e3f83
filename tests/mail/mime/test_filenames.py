"""Names of files: safe everywhere, and still what the sender called them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.mime.filenames import MAX_BYTES, distinct, invented, safe
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
    assert name == "長" * ((MAX_BYTES - 4) // 3) + ".pdf"
    assert len(safe("a" * 300).encode()) == MAX_BYTES
    assert len(safe("👨" * 300 + "." + "x" * 40).encode()) <= MAX_BYTES


@steady
@given(st.text(max_size=300))
def test_whatever_is_given(text: str) -> None:
    name = safe(text)
    assert len(name.encode()) <= MAX_BYTES
    assert not set(name) & set('/\\:*?"<>|\0\r\n\t')
    assert name == name.strip(" ").rstrip(".")
    assert name.strip(".") or not name
    assert safe(name) == name


@pytest.mark.parametrize(
    ("names", "told_apart"),
    [
        (["a.pdf", "b.pdf"], ["a.pdf", "b.pdf"]),
        (["a.pdf", "A.PDF", "a.pdf"], ["a.pdf", "A (2).PDF", "a (3).pdf"]),
        (["a.pdf", "a (2).pdf", "a.pdf"], ["a.pdf", "a (2).pdf", "a (3).pdf"]),
        (["写真", "写真"], ["写真", "写真 (2)"]),
        ([".env", ".env"], [".env", ".env (2)"]),
        ([], []),
    ],
)
def test_names_that_are_repeated_are_told_apart(names: list[str], told_apart: list[str]) -> None:
    assert distinct(names) == told_apart


def test_long_names_that_are_repeated_stay_short_enough() -> None:
    names = distinct([safe("長" * 300 + ".pdf")] * 12)
    assert len(set(names)) == 12
    assert all(len(name.encode()) <= MAX_BYTES and name.endswith(".pdf") for name in names)


def test_invented_names() -> None:
    assert invented("image/jpeg", "1.2") == "image-1.2.jpg"
    assert invented("text/calendar", "") == "invite.ics"
    assert invented("application/x-what", "0") == "attachment-0.bin"
