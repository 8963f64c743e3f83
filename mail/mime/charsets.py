"""Bytes to text: what a body or header says, whatever its label claims.

The order of belief: a byte order mark; escape sequences (ISO-2022-JP, through cp932); valid UTF-8;
the declared charset, in the superset that programs really write (shift_jis is cp932, gb2312 is
gb18030, iso-8859-1 is windows-1252, euc-jp is Microsoft's); a guess, which says so by a notice.

Two refinements. Short texts in a declared East Asian charset can be valid UTF-8 by chance, but then
they spell Latin, Cyrillic or Lao letters: without any East Asian character the label is believed.
And a Western label, which fits any bytes, is not believed when the text reads as clear Japanese.
"""

from __future__ import annotations

import codecs
import functools
import re
from dataclasses import dataclass

from mail.mime import guess, iso2022jp, japanese
from mail.mime.model import NoticeBook

_ALIASES = {
    "ascii": "us-ascii", "usascii": "us-ascii", "ansix341968": "us-ascii", "646": "us-ascii",
    "utf8": "utf-8", "utf8mb4": "utf-8", "unicode11utf8": "utf-8", "cp65001": "utf-8",
    "xunknown": "", "unknown": "", "unknown8bit": "", "none": "", "default": "", "binary": "",
    "8bit": "", "7bit": "", "auto": "", "undefined": "", "iso": "", "x": "",
    "shiftjis": "cp932", "sjis": "cp932", "xsjis": "cp932", "xshiftjis": "cp932",
    "mskanji": "cp932", "windows31j": "cp932", "cswindows31j": "cp932", "cp932": "cp932",
    "ms932": "cp932", "ibm943": "cp932", "cp943c": "cp932", "shiftjis2004": "shift_jis_2004",
    "shiftjisx0213": "shift_jisx0213", "csshiftjis": "cp932", "windows932": "cp932",
    "eucjp": "euc-jp", "xeucjp": "euc-jp", "ujis": "euc-jp", "eucjpms": "euc-jp",
    "cp51932": "euc-jp", "eucjpwin": "euc-jp", "xeuc": "euc-jp", "euc": "euc-jp",
    "extendedunixcodepackedformatforjapanese": "euc-jp", "cseucpkdfmtjapanese": "euc-jp",
    "eucjis2004": "euc_jis_2004",
    "iso2022jp": "iso-2022-jp", "iso2022jp1": "iso-2022-jp", "iso2022jp2": "iso-2022-jp",
    "iso2022jp3": "iso-2022-jp", "iso2022jp2004": "iso-2022-jp", "iso2022jpms": "iso-2022-jp",
    "iso2022jpext": "iso-2022-jp", "cp50220": "iso-2022-jp", "cp50221": "iso-2022-jp",
    "cp50222": "iso-2022-jp", "jis": "iso-2022-jp", "jis7": "iso-2022-jp",
    "csiso2022jp": "iso-2022-jp", "xiso2022jp": "iso-2022-jp", "windows50220": "iso-2022-jp",
    "iso2022kr": "iso2022_kr", "csiso2022kr": "iso2022_kr",
    "gb2312": "gb18030", "xgb2312": "gb18030", "gbk": "gb18030", "xgbk": "gb18030",
    "cp936": "gb18030", "euccn": "gb18030", "windows936": "gb18030", "gb18030": "gb18030",
    "gb231280": "gb18030", "csgb2312": "gb18030", "hzgb2312": "hz", "hz": "hz",
    "ksc5601": "cp949", "ksc56011987": "cp949", "ksc5601987": "cp949", "ksc56011989": "cp949",
    "euckr": "cp949", "uhc": "cp949", "xwindows949": "cp949", "windows949": "cp949",
    "cp949": "cp949", "ksx1001": "cp949", "korean": "cp949", "cseuckr": "cp949",
    "big5": "big5hkscs", "xbig5": "big5hkscs", "cp950": "cp950", "big5hkscs": "big5hkscs",
    "cnbig5": "big5hkscs", "windows950": "cp950", "csbig5": "big5hkscs",
    "iso88591": "cp1252", "latin1": "cp1252", "l1": "cp1252", "xansi": "cp1252",
    "ansi": "cp1252", "windows1252": "cp1252", "cp1252": "cp1252", "iso885911987": "cp1252",
    "iso885915": "iso8859-15", "latin9": "iso8859-15",
    "iso88599": "cp1254", "latin5": "cp1254",
    "iso88598i": "iso8859-8", "iso88598e": "iso8859-8", "iso88596i": "iso8859-6",
    "iso88596e": "iso8859-6", "iso885911": "cp874", "tis620": "cp874", "windows874": "cp874",
    "koi8": "koi8-r", "koi8ru": "koi8-u", "macintosh": "mac-roman", "xmacroman": "mac-roman",
    "xmacjapanese": "cp932", "unicode": "utf-16", "ucs2": "utf-16", "iso10646ucs2": "utf-16",
    "unicode11utf7": "utf-7", "xunicode20utf7": "utf-7", "csunicode11utf7": "utf-7",
}  # fmt: skip

