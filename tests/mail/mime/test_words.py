"""Encoded words (RFC 2047), in order and out of it."""

# ruff: noqa: E501 - a line of a table is one case

from __future__ import annotations

import base64

import pytest

from mail.mime import words
from mail.mime.model import NoticeBook


def b(charset: str, data: bytes) -> str:
    return f"=?{charset}?B?{base64.b64encode(data).decode()}?="


SPLIT = "山田太郎様".encode()
JIS = "山田太郎".encode("iso2022_jp")

TABLE = [
    ("plain text", "plain text"),
    ("1+1=?", "1+1=?"),
    ("=?UTF-8?B?5bGx55Sw?=", "山田"),
    ("=?utf-8?q?=E5=B1=B1_=E7=94=B0?=", "山 田"),
    ("=?UTF-8?B?5bGx?= =?UTF-8?B?55Sw?=", "山田"),  # blanks between words are no text
    ("=?UTF-8?B?5bGx?=\r\n\t=?UTF-8?B?55Sw?=", "山田"),
    ("=?UTF-8?B?5bGx?==?UTF-8?B?55Sw?=", "山田"),  # glued
    ("=?UTF-8?B?5bGx?= and =?UTF-8?B?55Sw?=", "山 and 田"),
    ("Re:=?UTF-8?B?5bGx?=様", "Re:山様"),
    ("=?UTF-8?Q?a?= =?ISO-8859-1?Q?=E9?=", "aé"),
    ("=?UTF-8?Q?a?= =?UTF-8?B?5bGx?=", "a山"),
    (b("UTF-8", SPLIT[:4]) + " " + b("UTF-8", SPLIT[4:]), "山田太郎様"),  # cut in a character
    (b("ISO-2022-JP", JIS[:7]) + " " + b("ISO-2022-JP", JIS[7:]), "山田太郎"),  # state runs over
    (b("Shift_JIS", "表示".encode("cp932")[:1]) + "\r\n " + b("shift_jis", "表示".encode("cp932")[1:]), "表示"),
    ("=?UTF-8?B?5bGx55Sw5aSq6YOO5qeY?=", "山田太郎様"),
    ("=?UTF-8?B?5bGx55Sw5aSq6?= =?UTF-8?B?YOO5qeY?=", "山田太郎様"),  # base64 cut in a group
    ("=?UTF-8?B?5bGx55Sw5aS?= =?UTF-8?B?q6YOO5qeY?=", "山田太郎様"),
    ("=?UTF-8?B?YQ?= =?UTF-8?B?Yg?=", "ab"),  # each lacks its padding
    ("=?NONE?B?VEVTVA=?=", "TEST"),
    ("=?BAD-ENCODING?B?VEVTVA==?=", "TEST"),
    ("=?utf-8?Q?a b c?=", "a b c"),  # blanks inside
    ("=?UTF-8?Q?=C3=A5???=", "å??"),
    ("=?UTF-8?Q?Hi?=20there?=", "Hi? there"),
    ("=?utf-8?Q??=", ""),
    ("=?utf-8?B??=", ""),
    ("=?utf-8*ja?Q?=E5=B1=B1?=", "山"),  # RFC 2231: with a language
    ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
    ("=?utf-8?Q?never closed", "=?utf-8?Q?never closed"),
    ("=?utf-8?Q?a=?= b", "a= b"),
    ("=?utf-8?Q?broken =?utf-8?Q?whole?=", "=?utf-8?Q?broken whole"),
    ("=?UTF-16?B?MEIwRDBGMEgwSg==?=", "あいうえお"),
    ("=?UTF-32?B?AAAwQgAAMEQAADBGAAAwSAAAMEo=?=", "あいうえお"),
    ("=?8bit?Q?ALPH=C3=89E?=", "ALPHÉE"),
    ("=?ks_c_5601-1987?B?seggx/bB+A==?= <a@b.org>", "김 현진 <a@b.org>"),
    ("=?shift-jis?Q?=93=FA=96{=8C=EA=?=", "日本語="),
    ("=?GB2312?B?6V8=?=", "開"),
    ("=?utf-8?Q?山=20田?=", "山 田"),  # raw text inside
    ("=?ISO-2022-JP?B?" + base64.b64encode(b"\x1b$B-!-j|b\x1b(B").decode() + "?=", "①㈱髙"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), TABLE)
def test_decode(value: str, text: str) -> None:
    assert words.decode(value, NoticeBook()) == text
