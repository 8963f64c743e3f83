"""Bytes to text: right, wrong and missing labels; what cp932 has and CPython loses."""

from __future__ import annotations

import pytest

from mail.mime import charsets
from mail.mime.model import NoticeBook


def read(data: bytes, label: str = "", hint: str = "") -> tuple[str, list[str]]:
    book = NoticeBook()
    decoded = charsets.decode(data, label, book, hint=hint)
    return decoded.text, [notice.code for notice in book.as_tuple()]


ESC_KANJI, ESC_OLD, ESC_ASCII = b"\x1b$B", b"\x1b$@", b"\x1b(B"

JIS = [
    (b"\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"),
    (b"\x1b$@$3$s\x1b(J abc", "こん abc"),  # JIS-78, then JIS X 0201 Roman
    (b"\x1b$(B$3$s\x1b(B", "こん"),  # the four-byte form of the escape
    (b"\x1b&@\x1b$B$3$s\x1b(B", "こん"),  # announced as JIS X 0208-1990
    (b'\x1b$B-!-"-j|b\x1b(B', "①②㈱髙"),  # NEC row 13, NEC's selection of IBM's
    (b"\x1b$Bz6z8yu\x1b(B", "昻昮﨑"),
    (b"\x1b$B!A!]!B!1!2\x1b(B", "～－∥￣＿"),  # the signs that Unicode has twice: as cp932
    (b"\x1b(I6E@6E\x1b(B!", "ｶﾅﾀｶﾅ!"),  # half-width kana by escape
    (b'\x1b$B$"\x1b(B\x0e6E\x0fok', "あｶﾅok"),  # by SO and SI
    (b'\x1b$B$"\x1b(B\xb6\xc5', "あｶﾅ"),  # by the eighth bit
    (b"\x1b(J\\1,000~\x1b(B\\~", "¥1,000‾\\~"),
    (b"\x1b$(D0!\x1b(B", "丂"),  # JIS X 0212
    (b"\x1b$(Q.!\x1b(B", "俱"),  # JIS X 0213, plane 1
    (b"\x1b$A<C\x1b$(C0!\x1b(B", "济가"),  # ISO-2022-JP-2: GB 2312, KS C 5601
    (b"\x1b$B$3$s\r\nabc\r\n\x1b$B$K\x1b(B", "こん\r\nabc\r\nに"),  # never switched back
    (b"\x1b$B$3$s\r\n$K$A$O\x1b(B", "こん\r\nにちは"),  # cut into two lines
    (b"\x1b$B$3$\r\ns$K\x1b(B", "こんに"),  # cut in the middle of a character
    (b"\x1b$B$3$s\x1b(B\xe3\x81\x82", "こんあ"),  # UTF-8 strewn in
    (b"\x1b$B$3$s \x1b(B", "こん "),
]


@pytest.mark.parametrize(("data", "text"), JIS)
@pytest.mark.parametrize("label", ["ISO-2022-JP", "", "us-ascii", "utf-8", "shift_jis"])
def test_escape_sequences_are_believed_before_any_label(data: bytes, text: str, label: str) -> None:
    assert read(data, label)[0] == text


def test_an_odd_byte_in_kanji_is_marked_and_told() -> None:
    text, notices = read(b"\x1b$B$3$\x1b(B", "iso-2022-jp")
    assert text == "こ\ufffd"
    assert notices == ["charset_damaged"]


def test_shifted_kana_without_any_escape() -> None:
    assert read(b"\x0e6E\x0f ok", "iso-2022-jp") == ("ｶﾅ ok", [])


def test_terminal_colours_are_no_japanese() -> None:
    assert read(b"\x1b[31mred\x1b[0m")[0] == "\x1b[31mred\x1b[0m"


def test_escapes_that_a_gateway_dropped_come_back() -> None:
    text, notices = read(b"$B$3$s$K$A$O(B, $100 and $Bill", "iso-2022-jp")
    assert text == "こんにちは, $100 and $Bill"
    assert notices == ["esc_restored"]
    assert read(b"$B$3$s(B", "us-ascii") == ("$B$3$s(B", [])