# Codecs that do something else than decode a charset.
_NOT_CHARSETS = frozenset(
    (
        "base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "idna", "punycode",
        "unicodeescape", "rawunicodeescape", "undefined", "mbcs", "oem", "charmap",
    )
)  # fmt: skip
_LABEL = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
_JAPANESE = frozenset(("cp932", "euc-jp", "iso-2022-jp", "shift_jis_2004", "shift_jisx0213"))
_EAST_ASIAN = _JAPANESE | {"gb18030", "cp949", "big5hkscs", "cp950", "euc_jis_2004", "johab"}
_SEVEN_BIT = frozenset(("hz", "iso2022_kr", "utf-7"))
_WIDE = frozenset(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"))
_WESTERN = frozenset(("cp1252", "us-ascii", "iso8859-15", "cp1254", "iso8859-2", "mac-roman"))
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of the signs with three bytes and more, those that stand in East Asian mail (no Lao, no Khmer).
_WIDE_SIGN = re.compile(r"[\u1100-\u11ff\u2000-\U0010ffff]")
_SURE = 0.75


# What a person may choose from when a mail is garbled, the likely ones first.
CHOICES = (
    "utf-8", "iso-2022-jp", "shift_jis", "euc-jp", "gb18030", "big5", "euc-kr", "windows-1252",
    "windows-1251", "koi8-r", "utf-16",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the charset that it was read in."""

    text: str
    charset: str


@functools.lru_cache(maxsize=256)
def canonical(label: str) -> str | None:
    """The codec for a charset label: '' for labels that say nothing, None for unknown ones."""
    label = label.partition("*")[0].strip(" \t\"'")
    plain = re.sub(r"[^a-z0-9]", "", label.lower()[:80])
    if not plain:
        return ""
    if plain in _ALIASES:
        return _ALIASES[plain]
    if not _LABEL.fullmatch(label):
        return None
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    again = re.sub(r"[^a-z0-9]", "", name)
    if again in _NOT_CHARSETS:
        return None
    return _ALIASES.get(again, name)


def is_japanese(label: str) -> bool:
    """Whether a label names one of the Japanese charsets from before Unicode."""
    return canonical(label) in _JAPANESE


def is_western(label: str) -> bool:
    """Whether a label names a Western charset, or says nothing."""
    return canonical(label) in _WESTERN | {"", None}


def decode(data: bytes, declared: str, book: NoticeBook, *, hint: str = "") -> Decoded:
    """``data`` as text. ``hint`` is a charset seen elsewhere in the mail, for unlabelled text."""
    label = canonical(declared)
    if label is None:
        book.add("charset_unknown", declared)
        label = ""
    for mark, charset in _BOMS:
        if data.startswith(mark) and (charset != "utf-16" or label in _WIDE or b"\0" in data):
            return _damaged(data.decode(charset, "replace"), charset, book)
    if label in _WIDE:
        return _wide(data, label, book)
    if label in _SEVEN_BIT:
        text = _strict(data, label)
        if text is not None:
            return Decoded(text, label)
    if iso2022jp.has_escapes(data):
        return _damaged(iso2022jp.decode(data), "iso-2022-jp", book)
    if data.isascii():
        return _ascii(data, label, book)
    return _eight_bit(data, label, book, hint)


def decode_as(data: bytes, label: str) -> str:
    """``data`` in the charset that a person chose, right or wrong (文字コードを変えて表示)."""
    charset = canonical(label)
    if not charset:
        raise ValueError(f"not a charset: {label!r}")
    return _replace(data, charset)


def decode_header(data: bytes, book: NoticeBook, *, hint: str = "") -> str:
    """A header value that holds raw, unlabelled 8-bit or escaped text."""
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")
    return decode(data, "", book, hint=hint).text


def _ascii(data: bytes, label: str, book: NoticeBook) -> Decoded:
    if label == "iso-2022-jp" and b"\x0e" in data:  # half-width kana by SO and SI alone
        return _damaged(iso2022jp.decode(data), label, book)
    if label == "iso-2022-jp":
        restored = iso2022jp.restore_escapes(data)
        if restored is not data and restored != data:
            book.add("esc_restored")
            return _damaged(iso2022jp.decode(restored), label, book)
    return Decoded(data.decode("ascii"), label or "us-ascii")


def _eight_bit(data: bytes, label: str, book: NoticeBook, hint: str) -> Decoded:
    as_utf8 = _strict(data, "utf-8")
    if as_utf8 is not None and not _utf8_by_chance(data, as_utf8, label or canonical(hint) or ""):
        if label not in ("utf-8", "", "us-ascii"):
            book.add("charset_mismatch", f"{label}, read as utf-8")
        return Decoded(as_utf8, "utf-8")
    if label == "utf-8" and _nearly_utf8(data):
        return _damaged(data.decode("utf-8", "replace"), "utf-8", book)
    believed = label or canonical(hint) or ""
    best: guess.Guess | None = None
    if believed and believed not in ("utf-8", "us-ascii", "iso-2022-jp"):
        if believed in _WESTERN and guess.may_be_japanese(data):
            best = guess.guess(data)
            if best.charset in ("cp932", "euc-jp") and best.score >= _SURE:
                book.add("charset_mismatch", f"{believed}, read as {best.charset}")
                return _damaged(_replace(data, best.charset), best.charset, book)
        text = _strict(data, believed)
        if text is not None and believed == "cp932" and guess.mostly_halfwidth(text):
            best = guess.guess(data)
            text = None if best.charset == "euc-jp" and best.score >= _SURE else text
        if text is not None:
            return Decoded(text, believed)
    best = best or guess.guess(data)
    if believed in _EAST_ASIAN and believed != "iso-2022-jp":
        # A few broken bytes do not make the label wrong; a better reading elsewhere does.
        text = _replace(data, believed)
        broken = "\ufffd" in text and text.count("\ufffd") * 50 <= len(text)
        if best.charset == believed or best.score < _SURE or broken:
            return _damaged(text, believed, book)
    elif believed in _WESTERN and believed != "us-ascii":
        return Decoded(_western(data), "cp1252")
    charset = best.charset
    if label and label != "us-ascii":
        book.add("charset_mismatch", f"{label}, read as {charset}")
    else:
        book.add("charset_guessed", charset)
    if charset == "cp1252":
        return Decoded(_western(data), charset)
    return _damaged(_replace(data, charset), charset, book)


def _utf8_by_chance(data: bytes, text: str, label: str) -> bool:
    """Valid UTF-8, but in a declared East Asian charset it is valid too, and more likely."""
    if label not in _EAST_ASIAN or label == "iso-2022-jp" or _strict(data, label) is None:
        return False
    if _WIDE_SIGN.search(text) is None:
        return True
    # Signs that nobody writes: a few bytes happen to fit both, and the label is the better witness.
    return not guess.everyday("".join(sign for sign in text if sign > "\x7f"))


def _nearly_utf8(data: bytes) -> bool:
    """UTF-8 but for a cut character or a few bad bytes."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for sign in text[:65536] if sign > "\x7f" and sign != "\ufffd")
    return good > 0 and (bad <= 2 or bad * 10 <= good)


def _wide(data: bytes, label: str, book: NoticeBook) -> Decoded:
    """UTF-16 and UTF-32. Without a mark they are big-endian (RFC 2781), in fact either."""
    names = (label,) if label.endswith("e") else (f"{label}-be", f"{label}-le")
    readings = [(data.decode(name, "replace"), name) for name in names]
    text, name = max(readings, key=lambda reading: guess.everyday(reading[0]))
    if guess.everyday(text) * 2 < len(text):
        plain = _strict(data, "utf-8")
        if plain is not None and "\0" not in plain:
            return Decoded(plain, "utf-8")  # the label is wrong
    return _damaged(text, name, book)


def _strict(data: bytes, charset: str) -> str | None:
    if charset in ("euc-jp", "iso-2022-jp"):
        text = _replace(data, charset)
        return None if "\ufffd" in text else text
    try:
        text = data.decode(charset)
    except (UnicodeError, LookupError):
        return _western(data) if charset == "cp1252" else None
    return japanese.microsoft_signs(text) if charset in _JAPANESE else text


def _replace(data: bytes, charset: str) -> str:
    if charset == "euc-jp":
        return japanese.decode_euc_jp(data)
    if charset == "iso-2022-jp":
        return iso2022jp.decode(data)
    text = data.decode(charset, "replace")
    return japanese.microsoft_signs(text) if charset in _JAPANESE else text


def _western(data: bytes) -> str:
    """cp1252, with the five bytes that it leaves undefined as Latin-1 has them."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        table = {
            byte: bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in range(256)
        }
        return data.decode("latin-1").translate(table)


def _damaged(text: str, charset: str, book: NoticeBook) -> Decoded:
    bad = text.count("\ufffd")
    if bad:
        book.add("charset_damaged", f"{bad} in {charset}")
    return Decoded(text, charset)
