"""What the mirror asked of Gmail, in Gmail's units."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bench.mirror.gmail import Gmail
from sandbox.quota import LIMITS, PRICES

LISTING = frozenset({"messages.list", "threads.list", "drafts.list"})
READING = frozenset({"messages.get", "threads.get", "messages.attachments.get"})
AGENTS = frozenset({"messages.modify"})


@dataclass(slots=True)
class Units:
    """Calls that were carried out since this was made; refused ones cost nothing."""

    gmail: Gmail
    prices: str
    before: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    least: float = 0.0

    @classmethod
    def of(cls, gmail: Gmail, prices: str) -> Units:
        units = cls(gmail, prices)
        units.before, units.refused = units._look()
        units.least = units._least()
        return units

    def spent(self) -> Units:
        now, refused = self._look()
        self.calls = now - self.before
        self.refused = refused - self.refused
        return self

    def _look(self) -> tuple[Counter[str], int]:
        log = self.gmail.admin("log", limit=1)
        calls = Counter[str](log["counts"])
        for key, number in log["errors"].items():
            calls[key.split(" ")[0]] -= number
        calls.pop("batch", None)
        return calls, int(log["quota_refusals"])

    def _least(self) -> float:
        """Each conversation read whole, or its mails one by one, whichever is cheaper."""
        prices = PRICES[self.prices]
        rows = self.gmail.state()["messages"]
        sizes = Counter(row["threadId"] for row in rows)
        units = sum(min(prices["messages.get"] * k, prices["threads.get"]) for k in sizes.values())
        return units / max(len(rows), 1)

    def _sum(self, methods: frozenset[str] | None = None) -> int:
        prices = PRICES[self.prices]
        return sum(
            prices.get(method, 0) * number
            for method, number in self.calls.items()
            if (method in methods if methods is not None else method not in AGENTS)
        )

    def figures(self, mails: int) -> dict[str, object]:
        """`units_per_mail` is all that the mirror spent: reading, listing, looking for changes."""
        mails = max(mails, 1)
        return {
            "units_per_mail": round(self._sum() / mails, 3),
            "reading_units_per_mail": round(self._sum(READING) / mails, 3),
            "least_units_per_mail": round(self.least, 3),
            "listing_units_per_mail": round(self._sum(LISTING) / mails, 4),
            "calls": dict(self.calls),
        }

    def quota_figures(self, seconds: float) -> dict[str, object]:
        allowed = LIMITS[self.prices] * seconds / 60
        agents = self._sum(AGENTS)
        return {
            "allowed_units_per_minute": LIMITS[self.prices],
            "share_of_allowed_units": round((self._sum() + agents) / allowed, 3),
            "refusals_per_minute": round(self.refused * 60 / seconds, 2),
        }
