"""Gmail's refusals, told apart by their reason and not by their status code.

Gmail answers 403 for a spent quota as well as for a missing permission, 429 for three different
limits, and 404 both for a message that is gone and for a history that has expired. A proxy in
between answers in HTML: such an answer says nothing about mail, so that it never becomes
`NotFound`. The class tells the caller what is safe to do next.
"""

from __future__ import annotations

import email.utils
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


class GmailError(Exception):
    """Base of all. `reason` is Google's word for it (or ours, in snake_case), `status` HTTP's."""

    def __init__(self, message: str, *, reason: str, status: int = 0, method: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.status = status
        self.method = method

    def __str__(self) -> str:
        where = f"{self.method}: " if self.method else ""
        return f"{where}{self.message} ({self.reason}, HTTP {self.status or 'none'})"


class AuthRevoked(GmailError):
    """Google no longer takes our tokens: a person must connect the account again."""


class InsufficientPermission(GmailError):
    """The token is good and the deed not allowed: scope, domain policy, or API switched off."""


class QuotaExceeded(GmailError):
    """Too much, too fast: surely not done. `retry_after` in seconds; `daily` until tomorrow."""

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        status: int = 0,
        method: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, reason=reason, status=status, method=method)
        self.retry_after = retry_after
        self.daily = reason.startswith("dailyLimitExceeded")


class NotFound(GmailError):
    """Gmail itself says that this message, thread, draft or label is not (or no longer) there."""


class HistoryExpired(GmailError):
    """The start of history is too old: list everything and compare."""


class Refused(GmailError):
    """Gmail understood and declined, with words for a person; the same again is declined again."""


class Unavailable(GmailError):
    """No usable answer: 5xx, transport, time-out, or not Gmail's voice. A read may be repeated.

    `reached`: the request may have been carried out although nobody told us.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        status: int = 0,
        method: str = "",
        retry_after: float | None = None,
        reached: bool = True,
    ) -> None:
        super().__init__(message, reason=reason, status=status, method=method)
        self.retry_after = retry_after
        self.reached = reached


class NotSent(Unavailable):
    """A send that surely never reached Gmail: it may be tried again."""


class Uncertain(GmailError):
    """A send that may have been carried out: never again without evidence."""


_RATE_REASONS = frozenset(
    {
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "userRateLimitExceededUnreg",
        "rateLimitExceededUnreg",
        "quotaExceeded",
        "dailyLimitExceeded",
        "dailyLimitExceededUnreg",
        "limitExceeded",
        "concurrentLimitExceeded",
        "tooManyConcurrentRequests",
        "RATE_LIMIT_EXCEEDED",
        "RESOURCE_EXHAUSTED",
        "resourceExhausted",
    }
)
_TOO_LARGE = frozenset({413, 414, 431})
_RETRY_AT = re.compile(r"[Rr]etry after (\d{4}-\d\d-\d\dT[\d:.]+Z?)")


def from_response(
    status: int,
    headers: Mapping[str, str],
    content: bytes | str,
    *,
    method: str = "",
    now: datetime | None = None,
) -> GmailError:
    """The error that an answer of 300 or more stands for."""
    body = _error_body(content)
    message = _words(status, body, content)
    reason = _reason(status, body)
    wait = retry_after(headers, message, now or datetime.now(UTC))
    if status == 429 or (reason in _RATE_REASONS and status >= 400):
        return QuotaExceeded(message, reason=reason, status=status, method=method, retry_after=wait)
    if status == 401:
        return AuthRevoked(message, reason=reason, status=status, method=method)
    if status in _TOO_LARGE:
        # Google's front end says these in HTML, before Gmail sees the request.
        return Refused(message, reason=reason, status=status, method=method)
    if body is None or status >= 500 or status in {408, 425} or status < 400:
        unsaid = reason if body is not None else "not_gmail"
        return Unavailable(message, reason=unsaid, status=status, method=method, retry_after=wait)
    if status == 403:
        return InsufficientPermission(message, reason=reason, status=status, method=method)
    if status in {404, 410}:
        return NotFound(message, reason=reason, status=status, method=method)
    return Refused(message, reason=reason, status=status, method=method)


def _error_body(content: bytes | str) -> Mapping[str, Any] | None:
    """Google's error object, or None when these are somebody else's words."""
    try:
        body = json.loads(content)
    except ValueError:
        return None
    if isinstance(body, list) and body:
        body = body[0]
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):
        # OAuth's own form: {"error": "invalid_grant", "error_description": "…"}
        return {"message": body.get("error_description") or error, "errors": [{"reason": error}]}
    return error if isinstance(error, dict) else None


def _reason(status: int, body: Mapping[str, Any] | None) -> str:
    if body is None:
        return f"http_{status}"
    for item in _dicts(body.get("errors")):
        if isinstance(item.get("reason"), str):
            return str(item["reason"])
    for item in _dicts(body.get("details")):
        if isinstance(item.get("reason"), str):
            return str(item["reason"])
    return str(body.get("status") or f"http_{status}")


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _words(status: int, body: Mapping[str, Any] | None, content: bytes | str) -> str:
    if body is not None:
        return str(body.get("message") or f"HTTP {status}")[:500]
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    visible = " ".join(re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", text, flags=re.S).split())
    return f"HTTP {status}: {visible[:200]}" if visible else f"HTTP {status}"


def retry_after(headers: Mapping[str, str], message: str, now: datetime) -> float | None:
    """Seconds until it may be tried again: the header (seconds or a date), else Gmail's words.

    Gmail has no header for its sending limits; it writes «Retry after 2026-01-17T16:35:45.000Z».
    """
    value = next((text for name, text in headers.items() if name.lower() == "retry-after"), "")
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    moment: datetime | None = None
    if value:
        try:
            moment = email.utils.parsedate_to_datetime(value)
        except ValueError:
            moment = None
    elif match := _RETRY_AT.search(message):
        try:
            moment = datetime.fromisoformat(match[1])
        except ValueError:
            moment = None
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def after_send(error: GmailError) -> GmailError:
    """What an error means when the request was a send: only a clear refusal is safe."""
    if isinstance(error, Unavailable):
        if not error.reached:
            return NotSent(
                error.message,
                reason=error.reason,
                status=error.status,
                method=error.method,
                retry_after=error.retry_after,
                reached=False,
            )
        return Uncertain(
            error.message, reason=error.reason, status=error.status, method=error.method
        )
    return error
