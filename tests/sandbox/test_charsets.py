"""The sandbox's own decoder: Japanese mail as it really is."""

from __future__ import annotations

import pytest

from sandbox import charsets


def jis(*pairs: tuple[int, int], escape: bytes = b"\x1b$B") -> bytes:
    return escape + b"".join(bytes(pair) for pair in pairs) + b"\x1b(B"


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("日本語".encode("iso2022_jp"), "ISO-2022-JP", "日本語"),
        ("日本語".encode("iso2022_jp"), "", "日本語"),
        ("日本語".encode("iso2022_jp"), "us-ascii", "日本語"),
        # NEC's row 13, and IBM's extensions where NEC put them (rows 89 to 92)
        (jis((0x2D, 0x21), (0x2D, 0x6A)), "iso-2022-jp", "①㈱"),
        (jis((0x7C, 0x62), (0x79, 0x75)), "iso-2022-jp", "髙﨑"),
        (jis((0x46, 0x7C), escape=b"\x1b$@"), "iso-2022-jp", "日"),
        (b"\x1b(I\x43\x3d\x44\x1b(B.", "iso-2022-jp", "ﾃｽﾄ."),
        (b"\x0e\x43\x3d\x44\x0f", "iso-2022-jp", "ﾃｽﾄ"),
        (b"a\x1b$BF|K\\", "iso-2022-jp", "a日本"),  # never returns to ASCII
        (b"\x1b$BF|\nK\\\x1b(B", "iso-2022-jp", "日\n本"),
        (b"\x1b$BF", "iso-2022-jp", "\ufffd"),
        ("丸付き①と髙".encode("cp932"), "Shift_JIS", "丸付き①と髙"),
        ("ﾊﾝｶｸ".encode("cp932"), "x-sjis", "ﾊﾝｶｸ"),
        ("日本語".encode("euc_jp"), "EUC-JP", "日本語"),
        (b"\xad\xa1\xfc\xe2", "euc-jp", "①髙"),  # Microsoft's rows
        (b"\x8e\xb1\x8e\xb2", "euc-jp", "ｱｲ"),
        ("日本語".encode(), "utf-8", "日本語"),
        ("日本語".encode(), "iso-8859-6", "日本語"),  # a wrong label that does not fit
        ("スティ".encode(), "", "スティ"),
        ("日本語のメールです".encode("cp932"), "", "日本語のメールです"),
        ("漢字かな交じり".encode("euc_jp"), "x-unknown", "漢字かな交じり"),
        (b"caf\xe9", "iso-8859-1", "café"),
        (b"\x93quoted\x94", "iso-8859-1", "“quoted”"),
        (b"abc", "base64", "abc"),  # a codec, but none for text
        (b"\xff\xfe", "utf-8", "\ufffd\ufffd"),
        ("한국어".encode("cp949"), "ks_c_5601-1987", "한국어"),
    ],
)
def test_decode(data: bytes, declared: str, text: str) -> None:
    assert charsets.decode(data, declared) == text


def test_agrees_with_cpython_on_the_plain_set() -> None:
    """Every cell of JIS X 0208 that CPython knows, but for six that Windows maps otherwise."""
    differing = {"〜": "～", "‖": "∥", "−": "－", "¢": "￠", "£": "￡", "¬": "￢"}
    compared = 0
    for high in range(0x21, 0x75):
        for low in range(0x21, 0x7F):
            try:
                known = bytes((high | 0x80, low | 0x80)).decode("euc_jp")
            except UnicodeDecodeError:
                continue
            compared += 1
            expected = differing.get(known, known)
            assert charsets.decode(jis((high, low)), "iso-2022-jp") == expected
            assert charsets.decode(bytes((high | 0x80, low | 0x80)), "euc-jp") == expected
    assert compared > 6800
