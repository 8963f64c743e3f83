"""Where a typed beginning may match: the starts of a name and an address.

A completion must find 花子 in 山田 花子, and `shop` in `info@shop.example`, among a hundred
thousand in a few milliseconds, and never wait for a common beginning. So every place where somebody
may begin to type has a row of its own in a plain tree, and a beginning is one short walk along it.

Latin words are found from their beginning; Japanese, which has no blanks between words, from every
sign. Blanks between Japanese signs are left out (山田 花子 is found as 山田花子 too).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from callcenter.drawers import fold

# Longer beginnings are cut to this for the walk, and checked as a whole afterwards.
LONGEST = 24
# Of one entry; what stands further behind is found by the search of the list.
_MOST = 48
_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_BLANK_BETWEEN = re.compile(rf"(?<=[{_CJK}])\s+(?=[{_CJK}])")
_NAME_START = re.compile(rf"[{_CJK}]|(?<![^\W_])[^\W_]")
_ADDRESS_START = re.compile(r"(?<![^\W_])[^\W_]")


def compact(text: str) -> str:
    """The folded text, without blanks between Japanese signs."""
    return _BLANK_BETWEEN.sub("", " ".join(fold(text).split()))


def starts(name: str, address: str) -> list[str]:
    """All starts of an entry, each once, at most 24 signs long."""
    found: dict[str, None] = {}
    for text, pattern in ((fold(address), _ADDRESS_START), (compact(name), _NAME_START)):
        for start in _starts(text, pattern):
            if len(found) == _MOST:
                break
            found[start] = None
    return list(found)


def _starts(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    for match in pattern.finditer(text):
        yield text[match.start() : match.start() + LONGEST]


def beginnings(typed: str) -> list[str]:
    """What was typed as the words that an entry must all have starts for, the longest first."""
    words = (word.strip("\"'<>()[],;:@") for word in fold(typed).split())
    return sorted({word for word in words if word}, key=lambda word: (-len(word), word))[:8]


def matches(words: list[str], name: str, address: str) -> bool:
    """Whether each word stands at a start of the name or the address."""
    places = [
        text[match.start() :]
        for text, pattern in ((fold(address), _ADDRESS_START), (compact(name), _NAME_START))
        for match in pattern.finditer(text)
    ]
    return all(any(place.startswith(word) for place in places) for word in words)
