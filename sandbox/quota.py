"""Google's unit quota: a sliding minute per user and per project.

Two price lists are in force, by the project's age: 15,000 units a minute and user with
`messages.get` at 5, or 6,000 with `messages.get` at 20 and `threads.get` at 40. What a call costs
is counted in any case; refusing is switched on by an admin. Refused calls cost nothing.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from sandbox.errors import GoogleError

CLASSIC = {
    "drafts.create": 10,
    "drafts.delete": 10,
    "drafts.get": 5,
    "drafts.list": 5,
    "drafts.send": 100,
    "drafts.update": 15,
    "getProfile": 1,
    "history.list": 2,
    "labels.create": 5,
    "labels.delete": 5,
    "labels.get": 1,
    "labels.list": 1,
    "labels.patch": 5,
    "labels.update": 5,
    "messages.attachments.get": 5,
    "messages.batchDelete": 50,
    "messages.batchModify": 50,
    "messages.delete": 10,
    "messages.get": 5,
    "messages.import": 25,
    "messages.insert": 25,
    "messages.list": 5,
    "messages.modify": 5,
    "messages.send": 100,
    "messages.trash": 5,
    "messages.untrash": 5,
    "settings.sendAs.get": 1,
    "settings.sendAs.list": 1,
    "stop": 50,
    "threads.delete": 20,
    "threads.get": 10,
    "threads.list": 10,
    "threads.modify": 10,
    "threads.trash": 10,
    "threads.untrash": 10,
    "watch": 100,
}
CURRENT = {**CLASSIC, "messages.get": 20, "threads.get": 40, "messages.attachments.get": 20}
PRICES = {"classic": CLASSIC, "current": CURRENT}
LIMITS = {"classic": 15_000, "current": 6_000}
WINDOW = 60.0


class Quota:
    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._spent: dict[str, deque[tuple[float, int]]] = {}
        self._sum: Counter[str] = Counter()
        self.refusals = 0

    @staticmethod
    def cost(settings: dict[str, Any], method: str) -> int:
        own: int | None = settings["costs"].get(method)
        if own is not None:
            return own
        return PRICES[settings["prices"]].get(method, 1)

    def spend(
        self, settings: dict[str, Any], account: str, client: str, units: int, now: float
    ) -> None:
        """Raises the refusal that Google gives when the minute is used up."""
        if not settings["enforce"]:
            return
        project = f"project {client}"
        own = settings["units_per_minute"]
        allowed = LIMITS[settings["prices"]] if own is None else own
        for key, limit, reason in (
            (account, allowed, "userRateLimitExceeded"),
            (project, settings["project_units_per_minute"], "rateLimitExceeded"),
        ):
            if self._used(key, now) + units > limit:
                raise self._refusal(settings, reason)
        for key in (account, project):
            self._spent.setdefault(key, deque()).append((now, units))
            self._sum[key] += units

    def _used(self, key: str, now: float) -> int:
        spent = self._spent.get(key)
        while spent and spent[0][0] <= now - WINDOW:
            self._sum[key] -= spent.popleft()[1]
        return self._sum[key]

    def _refusal(self, settings: dict[str, Any], reason: str) -> GoogleError:
        self.refusals += 1
        status = settings["refuse_with"]
        if status == "mixed":
            status = 403 if self.refusals % 2 else 429
        if int(status) == 403:
            return GoogleError(403, reason=reason)
        # The newer front end names the metric, and has one reason for every limit.
        return GoogleError(
            429,
            "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of "
            "service 'gmail.googleapis.com' for consumer 'project_number:100000000000'.",
            reason="rateLimitExceeded",
        )
