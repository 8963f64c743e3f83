"""Facts and judgement under the stable names of docs/monitoring.md: times as ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from mail.health.facts import Comparison, Health
from mail.health.judging import Level, Reason


def _moment(value: datetime | None) -> str | None:
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def brief(health: Health, level: Level, reasons: Sequence[Reason]) -> dict[str, Any]:
    """One line of the whole installation's answer."""
    return {
        "id": health.mailbox.pk,
        "address": health.mailbox.address,
        "state": health.mailbox.state,
        "status": level.word,
        "reasons": [{"code": reason.code, "level": reason.level.word} for reason in reasons],
    }


def whole(health: Health, level: Level, reasons: Sequence[Reason]) -> dict[str, Any]:
    """All of one mailbox."""
    mailbox, sync = health.mailbox, health.sync
    return {
        **brief(health, level, reasons),
        "at": _moment(health.at),
        "trouble": mailbox.trouble or None,
        "trouble_since": _moment(mailbox.trouble_since),
        "sync": {
            "phase": sync.phase.value if sync.phase else "none",
            "last_look_at": _moment(sync.last_look),
            "lag_seconds": None if sync.lag is None else round(sync.lag, 1),
            "stored": sync.stored,
            "waiting": sync.waiting,
            "first_total": sync.first.total if sync.first else None,
            "first_seconds_left": sync.first.seconds_left if sync.first else None,
        },
        "comparison": _comparison(health.comparison),
        "comparison_running": health.running is not None,
        "unimported": health.unimported,
        "changes": {
            "waiting": health.changes.waiting,
            "oldest_seconds": None
            if health.changes.oldest is None
            else round(health.changes.oldest, 1),
            "refused_24_hours": health.changes.refused,
        },
        "quota": None
        if health.quota is None
        else {
            "per_minute": health.quota.per_minute,
            "spent_last_minute": health.quota.spent,
            "available": round(health.quota.available),
            "closed_seconds": round(health.quota.closed, 1),
        },
        "sends": {
            "last_24_hours": health.sends.last_day,
            "limit": health.sends.limit,
            "waiting": health.sends.waiting,
            "uncertain": health.sends.uncertain,
        },
        "permission": {
            "connected_at": _moment(mailbox.connected_at),
            "token_valid_until": _moment(mailbox.access_expires_at),
            "token_refreshed_at": _moment(mailbox.refreshed_at),
            "ends_at": _moment(mailbox.grant_ends_at),
            "test_mode": health.is_test_mode,
            "scopes": mailbox.scopes.split(),
        },
    }


def _comparison(found: Comparison | None) -> dict[str, Any] | None:
    if found is None:
        return None
    run = found.run
    return {
        "reason": run.reason,
        "started_at": _moment(run.started_at),
        "finished_at": _moment(run.finished_at),
        "in_gmail": run.listed,
        "missing": run.missing,
        "surplus": run.surplus,
        "differing": run.differing,
        "repaired": run.repaired,
        "outstanding": found.outstanding,
    }
