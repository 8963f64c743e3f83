"""What a label may be called. Pure: the rules that hold in every account, before Gmail is asked.

Gmail has more of them than it tells (its own names in the account's language are taken too), so
that a name which passes here may still be refused: see `labels.settled`.
"""

from __future__ import annotations

import unicodedata

from labels.models import DEEPEST

LONGEST = 225
# Gmail's own, in English; those of the account's language Gmail refuses itself.
RESERVED = frozenset(
    {
        "all",
        "anywhere",
        "archive",
        "bin",
        "chat",
        "chats",
        "done",
        "draft",
        "drafts",
        "forums",
        "important",
        "inbox",
        "muted",
        "personal",
        "phishing",
        "primary",
        "promotions",
        "scheduled",
        "sent",
        "snoozed",
        "social",
        "spam",
        "starred",
        "trash",
        "unread",
        "updates",
        "voicemail",
    }
)

EMPTY, TOO_LONG, TOO_DEEP, EMPTY_PART, BAD_SIGN, OWN = (
    "empty",
    "too_long",
    "too_deep",
    "empty_part",
    "bad_sign",
    "reserved",
)


def tidy(name: str) -> str:
    """As Gmail keeps it: no blanks around the whole, nor around its parts."""
    return "/".join(part.strip() for part in unicodedata.normalize("NFC", name).split("/")).strip()


def same(one: str, other: str) -> bool:
    """Whether Gmail takes these for one name."""
    return one.casefold() == other.casefold()


def depth(name: str) -> int:
    return name.count("/")


def trouble(name: str, *, deepest: int = DEEPEST) -> str:
    """Why a label cannot be called this; empty when nothing is known against it."""
    if not name:
        return EMPTY
    if len(name) > LONGEST:
        return TOO_LONG
    if any(unicodedata.category(sign) == "Cc" for sign in name) or "^" in name:
        return BAD_SIGN
    if not all(name.split("/")):
        return EMPTY_PART
    if depth(name) > deepest:
        return TOO_DEEP
    if name.casefold() in RESERVED or name.upper().startswith("CATEGORY_"):
        return OWN
    return ""
