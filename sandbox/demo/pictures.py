"""Pictures drawn in code: a small canvas, and PNG and baseline JPEG from it.

They stand for the photographs that customers send.  They are drawn from flat shapes, so that the
JPEG coder meets mostly uniform blocks, which it writes without a transform.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Sequence

Colour = tuple[int, int, int]


class Canvas:
    """An RGB picture with a few drawing verbs; coordinates are pixels, clipped at the rim."""

    def __init__(self, width: int, height: int, ground: Colour) -> None:
        self.width, self.height = width, height
        self.rows = [bytearray(bytes(ground) * width) for _ in range(height)]

    def span(self, y: int, left: int, right: int, colour: Colour) -> None:
        """Colour one row from `left` up to but not including `right`."""
        left, right = max(left, 0), min(right, self.width)
        if 0 <= y < self.height and left < right:
            self.rows[y][left * 3 : right * 3] = bytes(colour) * (right - left)

    def box(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Fill an upright rectangle."""
        for row in range(y, y + height):
            self.span(row, x, x + width, colour)

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """Fill a polygon by scan lines (even-odd)."""
        top = int(min(y for _, y in points))
        bottom = int(max(y for _, y in points)) + 1
        edges = list(zip(points, [*points[1:], points[0]], strict=True))
        for row in range(max(top, 0), min(bottom, self.height)):
            cuts = sorted(
                x0 + (row + 0.5 - y0) * (x1 - x0) / (y1 - y0)
                for (x0, y0), (x1, y1) in edges
                if (y0 <= row + 0.5) != (y1 <= row + 0.5)
            )
            for left, right in zip(cuts[::2], cuts[1::2], strict=False):
                self.span(row, round(left), round(right), colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """Fill an ellipse about its centre."""
        for row in range(int(y - ry), int(y + ry) + 1):
            inside = 1 - ((row - y) / ry) ** 2
            if inside > 0:
                half = rx * inside**0.5
                self.span(row, round(x - half), round(x + half), colour)

    def line(
        self, start: tuple[float, float], end: tuple[float, float], width: float, colour: Colour
    ) -> None:
        """Draw a straight line of a width."""
        (x0, y0), (x1, y1) = start, end
        length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 0.01)
        dx, dy = (y1 - y0) / length * width / 2, (x0 - x1) / length * width / 2
        self.polygon(
            [(x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy), (x0 - dx, y0 - dy)], colour
        )

    def png(self) -> bytes:
        """Return the picture as PNG."""
        data = b"".join(b"\0" + bytes(row) for row in self.rows)
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
            for kind, body in (
                (b"IHDR", head),
                (b"IDAT", zlib.compress(data, 6)),
                (b"IEND", b""),
            )
        )


def _shade(colour: Colour, by: float) -> Colour:
    red, green, blue = (max(0, min(255, round(part * by))) for part in colour)
    return red, green, blue


def _table(rng: random.Random) -> Canvas:
    wood = rng.choice(((196, 160, 118), (222, 205, 178), (150, 112, 80), (208, 208, 204)))
    picture = Canvas(400, 304, _shade(wood, 1.12))
    picture.box(0, 96, 400, 208, wood)
    for row in range(120, 304, 40):
        picture.box(0, row, 400, 2, _shade(wood, 0.9))
    return picture


def damage(rng: random.Random) -> Canvas:
    """A vessel on a table with a crack and shards beside it."""
    picture = _table(rng)
    glass = rng.choice(((168, 206, 214), (226, 232, 232), (84, 116, 160), (206, 148, 120)))
    x, y = 150 + rng.randrange(40), 60 + rng.randrange(20)
    picture.oval(x + 50, y + 178, 92, 16, (120, 96, 72))
    picture.polygon([(x - 10, y), (x + 110, y), (x + 96, y + 176), (x + 4, y + 176)], glass)
    picture.polygon([(x + 4, y), (x + 26, y), (x + 32, y + 176), (x + 14, y + 176)],
                    _shade(glass, 1.12))  # fmt: skip
    picture.oval(x + 50, y, 60, 14, _shade(glass, 0.86))
    bite = [
        (x + 62, y - 14),
        (x + 80, y + 34),
        (x + 92, y + 12),
        (x + 104, y + 48),
        (x + 116, y - 14),
    ]
    picture.polygon(bite, (232, 216, 192))
    place = (x + 80.0, y + 34.0)
    for _ in range(5):
        step = (place[0] - rng.uniform(4, 26), place[1] + rng.uniform(10, 30))
        picture.line(place, step, 2.4, (58, 66, 72))
        if rng.random() < 0.6:
            picture.line(step, (step[0] + rng.uniform(8, 30), step[1] + rng.uniform(4, 22)), 1.6,
                         (70, 78, 84))  # fmt: skip
        place = step
    for _ in range(9):
        sx, sy = rng.uniform(40, 360), rng.uniform(238, 290)
        size = rng.uniform(5, 15)
        picture.polygon(
            [(sx, sy), (sx + size, sy - size * 0.6), (sx + size * 1.4, sy + size * 0.3)],
            _shade(glass, rng.uniform(0.85, 1.1)),
        )
    return picture


