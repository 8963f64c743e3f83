"""Bytes to text as Gmail does it before it hands a part out in `format=full`.

Written apart from the product's decoder on purpose: each is the other's check. Japanese mail is why
it exists at all, since CPython's own ISO-2022-JP codec refuses what real mail holds:

* rows 13 and 89 to 92 of JIS X 0208 (①, ㈱, 髙, 﨑), that Windows writes without asking,
* half-width kana after `ESC ( I` or as shifted bytes,
* `ESC $ @` (JIS C 6226-1978) and a body that ends without returning to ASCII.

Everything goes through Shift_JIS bytes and code page 932, where these characters live.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

_ALIASES = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "ms_kanji": "cp932",
    "windows-31j": "cp932",
    "cp932": "cp932",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "ascii",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
}
_SAYS_NOTHING = frozenset({"us-ascii", "ascii", "unknown-8bit", "x-unknown", "default"})
_EUC_JP = frozenset({"euc-jp", "eucjp", "x-euc-jp", "eucjp-ms", "cp51932", "ujis", "x-euc"})
# Codecs that turn bytes into bytes, or that are no charset of a mail.
_NOT_TEXT = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)


def decode(data: bytes, declared: str) -> str:
    """Text of `data`, never failing: what fits nowhere becomes U+FFFD."""
    codec = _codec_for(declared)
    if codec == "utf-8":
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("utf-8", "replace")
    if codec == "iso-2022-jp" or b"\x1b$" in data:
        return decode_iso_2022_jp(data)
    if codec == "euc-jp":
        return decode_euc_jp(data)
    if codec is None:
        return _guess(data)
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        # A wrong label is more often met than broken text: try UTF-8 before giving up.
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode(codec, "replace")


@lru_cache(maxsize=1024)
def _codec_for(declared: str) -> str | None:
    """What a declared charset is read with; None where the label says nothing."""
    name = declared.strip().strip("\"'").lower().replace(" ", "")
    if name.startswith("iso-2022-jp"):
        return "iso-2022-jp"
    if name in _EUC_JP:
        return "euc-jp"
    if not name or name in _SAYS_NOTHING:
        return None
    return _lookup(_ALIASES.get(name, name))


def _lookup(name: str) -> str | None:
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if info.name in _NOT_TEXT or not info._is_text_encoding:
        return None
    return info.name


def _guess(data: bytes) -> str:
    if data.isascii():
        return data.decode("ascii")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    candidates = []
    for codec, weight in (("cp932", 2), ("euc_jp", 3)):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        kana = len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text))
        half = len(re.findall(r"[\uff61-\uff9f]", text))
        candidates.append((weight * kana - 4 * half, text))
    if candidates and max(candidates)[0] > 0:
        return max(candidates)[1]
    return data.decode("cp1252", "replace")


def _jis_pair(high: int, low: int) -> str:
    """One character of JIS X 0208 (with the vendors' rows) from its two seven-bit bytes."""
    if not (0x21 <= high <= 0x7E and 0x21 <= low <= 0x7E):
        return "\ufffd"
    row = (high - 0x21) >> 1
    lead = row + (0x81 if row < 0x1F else 0xC1)
    even_row_start = 0x1F if low < 0x60 else 0x20
    trail = low + (0x7E if (high - 0x21) & 1 else even_row_start)
    return bytes((lead, trail)).decode("cp932", "replace")


_SET_AFTER = {
    b"(B": "ascii",
    b"(J": "roman",
    b"(I": "kana",
    b"(H": "ascii",  # an old mistake for (J
    b"$B": "jis",
    b"$@": "jis",
    b"$(B": "jis",
    b"$(@": "jis",
    b"&@": "skip",  # announces the 1990 revision; an ESC $ B follows
    b"$(D": "jis0212",
    b"$(Q": "jis",  # JIS X 0213 plane 1: a superset; its additions become U+FFFD
    b"$(O": "jis",
    b"$A": "gb2312",
    b"$(C": "ksc",
    b".A": "skip",
    b".F": "skip",
}
_ESCAPE = re.compile(rb"\x1b(\$\([BDQOC@]|\$[B@A]|\([BJIH]|&@|\.[AF])")


def decode_iso_2022_jp(data: bytes) -> str:
    out: list[str] = []
    charset = "ascii"
    position = 0
    for match in _ESCAPE.finditer(data):
        out.append(_jis_run(data[position : match.start()], charset))
        new = _SET_AFTER[match.group(1)]
        charset = charset if new == "skip" else new
        position = match.end()
    out.append(_jis_run(data[position:], charset))
    return "".join(out)


def _jis_run(run: bytes, charset: str) -> str:
    if not run:
        return ""
    if charset in ("ascii", "roman"):
        # Shift-out and eight-bit bytes: half-width kana of JIS7 and JIS8 mail.
        if b"\x0e" not in run and max(run) < 0x80:
            return run.decode("ascii")
        return _shifted_kana(run)
    if charset == "kana":
        return "".join(
            chr(0xFF61 + (b & 0x7F) - 0x21) if 0x21 <= (b & 0x7F) <= 0x5F else chr(b & 0x7F)
            for b in run
        )
    out: list[str] = []
    i = 0
    while i < len(run):
        high = run[i]
        if high <= 0x20 or high == 0x7F:
            # A line end inside the run: the line ends, the set stays (as mail programs read it).
            out.append(chr(high))
            i += 1
        elif i + 1 >= len(run):
            out.append("\ufffd")
            i += 1
        else:
            out.append(_double_byte(high & 0x7F, run[i + 1] & 0x7F, charset))
            i += 2
    return "".join(out)


def _double_byte(high: int, low: int, charset: str) -> str:
    if charset == "jis":
        return _jis_pair(high, low)
    pair = bytes((high | 0x80, low | 0x80))
    if charset == "jis0212":
        return (b"\x8f" + pair).decode("euc_jp", "replace")
    if charset == "gb2312":
        return pair.decode("gb2312", "replace")
    return pair.decode("euc_kr", "replace")


def _shifted_kana(run: bytes) -> str:
    out: list[str] = []
    shifted = False
    for byte in run:
        if byte == 0x0E:
            shifted = True
        elif byte == 0x0F:
            shifted = False
        elif 0xA1 <= byte <= 0xDF:
            out.append(chr(0xFF61 + byte - 0xA1))
        elif shifted and 0x21 <= byte <= 0x5F:
            out.append(chr(0xFF61 + byte - 0x21))
        else:
            out.append(chr(byte) if byte < 0x80 else "\ufffd")
    return "".join(out)


def decode_euc_jp(data: bytes) -> str:
    """EUC-JP with Microsoft's rows, which CPython's codec does not know."""
    out: list[str] = []
    i = 0
    end = len(data)
    while i < end:
        byte = data[i]
        if byte < 0x80:
            out.append(chr(byte))
            i += 1
        elif byte == 0x8E and i + 1 < end and 0xA1 <= data[i + 1] <= 0xDF:
            out.append(chr(0xFF61 + data[i + 1] - 0xA1))
            i += 2
        elif byte == 0x8F and i + 2 < end:
            out.append(data[i : i + 3].decode("euc_jp", "replace")[:1])
            i += 3
        elif 0xA1 <= byte <= 0xFE and i + 1 < end and data[i + 1] >= 0xA1:
            out.append(_jis_pair(byte & 0x7F, data[i + 1] & 0x7F))
            i += 2
        else:
            out.append("\ufffd")
            i += 1
    return "".join(out)
