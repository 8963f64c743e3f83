"""How much of a mail is read. Generous for people, tight for attackers; each cut leaves a notice.

Gmail accepts mails of up to 50 MB (70 MB on the wire); 2,000 recipients is its own maximum.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for reading one mail; sizes in bytes."""

    size: int = 100 * 1024 * 1024
    depth: int = 40
    parts: int = 1_000
    header_bytes: int = 512 * 1024
    headers: int = 1_000
    addresses: int = 2_000
    references: int = 1_000


DEFAULT_LIMITS = Limits()
