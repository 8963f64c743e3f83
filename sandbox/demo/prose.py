"""Small machinery for writing many letters that do not read alike.

A text may hold alternatives, `[本日|昨日]`, which may be nested and may be empty, and slots,
`{order}`.  A text of a bank may begin with marks:

- `13>` it answers only the first or third text of the turn before;
- `2=` what follows takes it for the second text of its turn (else its place in the bank counts);
- `~3 ` it is written three days later.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{([a-z0-9_]+)\}")
_MARKS = re.compile(r"(?:(\d+)>)?(?:(\d)=)?(?:~(\d+) )?")
# Characters that must not begin a line of Japanese text.
_NOT_FIRST = "、。，．・？！」』）】ー～っゃゅょァィゥェォッャュョ々,.)!?"
_NOT_LAST = "（「『【("


@dataclass(frozen=True, slots=True)
class Marked:
    """A text of a bank with its marks read: `after` empty fits anything."""

    after: str
    place: int
    days: int
    text: str


def read(text: str, place: int) -> Marked:
    """Split a text of a bank from its marks; `place` counts from one."""
    found = _MARKS.match(text)
    after, named, days = found.groups() if found else (None, None, None)
    rest = text[found.end() :] if found else text
    return Marked(after or "", int(named or place), int(days or 0), rest)


def vary(text: str, rng: random.Random) -> str:
    """Choose among the alternatives in brackets, the innermost first."""
    count = 1
    while count:
        text, count = _CHOICE.subn(lambda found: rng.choice(found.group(1).split("|")), text)
    return text


def fill(text: str, slots: Mapping[str, str]) -> str:
    """Put the values into `{name}` places; a name without a value is a KeyError."""
    return _SLOT.sub(lambda found: slots[found.group(1)], text)


def wrap(text: str, width: int = 35) -> str:
    """Break long lines as people do who were told to keep mail narrow (width in wide letters)."""
    lines: list[str] = []
    for line in text.split("\n"):
        rest = line
        while len(rest) > width and not rest.isascii():
            cut = width
            while cut < len(rest) and rest[cut] in _NOT_FIRST:
                cut += 1
            if rest[cut - 1] in _NOT_LAST:
                cut -= 1
            # A number or an address is not torn apart.
            while cut < len(rest) and rest[cut].isascii() and rest[cut - 1].isascii():
                cut += 1
            lines.append(rest[:cut])
            rest = rest[cut:].lstrip("　")
        lines.append(rest)
    return "\n".join(lines)


_WIDE = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホ"
    "マミムメモヤユヨラリルレロワヲンァィゥェォャュョッー"
)
_HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｬｭｮｯｰ"
_NARROW = str.maketrans(_WIDE, _HALF) | {
    0x3099: "ﾞ", 0x309A: "ﾟ", ord("！"): "!", ord("？"): "?", ord("　"): " ",
}  # fmt: skip


def half_width(text: str) -> str:
    """Write katakana in half width, as people did on phones where every byte was paid for."""
    return "".join(
        unicodedata.normalize("NFD", char).translate(_NARROW) if "ァ" <= char <= "ー" else char
        for char in text
    ).translate(_NARROW)


class Dealer:
    """Deals from any number of banks, each item of a bank before any comes again."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._left: dict[tuple[str, ...], list[str]] = {}

    def deal(self, bank: tuple[str, ...], fits: str = "", place: int = 0) -> Marked | None:
        """Return the next text of this bank that answers text number `fits` (`""`: any).

        `place`, where not zero, is what an unmarked text counts as.
        """
        left = self._left.get(bank)
        if left is None:
            left = self._left[bank] = []
        for fresh in (False, True):
            if fresh:
                pile = list(bank)
                self._rng.shuffle(pile)
                left[:] = [*pile, *left]
            for text in reversed(left):
                marked = read(text, place or bank.index(text) + 1)
                if not fits or not marked.after or fits in marked.after:
                    left.remove(text)
                    return marked
        return None

    def one(self, bank: tuple[str, ...]) -> str:
        """Return the next text of a bank without marks."""
        marked = self.deal(bank)
        return marked.text if marked else ""
