"""The character sets of Japanese mail, as its programs write them and not as the RFCs wish.

Windows mail programs label as ISO-2022-JP what is really CP50221: JIS X 0208 with NEC row 13
(①㈱) and the NEC selection of IBM's kanji (髙﨑), and half-width kana after ESC ( I.  Python's
`iso2022_jp` can write none of these, so the encoder is ours.  CP932 knows 髙 at two places; only
the NEC one (lead bytes ED and EE) fits into the 94x94 grid of a seven-bit set.
"""

from __future__ import annotations

import base64
import functools

ASCII, KANA, KANJI = b"\x1b(B", b"\x1b(I", b"\x1b$B"


class Unencodable(ValueError):
    """The text has a character that this character set cannot carry."""


@functools.cache
def _nec_selected() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for lead in (0xED, 0xEE):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            pair = bytes((lead, trail))
            try:
                found.setdefault(pair.decode("cp932"), pair)
            except UnicodeDecodeError:
                continue  # the tail of the last row is unassigned
    return found


def _jis_pair(char: str) -> bytes:
    try:
        lead, trail = _nec_selected().get(char) or char.encode("cp932")
    except (UnicodeEncodeError, ValueError) as error:
        raise Unencodable(char) from error
    row = (lead - (0x71 if lead < 0xE0 else 0xB1)) * 2 + 1
    if trail > 0x7F:
        trail -= 1
    if trail >= 0x9E:
        return bytes((row + 1, trail - 0x7D))
    return bytes((row, trail - 0x1F))


def iso2022jp_ms(text: str) -> bytes:
    """Encode as CP50221; every line ends in ASCII, as mail demands."""
    out, mode = bytearray(), ASCII
    for char in text:
        if ord(char) < 0x80:
            wanted, code = ASCII, char.encode("ascii")
        elif "\uff61" <= char <= "\uff9f":
            wanted, code = KANA, bytes((ord(char) - 0xFF61 + 0x21,))
        else:
            wanted, code = KANJI, _jis_pair(char)
        if wanted is not mode:
            out += wanted
            mode = wanted
        out += code
    if mode is not ASCII:
        out += ASCII
    return bytes(out)


def encode(text: str, charset: str) -> bytes:
    """Encode for a part that says `charset`; raises Unencodable."""
    name = charset.lower()
    if name == "iso-2022-jp":
        return iso2022jp_ms(text)
    codec = "cp932" if name in ("shift_jis", "windows-31j") else name
    try:
        return text.encode(codec)
    except UnicodeEncodeError as error:
        raise Unencodable(error.object[error.start]) from error


def fits(text: str, charset: str) -> bool:
    """Tell whether `charset` can carry the text."""
    try:
        encode(text, charset)
    except Unencodable:
        return False
    return True


def _q(data: bytes) -> str:
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/"
    return "".join(
        chr(byte) if byte in plain else "_" if byte == 0x20 else f"={byte:02X}" for byte in data
    )


def encoded_words(text: str, charset: str, *, kind: str = "B", room: int = 75) -> list[str]:
    """Split into RFC 2047 words of at most `room` characters, each whole in itself."""
    frame = len(f"=?{charset}?{kind}??=")
    words: list[str] = []
    piece, done = "", ""
    for char in text:
        data = encode(piece + char, charset)
        body = base64.b64encode(data).decode() if kind == "B" else _q(data)
        if piece and frame + len(body) > room:
            words.append(done)
            piece = char
            data = encode(piece, charset)
            body = base64.b64encode(data).decode() if kind == "B" else _q(data)
        else:
            piece += char
        done = f"=?{charset}?{kind}?{body}?="
    if piece:
        words.append(done)
    return words


def header_text(text: str, charset: str, *, kind: str = "B", indent: str = " ") -> str:
    """Write unstructured header text: ASCII as it is, all else as folded encoded words."""
    if text.isascii():
        return text
    # The first word shares its line with the header's name.
    return f"\r\n{indent}".join(encoded_words(text, charset, kind=kind, room=64))


def rfc2231(name: str, value: str, *, room: int = 60) -> list[str]:
    """Write a parameter by RFC 2231, continued over several pieces where it is long."""
    quoted = [
        chr(byte)
        if (chr(byte).isascii() and chr(byte).isalnum()) or byte in b"-._"
        else f"%{byte:02X}"
        for byte in value.encode()
    ]
    pieces, line = [], "UTF-8''"
    for mark in quoted:
        if len(line) + len(mark) > room:
            pieces.append(line)
            line = ""
        line += mark
    pieces.append(line)
    if len(pieces) == 1:
        return [f"{name}*={pieces[0]}"]
    return [f"{name}*{number}*={piece}" for number, piece in enumerate(pieces)]
