from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    InsufficientPermission,
    NotFound,
    NotSent,
    QuotaExceeded,
    Refused,
    Unavailable,
    Uncertain,
    after_send,
    from_response,
)
from tests.callcenter.gmail.scripted import error_body

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "badRequest", Refused),
        (400, "invalidArgument", Refused),
        (400, "failedPrecondition", Refused),
        (401, "authError", AuthRevoked),
        (403, "rateLimitExceeded", QuotaExceeded),
        (403, "userRateLimitExceeded", QuotaExceeded),
        (403, "dailyLimitExceeded", QuotaExceeded),
        (403, "quotaExceeded", QuotaExceeded),
        (429, "rateLimitExceeded", QuotaExceeded),
        (429, "whatever", QuotaExceeded),
        (503, "rateLimitExceeded", QuotaExceeded),
        (403, "insufficientPermissions", InsufficientPermission),
        (403, "domainPolicy", InsufficientPermission),
        (403, "accessNotConfigured", InsufficientPermission),
        (404, "notFound", NotFound),
        (409, "aborted", Refused),
        (413, "uploadTooLarge", Refused),
        (500, "backendError", Unavailable),
        (502, "badGateway", Unavailable),
        (503, "backendError", Unavailable),
    ],
)
def test_the_reason_decides(status: int, reason: str, kind: type[GmailError]) -> None:
    body = json.dumps(error_body(status, reason, "Google's words")).encode()
    error = from_response(status, {}, body, method="messages.get")
    assert type(error) is kind
    assert (error.reason, error.status, error.message) == (reason, status, "Google's words")
    assert "messages.get" in str(error)


def test_the_newer_form_without_errors_is_read() -> None:
    body = {
        "error": {
            "code": 403,
            "message": "Request had insufficient authentication scopes.",
            "status": "PERMISSION_DENIED",
            "details": [
                {"@type": "x/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
            ],
        }
    }
    error = from_response(403, {}, json.dumps(body))
    assert type(error) is InsufficientPermission
    assert error.reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_exhausted_resources_are_quota_whatever_the_status() -> None:
    body = {"error": {"code": 403, "message": "Too many", "status": "RESOURCE_EXHAUSTED"}}
    assert type(from_response(403, {}, json.dumps(body))) is QuotaExceeded


@pytest.mark.parametrize("status", [400, 403, 404, 410, 200, 302, 502])
@pytest.mark.parametrize(
    "body",
    [b"<html><h1>Not Found</h1></html>", b"", b'"a string"', b"[]", b'{"error": 5}', b"\xff"],
)
def test_what_is_not_gmails_voice_says_nothing_about_mail(status: int, body: bytes) -> None:
    error = from_response(status, {}, body)
    assert type(error) is Unavailable
    assert error.reached


def test_the_front_end_says_too_large_in_html() -> None:
    error = from_response(413, {}, b"<html><title>Error 413</title>too large</html>")
    assert type(error) is Refused


def test_html_is_read_as_words() -> None:
    page = b"<html><head><style>b{}</style></head><body><p>Bad\n gateway</p></body></html>"
    error = from_response(502, {}, page)
    assert error.message == "HTTP 502: Bad gateway"


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "7"}, "", 7.0),
        ({"Retry-After": " 120 "}, "", 120.0),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, "", 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, "", 0.0),
        ({"retry-after": "soon"}, "", None),
        (
            {},
            "User-rate limit exceeded.  Retry after 2026-11-22T12:01:00.500Z (Mail sending)",
            60.5,
        ),
        ({}, "User-rate limit exceeded. Retry after 2026-99-99T12:01:00Z", None),
        ({}, "Too many concurrent requests for user", None),
    ],
)
def test_when_to_try_again(headers: dict[str, str], message: str, seconds: float | None) -> None:
    body = json.dumps(error_body(429, "rateLimitExceeded", message))
    error = from_response(429, headers, body, now=NOW)
    assert isinstance(error, QuotaExceeded)
    assert error.retry_after == seconds


def test_a_spent_day_is_told_from_a_spent_minute() -> None:
    body = json.dumps(error_body(403, "dailyLimitExceeded", "Daily Limit Exceeded"))
    error = from_response(403, {}, body)
    assert isinstance(error, QuotaExceeded)
    assert error.daily


def test_oauths_own_form_is_read() -> None:
    body = {"error": "invalid_grant", "error_description": "Token has been revoked."}
    error = from_response(400, {}, json.dumps(body))
    assert type(error) is Refused
    assert (error.reason, error.message) == ("invalid_grant", "Token has been revoked.")


def test_after_a_send_only_a_refusal_is_sure() -> None:
    lost = Unavailable("gone", reason="transport", reached=True)
    never = Unavailable("refused", reason="transport", reached=False)
    refused = Refused("Invalid To header", reason="invalidArgument", status=400)
    assert type(after_send(lost)) is Uncertain
    assert type(after_send(never)) is NotSent
    assert after_send(refused) is refused
