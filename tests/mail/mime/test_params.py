"""Content-Type and Content-Disposition: names of files above all."""

from __future__ import annotations

import pytest

from mail.mime.params import parse

FILENAMES = [
    ('attachment; filename="report.pdf"', "report.pdf"),
    ("attachment; filename=report.pdf", "report.pdf"),
    ("attachment; filename=my report (1).pdf; size=1", "my report (1).pdf"),
    ("attachment; FILENAME = 'x'", "'x'"),
    ("attachment;; ; filename=a.txt;", "a.txt"),
    ('attachment; filename="a;b.txt"; x=y', "a;b.txt"),
    ('attachment; filename="a \\"b\\".txt"', 'a "b".txt'),
    ('attachment; filename="C:\\Users\\me\\x.txt"', "C:\\Users\\me\\x.txt"),
    ('attachment; filename="never closed.txt; size=3', "never closed.txt"),
    ('attachment; filename="=?UTF-8?B?44GC?=.txt"', "あ.txt"),
    ("attachment; filename==?utf-8?B?VGhpcyBpcyBhIHRlc3QucGRm?=", "This is a test.pdf"),
    ('attachment; filename="=?UTF-8?B?44GC?=\r\n =?UTF-8?B?44GE?="', "あい"),
    ("attachment; filename*=UTF-8''%E3%81%82.txt", "あ.txt"),
    ("attachment; filename*=utf-8'ja'%E3%81%82.txt", "あ.txt"),
    ("attachment; filename*=\"UTF-8''%E3%81%82.txt\"", "あ.txt"),
    ("attachment; filename*=''%E3%81%82.txt", "あ.txt"),
    ("attachment; filename*=%E3%81%82.txt", "あ.txt"),  # charset and language forgotten
    ("attachment; filename*=UTF-8''100%.txt", "100%.txt"),  # a bare percent sign
    ("attachment; filename*=Shift_JIS''%95%5C%8E%A6.txt", "表示.txt"),
    ("attachment; filename*=ISO-2022-JP''%1B%24B%24%22%1B%28B.txt", "あ.txt"),
    ("attachment; filename*0*=UTF-8''%E3%81; filename*1*=%82.txt", "あ.txt"),  # cut in a character
    ("attachment; filename*1*=b.txt; filename*0*=UTF-8''a", "ab.txt"),  # out of order
    ('attachment; filename*0="long "; filename*1="name.txt"', "long name.txt"),
    ("attachment; filename*0*=UTF-8''%E3%81%82; filename*1=\"%41.txt\"", "あ%41.txt"),
    ('attachment; filename*0="=?UTF-8?B?44GC"; filename*1="44GE?="', "あい"),
    ('attachment; filename="old.txt"; filename*=UTF-8\'\'%E3%81%82.txt', "あ.txt"),
    ('attachment; filename="%E3%81%82%E3%81%84.txt"', "あい.txt"),  # some web mailers
    ('attachment; filename="100%25.txt"', "100%25.txt"),
    ('filename="x.pdf"', "x.pdf"),  # no disposition at all
    ('attachment; filename=""', ""),
    ("attachment; filename", ""),
]  # fmt: skip


@pytest.mark.parametrize(("header", "name"), FILENAMES)
def test_filenames(header: str, name: str) -> None:
    assert parse(header).params.get("filename", "") == name


@pytest.mark.parametrize(
    ("header", "value", "params"),
    [
        ("text/plain", "text/plain", {}),
        ("Text/HTML; Charset=UTF-8", "text/html", {"charset": "UTF-8"}),
        ("text/plain (comment); charset=x", "text/plain", {"charset": "x"}),
        ('multipart/mixed; boundary="a b"', "multipart/mixed", {"boundary": "a b"}),
        ("multipart/mixed;boundary=----=_x:y", "multipart/mixed", {"boundary": "----=_x:y"}),
        ('"text/plain"; charset=x', "text/plain", {"charset": "x"}),
        ("=?utf-8?Q?invalid?=", "=?utf-8?q?invalid?=", {}),
        ("", "", {}),
        (";", "", {}),
    ],
)
def test_values(header: str, value: str, params: dict[str, str]) -> None:
    parsed = parse(header)
    assert (parsed.value, parsed.params) == (value, params)
