"""ISO-2022-JP as it is really written, read through cp932's repertoire.

The charset switches code sets by escape sequences. CPython's codecs lose ① ㈱ 髙 﨑 and half-width
kana, and stop at a line that forgot to switch back; this reader knows

* JIS X 0208 (``ESC $ B``), its 1978 edition (``ESC $ @``), JIS X 0212 (``ESC $ ( D``),
  JIS X 0213 (``ESC $ ( O P Q``), half-width kana (``ESC ( I``, SO/SI, or plain 8-bit),
  JIS X 0201 Roman (``ESC ( J``: \\ is ¥ and ~ is ‾), and the GB 2312, KS C 5601 of ISO-2022-JP-2;
* lines that were cut in the middle of kanji, and lines that never switched back;
* text whose ESC bytes a gateway has dropped (``$B$3$s(B``): :func:`restore_escapes`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mail.mime import japanese

_ESCAPE = re.compile(rb"\x1b(?:\$\(?[@-DO-Q]|\([BJHI]|&@|\.[AF]|N)")
_DESIGNATES = re.compile(rb"\x1b(?:\$\(?[@BCDOPQA]|\([IJ])")
_LINE_BREAK = re.compile(rb"[\r\n]+")
_PAIRS = re.compile(rb"[\x21-\x7e]+")
_LOST = re.compile(rb"\$[B@]((?:[\x21-\x7e]{2}){1,200}?)\([BJ]")

Decode = Callable[[bytes], str]


def _gb2312(run: bytes) -> str:
    return bytes(byte | 0x80 for byte in run).decode("gb18030", "replace")


def _ks_c_5601(run: bytes) -> str:
    return bytes(byte | 0x80 for byte in run).decode("cp949", "replace")


# Code sets of two bytes a character, by the end of their escape sequence.
_DOUBLE: dict[bytes, Decode] = {
    b"@": japanese.decode_x0208,
    b"B": japanese.decode_x0208,
    b"D": japanese.decode_x0212,
    b"A": _gb2312,
    b"C": _ks_c_5601,
    b"O": lambda run: japanese.decode_x0213(run, 1),
    b"Q": lambda run: japanese.decode_x0213(run, 1),
    b"P": lambda run: japanese.decode_x0213(run, 2),
}


def has_escapes(data: bytes) -> bool:
    """Whether ``data`` switches to a Japanese code set (and not merely colours a terminal)."""
    return b"\x1b" in data and _DESIGNATES.search(data) is not None


def restore_escapes(data: bytes) -> bytes:
    """``data`` with the ESC put back before ``$B`` and ``(B`` where both were left without."""
    if b"\x1b" in data or b"$" not in data:
        return data
    return _LOST.sub(lambda found: b"\x1b$B" + found.group(1) + b"\x1b(B", data)


def decode(data: bytes) -> str:
    """All of ``data``, with U+FFFD where nothing fits."""
    out: list[str] = []
    double: Decode | None = None
    single: Decode = _decode_single
    at = 0
    escapes = list(_ESCAPE.finditer(data))
    for index in range(len(escapes) + 1):
        escape = escapes[index] if index < len(escapes) else None
        run = data[at : escape.start() if escape else len(data)]
        if double is None:
            out.append(single(run))
        else:
            closes = escape is not None and escape.group()[1:2] == b"("
            out.append(_decode_double(run, double, closes=closes))
        if escape is None:
            break
        at = escape.end()
        sequence = escape.group()
        if sequence[1:2] == b"$":
            double = _DOUBLE[sequence[-1:]]
        elif sequence[1:2] == b"(":
            double, single = None, _SINGLE[sequence[-1:]]
    return "".join(out)


def _decode_double(run: bytes, decode_pairs: Decode, *, closes: bool) -> str:
    """Text in a two-byte code set.

    A line should switch back before it ends. Where the next switch is back to ASCII (``closes``),
    the line was merely cut in two and goes on in kanji; else the rest is ASCII.
    """
    if _PAIRS.fullmatch(run):
        return decode_pairs(run)
    if closes and _LINE_BREAK.search(run):
        head, *rest = _LINE_BREAK.split(run)
        if len(head) % 2 and rest:  # cut in the middle of a character
            return _decode_mixed(head + rest[0], decode_pairs) + "".join(
                "\n" + _decode_mixed(line, decode_pairs) for line in rest[1:]
            )
    elif _LINE_BREAK.search(run):
        found = _LINE_BREAK.search(run)
        assert found is not None
        return _decode_mixed(run[: found.start()], decode_pairs) + _decode_single(
            run[found.start() :]
        )
    return _decode_mixed(run, decode_pairs)


def _decode_mixed(run: bytes, decode_pairs: Decode) -> str:
    """A run that should be pairs, with blanks, line breaks or 8-bit bytes strewn in."""
    out: list[str] = []
    at = 0
    for found in _PAIRS.finditer(run):
        out.append(_decode_single(run[at : found.start()]))
        out.append(decode_pairs(found.group()))
        at = found.end()
    out.append(_decode_single(run[at:]))
    return "".join(out)


def _decode_single(run: bytes) -> str:
    """ASCII, with what is not: SO/SI kana, and 8-bit bytes that are UTF-8 or cp932."""
    if run.isascii() and b"\x0e" not in run:
        return run.decode("ascii").replace("\x0f", "")
    if b"\x0e" in run:
        head, *shifted = run.split(b"\x0e")
        out = [_decode_single(head)]
        for piece in shifted:
            kana, _, rest = piece.partition(b"\x0f")
            out.append(_decode_kana(kana))
            out.append(_decode_single(rest))
        return "".join(out)
    try:
        return run.decode("utf-8")
    except UnicodeDecodeError:
        return run.decode("cp932", "replace")


def _decode_kana(run: bytes) -> str:
    """Half-width kana, up to the end of the line."""
    found = _LINE_BREAK.search(run)
    if found is None:
        return "".join(_kana_or_plain(run))
    return "".join(_kana_or_plain(run[: found.start()])) + _decode_single(run[found.start() :])


def _kana_or_plain(run: bytes) -> list[str]:
    return [
        japanese.decode_kana(bytes((byte,)))
        if 0x21 <= byte <= 0x5F
        else chr(byte)
        if byte < 0x80
        else bytes((byte,)).decode("cp932", "replace")
        for byte in run
    ]


def _decode_roman(run: bytes) -> str:
    if run.isascii():
        return japanese.decode_roman(run)
    return _decode_single(run)


_SINGLE: dict[bytes, Decode] = {
    b"B": _decode_single,
    b"H": _decode_roman,
    b"J": _decode_roman,
    b"I": _decode_kana,
}
