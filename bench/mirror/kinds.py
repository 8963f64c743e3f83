"""What the outside world does to a mailbox, and how often each."""

from __future__ import annotations

KINDS: dict[str, int] = {
    "deliver": 14,
    "reply": 6,
    "read": 10,
    "unread": 4,
    "star": 8,
    "unstar": 6,
    "label": 10,
    "unlabel": 6,
    "archive": 4,
    "trash": 6,
    "trash_thread": 2,
    "untrash": 4,
    "spam": 3,
    "unspam": 2,
    "delete": 3,
    "draft_new": 5,
    "draft_edit": 6,
    "draft_send": 3,
    "draft_delete": 2,
    "label_new": 2,
    "label_rename": 2,
    "label_colour": 2,
    "label_delete": 1,
}