BUSINESS = "お世話になっております。①㈱髙﨑の件、請求書を送付いたします。"


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("cp932", "Shift_JIS"), ("cp932", "x-sjis"), ("cp932", "Windows-31J"),
        ("cp932", "MS_Kanji"), ("utf-8", "UTF-8"), ("utf-8", "utf8"), ("utf-8", '"utf-8"'),
        ("utf-16", "utf-16"), ("utf-16-le", "UTF-16LE"), ("utf-16-be", "utf-16"),
        ("utf-32", "utf-32"), ("utf-8-sig", ""), ("utf-7", "unicode-1-1-utf-7"),
    ],
)  # fmt: skip
def test_the_declared_charset(codec: str, label: str) -> None:
    text, notices = read(BUSINESS.encode(codec), label)
    assert text.removeprefix("\ufeff") == BUSINESS
    assert notices == []


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xa4\xb3\xa4\xf3", "こん"),
        (b"\xad\xa1\xad\xea", "①㈱"),  # NEC row 13
        (b"\xfc\xe2\xfa\xb6", "髙昻"),  # NEC's selection of IBM's, rows 89 to 92
        (b"\x8f\xf4\xfb\x8f\xf4\xbd\x8f\xf3\xf3", "髙﨑ⅰ"),  # IBM's in the third plane (eucJP-ms)
        (b"\x8e\xb6\x8e\xc5", "ｶﾅ"),
        (b"\x8f\xb0\xa1", "丂"),  # JIS X 0212
        (b"\xa1\xc1\xa1\xdd", "～－"),
        (b"\xf5\xa1\x8f\xf5\xa1", "\ue000\ue3ac"),  # free to the user
    ],
)
def test_euc_jp_is_read_as_microsoft_writes_it(data: bytes, text: str) -> None:
    assert read(data, "EUC-JP") == (text, [])


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("김 현진".encode("cp949"), "ks_c_5601-1987", "김 현진"),
        ("똠방".encode("cp949"), "euc-kr", "똠방"),  # only in cp949
        ("開".encode("gb18030"), "GB2312", "開"),
        ("日本".encode("hz"), "HZ-GB-2312", "日本"),
        ("한글".encode("iso2022_kr"), "iso-2022-kr", "한글"),
        ("臺灣".encode("big5"), "Big5", "臺灣"),
        ("“quoted” – €5".encode("cp1252"), "iso-8859-1", "“quoted” – €5"),
        (b"\x81\x8d", "iso-8859-1", "\x81\x8d"),
        ("Привет".encode("koi8-r"), "KOI8-R", "Привет"),
        ("Атиков".encode("cp1251"), "windows-1251", "Атиков"),
        ("ğış".encode("cp1254"), "iso-8859-9", "ğış"),
        ("Ελλάδα".encode("iso8859-7"), "iso-8859-7", "Ελλάδα"),
        ("שלום".encode("iso8859-8"), "iso-8859-8-i", "שלום"),
        ("ไทย".encode("cp874"), "tis-620", "ไทย"),
    ],
)
def test_other_charsets_in_their_supersets(data: bytes, label: str, text: str) -> None:
    assert read(data, label) == (text, [])


@pytest.mark.parametrize("label", ["shift_jis", "iso-8859-1", "iso-2022-jp", "gb2312"])
def test_valid_utf8_wins_over_its_label(label: str) -> None:
    text, notices = read("本日は晴天なり".encode(), label)
    assert text == "本日は晴天なり"
    assert notices == ["charset_mismatch"]


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("ﾃｽ", "cp932", "shift_jis"),
        ("犲Ё", "cp932", "shift_jis"),
        ("쩔", "cp949", "euc-kr"),
        ("膜", "gb18030", "gb2312"),
    ],
)
def test_short_text_that_is_utf8_by_chance(text: str, codec: str, label: str) -> None:
    data = text.encode(codec)
    assert data.decode("utf-8") != text  # the trap is there
    assert read(data, label)[0] == text


@pytest.mark.parametrize("codec", ["cp932", "euc_jp"])
@pytest.mark.parametrize("label", ["", "us-ascii", "x-unknown", "iso-8859-1", "iso-2022-jp"])
@pytest.mark.parametrize(
    "text",
    [
        "お世話になっております。山田です。",
        "ご注文の確認",
        "請求書",
        "カタカナ",
        "Ｒｅ：注文について",
        "Hello, 山田です。Thank you.",
    ],
)
def test_japanese_without_or_with_a_wrong_label(codec: str, label: str, text: str) -> None:
    read_as, notices = read(text.encode(codec), label)
    assert read_as == text
    assert notices in (["charset_guessed"], ["charset_mismatch"])


def test_euc_in_place_of_shift_jis_and_back() -> None:
    assert read("お世話になっております".encode("euc_jp"), "shift_jis")[0] == (
        "お世話になっております"
    )
    assert read("お世話になっております".encode("cp932"), "euc-jp")[0] == ("お世話になっております")


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("été à la plage", "cp1252"), ("Müller", "cp1252"), ("Jørn Støylen", "cp1252"),
        ("Привет, как дела?", "koi8-r"), ("Привет, как дела?", "cp1251"),
        ("안녕하세요 고객님", "cp949"), ("您好，這是繁體中文的信", "big5"),
        ("你好世界，这是中文邮件", "gb18030"),
    ],
)  # fmt: skip
def test_other_languages_without_a_label(text: str, codec: str) -> None:
    assert read(text.encode(codec)) == (text, ["charset_guessed"])


def test_the_hint_of_the_rest_of_the_mail_comes_before_a_guess() -> None:
    assert read("é".encode("cp1252") * 2, hint="iso-8859-1") == ("éé", [])


def test_unknown_labels_and_codecs_that_are_no_charsets() -> None:
    for label in ("no-such-thing", "rot13", "base64", "zlib", "idna", "../etc"):
        assert read(b"plain", label) == ("plain", ["charset_unknown"])


def test_damage_is_marked_and_told() -> None:
    assert read(b"\xe3\x81\x82\xe3\x81", "utf-8") == ("あ\ufffd", ["charset_damaged"])
    assert read(BUSINESS.encode("cp932") + b"\x81", "shift_jis") == (
        BUSINESS + "\ufffd",
        ["charset_damaged"],
    )


@pytest.mark.parametrize("data", [bytes(range(256)) * 3, b"\x1b$B" + bytes(range(256))])
@pytest.mark.parametrize(
    "label", ["", "utf-8", "utf-16", "utf-7", "iso-2022-jp", "euc-jp", "gb2312", "hz", "big5"]
)
def test_no_bytes_are_refused(data: bytes, label: str) -> None:
    assert isinstance(read(data, label)[0], str)
