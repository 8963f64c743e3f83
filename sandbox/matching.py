"""Does a text hold a word, as Gmail's search sees it: whole words in Latin script, any run in
Japanese.
"""

from __future__ import annotations


def _is_latin_word(char: str) -> bool:
    # From U+2E80 on stand the scripts that are written without spaces.
    return char.isalnum() and char < "\u2e80"


def has_words(text: str, needle: str) -> bool:
    """Both folded (text.fold); `needle` may be a phrase."""
    if not needle:
        return True
    at = text.find(needle)
    if at < 0:
        return False
    left = _is_latin_word(needle[0])
    right = _is_latin_word(needle[-1])
    if not left and not right:
        return True
    size = len(needle)
    end = len(text)
    while at >= 0:
        starts = not left or at == 0 or not _is_latin_word(text[at - 1])
        stops = not right or at + size == end or not _is_latin_word(text[at + size])
        if starts and stops:
            return True
        at = text.find(needle, at + 1)
    return False
