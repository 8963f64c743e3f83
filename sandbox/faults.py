"""What goes wrong, and how awkward Gmail is: one settings tree that an admin endpoint changes.

The defaults are Gmail on an ordinary day (ids rewritten, history untidy); errors, latency and lost
answers are off until asked for. Chance comes from one seeded generator, so a run can be repeated.
"""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from sandbox.errors import GoogleError

DEFAULTS: dict[str, Any] = {
    "seed": 1,
    # True closes every connection without an answer; a number answers everything with that status.
    "down": False,
    "latency_ms": 0,
    "latency_by_method": {},
    # [{"method": "messages.*", "status": 503, "reason": "backendError", "rate": 0.01,
    #   "where": "any" | "call" | "part", "times": optional limit}]
    "errors": [],
    # Share of batch parts that answer 503, 429 or 403 inside the 200.
    "part_errors": 0.0,
    # n, or {"times": n, "status": 503, "reason": "backendError", "method": "*"}
    "fail_next": 0,
    # {"method": "drafts.send", "times": 1} or {"method": …, "rate": 0.1}: done, but never answered.
    "accept_then_drop": None,
    # The same with "status": done, but answered with an error.
    "accept_then_error": None,
    # Names lost on sending; True: every X- header.
    "strip_headers": [],
    # The same loss already when a draft is saved, not only when it is sent.
    "strip_draft_headers": False,
    "rewrite_message_id": True,
    "rewrite_from": True,
    # Addresses whose mail comes back with a delivery report.
    "bounce": [],
    "attachment_id_seconds": 600,
    "access_token_seconds": 3599,
    "code_seconds": 600,
    # Text parts above this size are handed out by attachment id.
    "large_text_bytes": 1_048_576,
    "history": {
        "gap": 25,  # largest step between two history ids
        "repeat": 0.1,  # a record is told again on the next page
        "reorder": 0.1,  # two neighbours change places
        "empty_page": 0.1,  # a page without records but with nextPageToken
        "bare": 0.05,  # a record with `messages` and no change type
        "drop": 0.0,  # a record that never comes (Gmail is not known to; for soak tests)
    },
    "quota": {
        "enforce": False,
        "prices": "classic",  # or "current": see quota.py
        "units_per_minute": None,  # None: the price list's own
        "project_units_per_minute": 1_200_000,
        "costs": {},
        "refuse_with": "mixed",  # 403, 429 or mixed
    },
}

PART_ERRORS = (
    (503, "backendError"),
    (429, "rateLimitExceeded"),
    (403, "userRateLimitExceeded"),
)


@dataclass(slots=True)
class AfterAccept:
    """What becomes of an answer to a call that was carried out."""

    drop: bool = False
    error: GoogleError | None = None


class Faults:
    def __init__(self) -> None:
        self.settings: dict[str, Any] = copy.deepcopy(DEFAULTS)
        self.random = random.Random(1)

    def reset(self) -> None:
        self.settings = copy.deepcopy(DEFAULTS)
        self.random = random.Random(1)

    def update(self, changes: dict[str, Any]) -> None:
        """Merges one level deep; unknown names are refused (a misspelt fault tests nothing)."""
        merged = copy.deepcopy(self.settings)
        for name, value in changes.items():
            if name not in DEFAULTS:
                raise ValueError(f"unknown fault: {name}")
            if isinstance(DEFAULTS[name], dict) and name != "latency_by_method":
                unknown = set(value) - set(DEFAULTS[name])
                if unknown:
                    raise ValueError(f"unknown fault: {name}.{sorted(unknown)[0]}")
                merged[name].update(value)
            else:
                merged[name] = value
        self.settings = merged
        if "seed" in changes:
            self.random = random.Random(changes["seed"])

    def latency(self, method: str) -> float:
        """Seconds."""
        settings = self.settings
        found = settings["latency_by_method"].get(method, settings["latency_ms"])
        return float(found) / 1000

    def before(self, method: str, *, part: bool) -> GoogleError | None:
        """The error that this call meets instead of being carried out."""
        settings = self.settings
        if settings["fail_next"]:
            error = self._fail_next(method)
            if error is not None:
                return error
        for rule in settings["errors"]:
            where = rule.get("where", "any")
            if where != "any" and (where == "part") != part:
                continue
            if self._strikes(rule, method):
                return _error(rule)
        if part and settings["part_errors"] and self.random.random() < settings["part_errors"]:
            status, reason = PART_ERRORS[self.random.randrange(len(PART_ERRORS))]
            return GoogleError(status, reason=reason)
        return None

    def after(self, method: str) -> AfterAccept:
        drop, error = self.settings["accept_then_drop"], self.settings["accept_then_error"]
        if drop and self._strikes(drop, method):
            return AfterAccept(drop=True)
        if error and self._strikes(error, method):
            return AfterAccept(error=_error(error))
        return AfterAccept()

    def strips(self, header: str) -> bool:
        names = self.settings["strip_headers"]
        if names is True:
            return header.lower().startswith("x-")
        return any(header.lower() == name.lower() for name in names)

    def _fail_next(self, method: str) -> GoogleError | None:
        rule = self.settings["fail_next"]
        if isinstance(rule, int):
            self.settings["fail_next"] = rule - 1
            return GoogleError(503, reason="backendError")
        if not fnmatchcase(method, rule.get("method", "*")):
            return None
        rule["times"] = rule.get("times", 1) - 1
        if rule["times"] <= 0:
            self.settings["fail_next"] = 0
        return _error(rule)

    def _strikes(self, rule: dict[str, Any], method: str) -> bool:
        if not fnmatchcase(method, rule.get("method", "*")):
            return False
        if "times" in rule:
            if rule["times"] <= 0:
                return False
            if self.random.random() >= rule.get("rate", 1.0):
                return False
            rule["times"] -= 1
            return True
        return self.random.random() < float(rule.get("rate", 1.0))


def _error(rule: dict[str, Any]) -> GoogleError:
    status = int(rule.get("status", 503))
    reason = rule.get("reason") or {
        403: "userRateLimitExceeded",
        404: "notFound",
        429: "rateLimitExceeded",
        400: "invalidArgument",
        401: "authError",
    }.get(status, "backendError")
    return GoogleError(status, rule.get("message", ""), reason=reason)
