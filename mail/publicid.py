"""The short, permanent id that people read out to each other: `M-7K3Q9F`.

It is the row's number in disguise, so it needs no column, no index and no luck: a 30-bit Feistel
network shuffles the number (neighbours look unrelated, every id is used once) and Crockford's
base 32 writes it without I, L, O and U. It hides nothing; access is checked at every use.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
# What people write for what they read.
_VALUES |= {"I": 1, "L": 1, "O": 0}
_HALF_BITS = 15
_HALF = (1 << _HALF_BITS) - 1
_BLOCK = 1 << (2 * _HALF_BITS)
_ROUND_KEYS = (0x5A17, 0x2C6D, 0x71B3, 0x1E4F)
_DIGITS = 6


def _round(half: int, key: int) -> int:
    mixed = (half * 0x6255 + key) & 0xFFFFFFFF
    return ((mixed >> 7) ^ mixed) & _HALF


def _shuffle(number: int, keys: tuple[int, ...]) -> int:
    left, right = number >> _HALF_BITS, number & _HALF
    for key in keys:
        left, right = right, left ^ _round(right, key)
    return (right << _HALF_BITS) | left


def encode(number: int, prefix: str = "M") -> str:
    """The public id of row `number` (>= 0)."""
    block, within = divmod(number, _BLOCK)
    value = block * _BLOCK + _shuffle(within, _ROUND_KEYS)
    letters = ""
    while value or len(letters) < _DIGITS:
        value, digit = divmod(value, 32)
        letters = ALPHABET[digit] + letters
    return f"{prefix}-{letters}"


def decode(public_id: str, prefix: str = "M") -> int:
    """The row number behind a public id; case and the usual misreadings are forgiven.

    Raises:
        ValueError: this is no such id.
    """
    head, dash, letters = public_id.strip().upper().partition("-")
    if head != prefix or not dash or not _DIGITS <= len(letters) <= 12:
        raise ValueError(f"not an id: {public_id!r}")
    value = 0
    for letter in letters:
        if letter not in _VALUES:
            raise ValueError(f"not an id: {public_id!r}")
        value = value * 32 + _VALUES[letter]
    block, within = divmod(value, _BLOCK)
    if block and len(letters) == _DIGITS:
        raise ValueError(f"not an id: {public_id!r}")
    return block * _BLOCK + _shuffle(within, _ROUND_KEYS[::-1])
