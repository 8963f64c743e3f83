"""The labels that every Gmail account has, and which of them a client may put on and take off."""

from __future__ import annotations

# id -> visibility as labels.list shows it ("" where Gmail leaves the fields out)
SYSTEM: dict[str, tuple[str, str]] = {
    "CHAT": ("hide", "labelHide"),
    "SENT": ("", ""),
    "INBOX": ("", ""),
    "IMPORTANT": ("hide", "labelHide"),
    "TRASH": ("hide", "labelHide"),
    "DRAFT": ("", ""),
    "SPAM": ("hide", "labelHide"),
    "CATEGORY_FORUMS": ("hide", "labelHide"),
    "CATEGORY_UPDATES": ("hide", "labelHide"),
    "CATEGORY_PERSONAL": ("hide", "labelHide"),
    "CATEGORY_PROMOTIONS": ("hide", "labelHide"),
    "CATEGORY_SOCIAL": ("hide", "labelHide"),
    "STARRED": ("", ""),
    "UNREAD": ("", ""),
}
# Given by Gmail alone.
FIXED = frozenset({"SENT", "DRAFT", "CHAT"})
