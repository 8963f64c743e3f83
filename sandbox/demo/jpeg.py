"""A baseline JPEG coder (ITU T.81), enough for the demo's drawn photographs.

4:4:4, the example tables of Annex K.  A block of one colour is written without a transform, which
is what keeps pure Python quick here.
"""

from __future__ import annotations

import math
import struct

from sandbox.demo.pictures import Canvas

_ZIGZAG = (
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
)  # fmt: skip
_LUMINANCE = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
_DC_BITS = (0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)
_DC_VALUES = tuple(range(12))
_AC_BITS = (0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125)
_AC_VALUES = bytes.fromhex(
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a2526"
    "2728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485"
    "868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6"
    "d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
)
_QUANT = tuple(max(1, value // 2) for value in _LUMINANCE)
_WAVE = [
    [math.cos((2 * x + 1) * u * math.pi / 16) * (math.sqrt(0.125) if u == 0 else 0.5)
     for x in range(8)]
    for u in range(8)
]  # fmt: skip


def _codes(bits: tuple[int, ...], values: bytes | tuple[int, ...]) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    code, place = 0, 0
    for length, count in enumerate(bits, start=1):
        for _ in range(count):
            found[values[place]] = (code, length)
            code += 1
            place += 1
        code <<= 1
    return found


_DC, _AC = _codes(_DC_BITS, _DC_VALUES), _codes(_AC_BITS, _AC_VALUES)


class _Bits:
    """A bit stream with a zero after each FF, as the format asks."""

    def __init__(self) -> None:
        self.value, self.length, self.done = 0, 0, bytearray()

    def put(self, code: int, length: int) -> None:
        self.value = self.value << length | code
        self.length += length
        if self.length > 512:
            rest = self.length % 8
            self.done += (self.value >> rest).to_bytes(self.length // 8, "big")
            self.value, self.length = self.value & (1 << rest) - 1, rest

    def close(self) -> bytes:
        pad = -self.length % 8
        self.put((1 << pad) - 1, pad)
        self.done += self.value.to_bytes(self.length // 8, "big")
        return bytes(self.done).replace(b"\xff", b"\xff\x00")


def _number(bits: _Bits, value: int, size: int) -> None:
    if size:
        bits.put(value if value > 0 else value + (1 << size) - 1, size)


def _transform(block: list[float]) -> list[int]:
    if min(block) == max(block):
        return [round(block[0] * 8 / _QUANT[0])] + [0] * 63
    # By rows, then by columns; equal rows, frequent in drawings, are computed once.
    known: dict[tuple[float, ...], list[float]] = {}
    rows = []
    for y in range(0, 64, 8):
        line = tuple(block[y : y + 8])
        if line not in known:
            known[line] = _wave(line)
        rows.append(known[line])
    columns = [_wave(column) for column in zip(*rows, strict=True)]
    return [round(columns[place % 8][place // 8] / _QUANT[place]) for place in _ZIGZAG]


def _wave(dots: tuple[float, ...]) -> list[float]:
    if not any(dots):
        return [0.0] * 8
    a, b, c, d, e, f, g, h = dots
    return [
        a * p + b * q + c * r + d * s + e * t + f * u + g * v + h * w
        for p, q, r, s, t, u, v, w in _WAVE
    ]


def _block(bits: _Bits, coefficients: list[int], before: int) -> None:
    step = coefficients[0] - before
    size = abs(step).bit_length()
    bits.put(*_DC[size])
    _number(bits, step, size)
    zeros = 0
    last = max((place for place in range(1, 64) if coefficients[place]), default=0)
    for value in coefficients[1 : last + 1]:
        if not value:
            zeros += 1
            continue
        while zeros > 15:
            bits.put(*_AC[0xF0])
            zeros -= 16
        size = abs(value).bit_length()
        bits.put(*_AC[zeros << 4 | size])
        _number(bits, value, size)
        zeros = 0
    if last < 63:
        bits.put(*_AC[0])


def encode(picture: Canvas) -> bytes:
    """Return the picture as JPEG; its sides must be multiples of eight."""
    pieces: list[bytes] = []
    before = [0, 0, 0]
    bits = _Bits()
    for top in range(0, picture.height, 8):
        for left in range(0, picture.width, 8):
            cut = b"".join(picture.rows[y][left * 3 : left * 3 + 24] for y in range(top, top + 8))
            red, green, blue = cut[0::3], cut[1::3], cut[2::3]
            flat = cut == cut[:3] * 64
            dots = (
                [(red[0], green[0], blue[0])] if flat else list(zip(red, green, blue, strict=True))
            )
            planes = (
                [0.299 * r + 0.587 * g + 0.114 * b - 128 for r, g, b in dots],
                [-0.1687 * r - 0.3313 * g + 0.5 * b for r, g, b in dots],
                [0.5 * r - 0.4187 * g - 0.0813 * b for r, g, b in dots],
            )
            for number, plane in enumerate(planes):
                coefficients = _transform(plane)
                _block(bits, coefficients, before[number])
                before[number] = coefficients[0]
    pieces.append(bits.close())

    def segment(mark: int, body: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body

    frame = struct.pack(">BHHB", 8, picture.height, picture.width, 3)
    frame += b"".join(bytes((part, 0x11, 0)) for part in (1, 2, 3))
    return b"".join([
        b"\xff\xd8",
        segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        segment(0xDB, b"\0" + bytes(_QUANT[place] for place in _ZIGZAG)),
        segment(0xC0, frame),
        segment(0xC4, b"\0" + bytes(_DC_BITS) + bytes(_DC_VALUES)),
        segment(0xC4, b"\x10" + bytes(_AC_BITS) + _AC_VALUES),
        segment(0xDA, b"\x03\x01\0\x02\0\x03\0\0\x3f\0"),
        *pieces,
        b"\xff\xd9",
    ])  # fmt: skip
