"""What beat starts for the labels, in seconds. Rows are the queue: a missed round loses nothing."""

from __future__ import annotations

from typing import Any

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "read-labels": {"task": "labels.tasks.read_due", "schedule": 2.0},
    "see-to-ended-label-changes": {"task": "labels.tasks.see_to_ended_changes", "schedule": 1.0},
}
# A round that waited longer than the next one is not worth running.
for _entry in BEAT_SCHEDULE.values():
    _entry["options"] = {"expires": _entry["schedule"]}