def carton(rng: random.Random) -> Canvas:
    """A carton with a dented corner and a delivery slip."""
    picture = Canvas(400, 304, (206, 204, 198))
    picture.box(0, 210, 400, 94, (164, 160, 152))
    kraft = (190, 146, 96)
    picture.polygon([(70, 110), (300, 96), (300, 250), (70, 262)], kraft)
    picture.polygon([(70, 110), (120, 66), (346, 58), (300, 96)], _shade(kraft, 1.15))
    picture.polygon([(300, 96), (346, 58), (346, 206), (300, 250)], _shade(kraft, 0.78))
    picture.polygon([(176, 104), (196, 102), (196, 256), (176, 257)], (216, 198, 160))
    dent = 14 + rng.randrange(22)
    picture.polygon([(300, 96), (300 - dent * 2, 100), (300 - dent, 100 + dent * 2),
                     (300, 100 + dent)], _shade(kraft, 0.55))  # fmt: skip
    picture.line((300 - dent * 2, 100), (300 - dent, 100 + dent * 2), 2, _shade(kraft, 0.4))
    picture.box(92, 140, 70, 48, (250, 250, 246))
    for row in range(146, 182, 8):
        picture.box(98, row, 30 + rng.randrange(26), 3, (90, 90, 96))
    return picture


def parts(rng: random.Random) -> Canvas:
    """Screws and fittings laid out in rows, one place empty and circled."""
    picture = _table(rng)
    hole = rng.randrange(10)
    for number in range(10):
        x, y = 56 + number % 5 * 72, 140 + number // 5 * 84
        if number == hole:
            for step in range(36):
                start = (x + 26 * _COS[step], y + 26 * _COS[(step + 27) % 36])
                end = (x + 26 * _COS[(step + 1) % 36], y + 26 * _COS[(step + 28) % 36])
                picture.line(start, end, 3, (206, 42, 38))
            continue
        picture.oval(x, y - 16, 11, 6, (122, 126, 132))
        picture.box(x - 4, y - 12, 8, 34, (150, 154, 160))
        for row in range(y - 6, y + 20, 6):
            picture.box(x - 5, row, 10, 2, (104, 108, 114))
    return picture


_COS = [1.0, 0.985, 0.94, 0.866, 0.766, 0.643, 0.5, 0.342, 0.174, 0.0, -0.174, -0.342, -0.5,
        -0.643, -0.766, -0.866, -0.94, -0.985, -1.0, -0.985, -0.94, -0.866, -0.766, -0.643, -0.5,
        -0.342, -0.174, 0.0, 0.174, 0.342, 0.5, 0.643, 0.766, 0.866, 0.94, 0.985]  # fmt: skip


def screen(rng: random.Random) -> Canvas:
    """A telephone's screen with bars for text and one warning."""
    picture = Canvas(272, 480, (247, 248, 250))
    picture.box(0, 0, 272, 24, (36, 44, 56))
    picture.box(0, 24, 272, 44, (15, 110, 99))
    picture.box(16, 38, 96, 14, (240, 250, 248))
    picture.box(16, 92, 238, 64, (253, 236, 234))
    picture.box(16, 92, 4, 64, (179, 66, 24))
    for row in (104, 120, 136):
        picture.box(30, row, 120 + rng.randrange(90), 7, (179, 66, 24))
    for row in range(184, 400, 30):
        picture.box(16, row, 80 + rng.randrange(60), 8, (120, 128, 140))
        picture.box(186, row, 30 + rng.randrange(36), 8, (60, 68, 80))
        picture.box(16, row + 18, 238, 1, (228, 231, 236))
    picture.box(16, 424, 238, 36, (15, 110, 99))
    return picture


def room(rng: random.Random) -> Canvas:
    """A corner of a room with a window, a table and something on it."""
    wall = rng.choice(((236, 230, 220), (222, 228, 230), (240, 234, 226)))
    picture = Canvas(400, 304, wall)
    picture.box(0, 226, 400, 78, (176, 138, 98))
    picture.box(40, 30, 120, 140, (250, 250, 250))
    picture.box(48, 38, 104, 124, (178, 212, 232))
    picture.box(98, 38, 4, 124, (250, 250, 250))
    picture.box(210, 160, 150, 12, (132, 96, 64))
    picture.box(222, 172, 8, 90, (110, 80, 54))
    picture.box(340, 172, 8, 90, (110, 80, 54))
    tone = rng.choice(((84, 116, 160), (206, 120, 92), (120, 150, 120), (214, 186, 120)))
    picture.polygon([(262, 160), (250, 104), (308, 104), (296, 160)], tone)
    picture.oval(279, 104, 29, 6, _shade(tone, 0.8))
    for lean in (-34, -12, 10, 30):
        picture.line((279, 104), (279 + lean, 44 + abs(lean) * 0.5), 3, (84, 128, 84))
        picture.oval(279 + lean, 44 + abs(lean) * 0.5, 9, 9, (232, 156, 150))
    return picture
