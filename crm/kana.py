"""Hiragana and katakana of one reading."""

from __future__ import annotations

# From ぁ to ゖ, and the repetition marks; their katakana stand 0x60 behind.
_SIGNS = (*range(0x3041, 0x3097), 0x309D, 0x309E)
_TO_KATAKANA = {sign: sign + 0x60 for sign in _SIGNS}
_TO_HIRAGANA = {sign + 0x60: sign for sign in _SIGNS}


def katakana(text: str) -> str:
    return text.translate(_TO_KATAKANA)


def hiragana(text: str) -> str:
    return text.translate(_TO_HIRAGANA)
