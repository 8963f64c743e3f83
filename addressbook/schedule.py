"""What beat starts for the address book, in seconds. Rows are the queue: a missed round loses
nothing.
"""

from __future__ import annotations

from typing import Any

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "redrive-imports": {"task": "addressbook.imports.tasks.redrive", "schedule": 10.0},
    "sweep-imports": {"task": "addressbook.imports.tasks.sweep", "schedule": 3600.0},
}
# A round that waited longer than the next one is not worth running.
for _entry in BEAT_SCHEDULE.values():
    _entry["options"] = {"expires": _entry["schedule"]}
