"""What was asked of the API: a bounded list for reading, and counts and units that never forget."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

KEPT = 20_000


class CallLog:
    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.calls: deque[tuple[float, str, int, str, str, bool, str]] = deque(maxlen=KEPT)
        self.counts: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.units: Counter[str] = Counter()

    def add(
        self,
        at: float,
        method: str,
        status: int,
        account: str,
        reason: str,
        *,
        part: bool,
        units: int,
        path: str,
    ) -> None:
        self.calls.append((at, method, status, account, reason, part, path))
        self.counts[method] += 1
        if status >= 400:
            self.errors[f"{method} {status} {reason}"] += 1
        elif units:
            self.units[account] += units

    def as_dict(self, limit: int, method: str = "") -> dict[str, Any]:
        chosen = [call for call in self.calls if not method or call[1] == method][-limit:]
        return {
            "counts": dict(self.counts),
            "errors": dict(self.errors),
            "units": dict(self.units),
            "calls": [
                {
                    "at": at,
                    "method": name,
                    "status": status,
                    "account": account,
                    "reason": reason,
                    "part": part,
                    "path": path,
                }
                for at, name, status, account, reason, part, path in chosen
            ],
        }
