"""Refusals in the JSON form that Google's API front end gives them.

A client must tell quota from permission by `errors[].reason`, because both come as 403; so the
reason is always given, and the gRPC style `status` beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "ABORTED",
    412: "FAILED_PRECONDITION",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

MESSAGES = {
    "backendError": "Backend Error",
    "internalError": "Internal error encountered.",
    "rateLimitExceeded": "Rate Limit Exceeded",
    "userRateLimitExceeded": "User-rate limit exceeded.",
    "dailyLimitExceeded": "Daily Limit Exceeded",
    "quotaExceeded": "Quota exceeded.",
    "notFound": "Requested entity was not found.",
}

QUOTA_REASONS = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded", "quotaExceeded"}
)


class GoogleError(Exception):
    """A refusal; `headers` go out with it (WWW-Authenticate, Retry-After)."""

    def __init__(
        self,
        status: int,
        message: str = "",
        *,
        reason: str,
        domain: str = "",
        headers: Mapping[str, str] | None = None,
        location: str = "",
        location_type: str = "",
    ) -> None:
        self.status = status
        self.message = message or MESSAGES.get(reason, reason)
        self.reason = reason
        self.domain = domain or ("usageLimits" if reason in QUOTA_REASONS else "global")
        self.headers = dict(headers or {})
        self.location = location
        self.location_type = location_type
        super().__init__(f"{status} {reason}: {self.message}")

    def body(self) -> dict[str, Any]:
        detail: dict[str, Any] = {
            "message": self.message,
            "domain": self.domain,
            "reason": self.reason,
        }
        if self.location:
            detail["location"] = self.location
            detail["locationType"] = self.location_type
        return {
            "error": {
                "code": self.status,
                "message": self.message,
                "errors": [detail],
                "status": STATUS_NAMES.get(self.status, "UNKNOWN"),
            }
        }


def invalid(message: str) -> GoogleError:
    return GoogleError(400, message, reason="invalidArgument")


def not_found() -> GoogleError:
    return GoogleError(404, reason="notFound")


def unauthenticated() -> GoogleError:
    return GoogleError(
        401,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
        reason="authError",
        headers={
            "WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
        },
        location="Authorization",
        location_type="header",
    )


def login_required() -> GoogleError:
    return GoogleError(
        401,
        "Request is missing required authentication credential. Expected OAuth 2 access token, "
        "login cookie or other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
        reason="required",
        headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'},
        location="Authorization",
        location_type="header",
    )


def insufficient_scopes() -> GoogleError:
    return GoogleError(
        403,
        "Request had insufficient authentication scopes.",
        reason="insufficientPermissions",
        headers={
            "WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", '
            'error="insufficient_scope"'
        },
    )
