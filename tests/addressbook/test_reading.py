"""Files as Excel, Outlook and others write them: charset, separator, columns, what a line says."""

from __future__ import annotations

import io

import pytest

from addressbook.imports import columns, reading
from addressbook.imports.lines import Line, read

HEAD = "名称,メールアドレス,検索対象\r\n"
ALL: columns.Mapping = {"name": 0, "address": 1, "customer_search": 2}


def all_of(raw: bytes) -> list[tuple[int, list[str]]]:
    file = io.BytesIO(raw)
    encoding = reading.charset(file)
    return list(reading.records(file, encoding, reading.separator(file, encoding)))


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("cp932", "cp932"),
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_charset_is_found_and_the_signs_come_in_right(encoding: str, found: str) -> None:
    raw = f"{HEAD}①㈱髙橋﨑,taka@customer.example,○\r\n".encode(encoding)
    assert reading.charset(io.BytesIO(raw)) == found
    assert all_of(raw)[1] == (2, ["①㈱髙橋﨑", "taka@customer.example", "○"])


@pytest.mark.parametrize("raw", [b"\xff\xff\xff\xfe", "名称".encode("euc-jp") + b"\xff", b"a\x00b"])
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(reading.Unreadable) as refused:
        reading.charset(io.BytesIO(raw))
    assert refused.value.code == "charset"


def test_a_sign_that_lies_across_two_readings_is_one_sign() -> None:
    raw = ("あ" * 400_000).encode("cp932")
    assert reading.charset(io.BytesIO(raw)) == "cp932"
    assert reading.charset(io.BytesIO(b"a" + ("あ" * 400_000).encode())) == "utf-8-sig"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_separator_is_found(delimiter: str) -> None:
    text = "\r\n".join(delimiter.join(each) for each in (["名称", "メール"], ["山田", "y@x.jp"]))
    assert all_of(text.encode())[1] == (2, ["山田", "y@x.jp"])


def test_a_cell_may_hold_line_breaks_and_the_line_numbers_stay_right() -> None:
    raw = b'name,mail\n"a\nb",a@x.example\n\n"c ""d""",c@x.example\n'
    assert all_of(raw) == [
        (1, ["name", "mail"]),
        (2, ["a\nb", "a@x.example"]),
        (5, ['c "d"', "c@x.example"]),
    ]


def test_a_quote_that_never_closes_names_its_line() -> None:
    raw = b"name,mail\nok,a@x.example\n" + b'"open,b@x.example\n' + b"x,y@x.example\n" * 5000
    with pytest.raises(reading.Unreadable) as refused:
        all_of(raw)
    assert (refused.value.code, refused.value.line) == ("quote", 3)


@pytest.mark.parametrize(
    ("sample", "header", "mapping"),
    [
        ([["名称", "メールアドレス", "検索対象"]], True, (0, 1, 2)),
        ([["E-mail Address", "Display Name"]], True, (1, 0, None)),
        ([["Name", "Mail address", "Customer search"]], True, (0, 1, 2)),
        ([["会社名", "担当者名", "電子メール アドレス"]], True, (0, 2, None)),
        ([["氏名", "連絡先"], ["山田", "y@x.example"]], True, (0, 1, None)),
        ([["山田", "y@x.example"], ["川田", "k@x.example"]], False, (0, 1, None)),
        ([["y@x.example"]], False, (None, 0, None)),
        ([["番号", "住所"], ["1", "東京都"]], True, (None, None, None)),
        ([], True, (None, None, None)),
    ],
)
def test_the_columns_are_guessed(
    sample: list[list[str]], header: bool, mapping: tuple[int | None, ...]
) -> None:
    found_header, found = columns.guess(sample)
    assert found_header is header
    assert tuple(found[field] for field in columns.FIELDS) == mapping


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (["山田", "Y@x.example", ""], Line("山田", "Y@x.example", "y@x.example")),
        (["", " y@x.example ", "○"], Line("", "y@x.example", "y@x.example", True)),
        (
            ["山 田\n花子", "y@x.example", "×"],
            Line("山 田 花子", "y@x.example", "y@x.example", False),
        ),
        (["", "山田 <y@x.example>"], Line("山田", "y@x.example", "y@x.example")),
        (["花子", "山田 <y@x.example>"], Line("花子", "y@x.example", "y@x.example")),
        (["", "ｙ＠ｘ．ｅｘａｍｐｌｅ"], Line("", "y@x.example", "y@x.example")),
        (["'=1+1", "y@x.example"], Line("=1+1", "y@x.example", "y@x.example")),
        (["a", "mailto:y@x.example", "No"], Line("a", "y@x.example", "y@x.example", False)),
        (["山田"], Line("山田", "", problem="no_address")),
        (["山田", "y＠", ""], Line("山田", "y@", problem="invalid_address", detail="y@")),
        (["山田", "y@x.example", "?"], Line("山田", "y@x.example", problem="unclear", detail="?")),
        (
            ["あ" * 201, "y@x.example"],
            Line("あ" * 200, "y@x.example", problem="long_name", detail="あ" * 200),
        ),
    ],
)
def test_what_a_line_says(record: list[str], line: Line) -> None:
    assert read(record, ALL) == line


def test_a_line_holds_nothing_that_the_database_refuses() -> None:
    line = read(["a\x00b\x07c", "y\x00@x.example"], ALL)
    assert "\x00" not in line.name + line.address
    assert "\x07" not in line.name
