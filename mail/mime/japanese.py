"""The Microsoft reading of JIS, for EUC-JP and for the code sets inside ISO-2022-JP.

Japanese mail programs write cp932's repertoire whatever the label says: ① (NEC row 13), 髙 and 﨑
(IBM extensions, NEC rows 89 to 92), user-defined characters. CPython's ``euc_jp`` knows none of
them. It is fast, though, so it does the work, and an error handler fills in what it misses.

JIS has a handful of signs that Unicode has twice. All Japanese charsets are read as cp932 reads
them, so that one word is one word however it was sent, and search finds it:
wave dash 0x2141 -> ～ U+FF5E (not 〜 U+301C), and likewise ∥ U+2225, － U+FF0D, ￠ ￡ ￢.
Text in UTF-8 is left as it was written.
"""

from __future__ import annotations

import codecs
import re

_MS_SIGNS = str.maketrans(
    {
        "\u301c": "\uff5e",  # wave dash
        "\u2016": "\u2225",  # double vertical line
        "\u2212": "\uff0d",  # minus
        "\u00a2": "\uffe0",  # cent
        "\u00a3": "\uffe1",  # pound
        "\u00ac": "\uffe2",  # not
        "\u00a6": "\uffe4",  # broken bar
    }
)
_TWICE = re.compile("[\u301c\u2016\u2212\u00a2\u00a3\u00ac\u00a6]")
_HIGH = bytes(byte | 0x80 for byte in range(256))
_ERRORS = "mail.mime.euc-jp-ms"


def microsoft_signs(text: str) -> str:
    """The signs that Unicode has twice, as cp932 reads them."""
    return text.translate(_MS_SIGNS) if _TWICE.search(text) else text


def _shift_jis(row: int, cell: int) -> bytes:
    """Row and cell (1 to 94) of JIS X 0208 as Shift_JIS bytes."""
    lead = (row - 1) // 2 + (0x81 if row <= 62 else 0xC1)
    first_half = cell + (0x3F if cell <= 63 else 0x40)
    return bytes((lead, first_half if row % 2 else cell + 0x9E))


def _extension(row: int, cell: int) -> str:
    """A two-byte character beyond JIS X 0208, or '' for none."""
    try:
        return _shift_jis(row, cell).decode("cp932")
    except UnicodeDecodeError:
        # eucJP-ms gives the rows that are free to the user: 85 to 94 -> U+E000 and on.
        return chr(0xE000 + (row - 85) * 94 + cell - 1) if row >= 85 else ""


def _third_plane() -> dict[tuple[int, int], str]:
    """Where eucJP-ms keeps IBM's extensions that JIS X 0212 lacks: row 83 cell 83, and on.

    They stand in IBM's own order, without the signs that have a place in JIS already.
    """
    table: dict[tuple[int, int], str] = {}
    at = 82 * 94 + 82
    for lead in (0xFA, 0xFB, 0xFC):
        for trail in range(0x40, 0xFD):
            sign = bytes((lead, trail)).decode("cp932", "ignore")
            if len(sign) != 1 or sign in "￢￤":
                continue
            if sign != "№" and sign.encode("euc_jp", "ignore"):
                continue
            table[at // 94 + 1, at % 94 + 1] = sign
            at += 1
    return table


_THIRD_PLANE = _third_plane()


def _fill_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, start = error.object, error.start
    if data[start] == 0x8F and start + 2 < len(data):
        row, cell = data[start + 1] - 0xA0, data[start + 2] - 0xA0
        if 1 <= row <= 94 and 1 <= cell <= 94:
            if row >= 85:
                return chr(0xE3AC + (row - 85) * 94 + cell - 1), start + 3
            return _THIRD_PLANE.get((row, cell), "\ufffd"), start + 3
    if data[start] == 0x8E and start + 1 < len(data) and data[start + 1] > 0xA0:
        return "\ufffd", start + 2
    if data[start] >= 0xA1 and start + 1 < len(data):
        row, cell = data[start] - 0xA0, data[start + 1] - 0xA0
        if 1 <= row <= 94 and 1 <= cell <= 94:
            return _extension(row, cell) or "\ufffd", start + 2
    return "\ufffd", start + 1


codecs.register_error(_ERRORS, _fill_in)


def decode_euc_jp(data: bytes) -> str:
    """EUC-JP in Microsoft's superset; U+FFFD where bytes fit nothing."""
    return microsoft_signs(data.decode("euc_jp", _ERRORS))


def decode_x0208(data: bytes) -> str:
    """Pairs of seven-bit JIS X 0208 (with the extensions); an odd byte at the end is U+FFFD."""
    even = len(data) & ~1
    return decode_euc_jp(data[:even].translate(_HIGH)) + ("\ufffd" if len(data) % 2 else "")


def decode_x0212(data: bytes) -> str:
    """Pairs of seven-bit JIS X 0212, the supplementary kanji."""
    pairs = len(data) // 2
    euc = bytearray(b"\x8f" * (3 * pairs))
    high = data.translate(_HIGH)
    euc[1::3] = high[0 : 2 * pairs : 2]
    euc[2::3] = high[1 : 2 * pairs : 2]
    return decode_euc_jp(bytes(euc)) + ("\ufffd" if len(data) % 2 else "")


def decode_x0213(data: bytes, plane: int) -> str:
    """Pairs of seven-bit JIS X 0213, plane 1 or 2."""
    high = data[: len(data) & ~1].translate(_HIGH)
    if plane == 2:
        high = b"".join(b"\x8f" + high[at : at + 2] for at in range(0, len(high), 2))
    return microsoft_signs(high.decode("euc_jis_2004", "replace"))


def decode_kana(data: bytes) -> str:
    """Seven-bit half-width katakana (0x21 to 0x5F)."""
    return data.translate(_HIGH).decode("cp932", "replace")


def decode_roman(data: bytes) -> str:
    """JIS X 0201 Roman: ASCII but for ¥ and ‾."""
    return data.decode("ascii", "replace").replace("\\", "¥").replace("~", "‾")
