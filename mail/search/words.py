"""The form in which mail and queries are compared: folded text, and the units it is made of.

A unit is a word (letters and digits of scripts that part words by blanks) or a run (letters of the
scripts from Thai on in Unicode: kana, kanji, Hangul; any part of it may be a word). Folded text is
units with one blank between them and one at either end, so that a word is found whole by looking
for it with its blanks, and any part of a run by looking for it without:

    「ＡＢＣ-123番を、ご確認ください」 -> " abc 123 番を ご確認ください "

Folding is NFKC and case; accents go on Latin, Greek and Cyrillic only (が is not か, ド is not ト);
variants of one kanji become one. Hiragana and katakana stay apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Forms of one kanji that names and old spellings are written with. NFKC knows only those that
# Unicode calls compatibility ideographs (神 U+FA19), not these.
_VARIANTS = {
    "高": "髙",
    "崎": "﨑嵜",
    "浜": "濵濱",
    "辺": "邊邉",
    "斎": "齋",
    "斉": "齊",
    "徳": "德",
    "恵": "惠",
    "沢": "澤",
    "桜": "櫻",
    "広": "廣",
    "国": "國",
    "真": "眞",
    "島": "嶋嶌",
    "富": "冨",
    "吉": "𠮷",
    "鉄": "鐵",
    "塚": "塚",
    "桑": "桒",
    "瀬": "瀨",
    "静": "靜",
    "頼": "賴",
    "関": "關",
    "実": "實",
    "栄": "榮",
    "巌": "巖",
    "黒": "黑",
    "曽": "曾",
}

# The first character that belongs to runs; the database function knows it and the kana as well.
_RUNS = "\u0e00"
_UNIT = re.compile(rf"[^\W_\x00-\u0dff]+|[^\W_{_RUNS}-\U0010ffff]+")


def _letters(start: int, end: int) -> str:
    """The letters and digits of a part of Unicode, as a class of a pattern."""
    found = re.finditer(r"[^\W_]+", "".join(map(chr, range(start, end))))
    spans = ((start + each.start(), start + each.end() - 1) for each in found)
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in spans)


# The same for texts without characters beyond U+FFFF, which is nearly all: `re` looks a class of
# such characters up in a bitmap, which halves the time that mail takes to be made searchable.
_PLAIN_UNIT = re.compile(f"[{_letters(0x0E00, 0x10000)}]+|[{_letters(0, 0x0E00)}]+")
_KANA = re.compile("[\u3041-\u30ff]")
# Longer words are cut to this in the index.
LONGEST_KEY = 64
# The long mark between digits is somebody's hyphen: 03ー1234ー5678.
# The mark comes first in the pattern, so that the text is searched for it alone.
_LONG_MARK_AS_HYPHEN = re.compile(r"ー(?<=\dー)(?=\d)")
# A line that its writer's mail program broke after some thirty characters goes on in the next.
_BROKEN_LINE = re.compile(r"\n(?<=[^\n]{28}[^\W\x00-\u0dff]\n)[>\t \u3000]*(?=[^\W\x00-\u0dff])")
_COMBINING = re.compile("[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f]")
_ACCENTED = re.compile("[\u00c0-\u052f\u1d00-\u1fff\u2c60-\u2c7f\ua640-\ua7ff\u0300-\u036f]")


def _without_accents() -> dict[int, str]:
    """Folded letters of Latin, Greek and Cyrillic -> the bare letter."""
    table: dict[int, str] = {ord("ø"): "o", ord("ł"): "l", ord("đ"): "d", ord("ς"): "σ"}
    for start, end in ((0xC0, 0x530), (0x1E00, 0x2000)):
        for code in range(start, end):
            plain = _COMBINING.sub("", unicodedata.normalize("NFD", chr(code)))
            if plain and plain != chr(code):
                table[code] = plain
    return table


_BARE = _without_accents()
_ONE_KANJI = {ord(form): plain for plain, forms in _VARIANTS.items() for form in forms}
_VARIANT = re.compile(f"[{''.join(map(chr, _ONE_KANJI))}]")


def fold(text: str) -> str:
    """Width, case, accents and variants of kanji folded; signs and blanks as they were."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    if _ACCENTED.search(folded):
        # Folding case may take letters apart (İ, ǰ): what it left combining goes as well.
        folded = unicodedata.normalize("NFC", folded).translate(_BARE)
        folded = _COMBINING.sub("", folded)
    if _VARIANT.search(folded):
        folded = folded.translate(_ONE_KANJI)
    return _LONG_MARK_AS_HYPHEN.sub(" ", folded) if "ー" in folded else folded


def units(text: str) -> list[str]:
    """The words and runs of a text, folded."""
    return _units(fold(text))


def _units(folded: str) -> list[str]:
    is_plain = len(folded.encode("utf-16-le", "surrogatepass")) == 2 * len(folded)
    return (_PLAIN_UNIT if is_plain else _UNIT).findall(folded)


def folded_text(text: str) -> str:
    """The searchable form of a whole text: see the module. "" when it has no units."""
    found = _units(_BROKEN_LINE.sub("", fold(text)))
    return f" {' '.join(found)} " if found else ""


def is_run(unit: str) -> bool:
    """Whether any part of it is to be found, and not only the whole."""
    return unit >= _RUNS


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a term of a query looks for in folded text.

    `text` is to be found as it stands, blanks included; it is "" when the term had no units.
    """

    units: tuple[str, ...]
    prefix: bool = False

    @classmethod
    def of(cls, text: str, *, prefix: bool = False) -> Pattern:
        return cls(tuple(units(text)), prefix)

    @property
    def text(self) -> str:
        if not self.units:
            return ""
        before = "" if is_run(self.units[0]) else " "
        after = "" if self.prefix or is_run(self.units[-1]) else " "
        return f"{before}{' '.join(self.units)}{after}"


def grams(pattern: Pattern) -> Iterator[tuple[str, bool]]:
    """The keys of the index that a mail with this pattern must have; True: keys that begin so.

    The index has, for each character of a run: itself and the next; where three kana follow each
    other, these three (two kana are in every mail, ます); at the end of the run, itself alone.
    """
    last = len(pattern.units) - 1
    for place, unit in enumerate(pattern.units):
        if not is_run(unit):
            prefix = pattern.prefix and place == last
            yield unit[:LONGEST_KEY], prefix or len(unit) > LONGEST_KEY
        else:
            # A run that another unit follows ends where the mail's own does.
            yield from _of_run(unit, ends=place != last)


def _of_run(run: str, *, ends: bool) -> Iterator[tuple[str, bool]]:
    kana = [_KANA.match(char) is not None for char in run]
    size = len(run)
    if size == 1:
        yield run, not ends
        return
    for i in range(size - 1):
        if kana[i] and kana[i + 1]:
            if i + 2 < size:
                yield (run[i : i + 3] if kana[i + 2] else run[i : i + 2]), False
            elif ends:
                yield run[i:], False
            elif not (i and kana[i - 1]):
                # What comes next in the mail is not known: two kana, or three that begin so.
                yield run[i:], True
        else:
            yield run[i : i + 2], False
