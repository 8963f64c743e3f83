"""What beat starts for the mailboxes, in seconds. Rows are the queue: a missed round loses nothing.

It stands apart from `mailboxes.changes`, because the settings read it before there are models.
"""

from __future__ import annotations

from typing import Any

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "redrive-changes": {"task": "mailboxes.changes.tasks.redrive", "schedule": 3.0},
    "sweep-changes": {"task": "mailboxes.changes.tasks.sweep", "schedule": 3600.0},
}
# A round that waited longer than the next one is not worth running.
for _entry in BEAT_SCHEDULE.values():
    _entry["options"] = {"expires": _entry["schedule"]}
