"""What beat starts for the heart, in seconds. Rows are the queue: a missed round loses nothing."""

from __future__ import annotations

from typing import Any

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "expire-locks": {"task": "mail.tasks.expire_locks", "schedule": 5.0},
    "redrive-outgoing": {"task": "mail.tasks.redrive_outgoing", "schedule": 1.0},
    "follow-drafts": {"task": "mail.tasks.follow_drafts", "schedule": 5.0},
    "see-to-ended-changes": {"task": "mail.tasks.see_to_ended_changes", "schedule": 2.0},
    "hope-for-uncertain": {"task": "mail.tasks.hope_for_uncertain", "schedule": 60.0},
    "reconcile-nightly": {"task": "mail.sync.tasks.reconcile_nightly", "schedule": 600.0},
    "redrive-bulk": {"task": "mail.bulk.tasks.redrive", "schedule": 5.0},
    "sweep-bulk": {"task": "mail.bulk.tasks.sweep", "schedule": 3600.0},
    "build-search": {"task": "mail.tasks.build_search", "schedule": 30.0},
    "gather-contacts": {"task": "mail.tasks.gather_contacts", "schedule": 10.0},
    "link-customers": {"task": "mail.tasks.link_customers", "schedule": 3.0},
    "sweep-files": {"task": "mail.tasks.sweep_files", "schedule": 3600.0},
    "sweep-orphans": {"task": "mail.tasks.sweep_orphans", "schedule": 600.0},
}
# A round that waited longer than the next one is not worth running.
for _entry in BEAT_SCHEDULE.values():
    _entry["options"] = {"expires": _entry["schedule"]}
