"""Whether a person wrote the mail: delivery reports, automatic replies, bulk mail.

``bounce`` is a delivery that failed. A mere delay, a success or a read receipt is a report too, but
nobody has to act: these count as ``auto_reply``.
"""

from __future__ import annotations

import re

from mail.mime.model import Automatic, Headers, ParsedAttachment, Person

_DAEMONS = re.compile(r"(?:mailer-daemon|mail-daemon|postmaster|mailerdaemon)@", re.IGNORECASE)
_FAILURE = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed)|returned mail|mail delivery"
    r"|failure notice|could not be delivered|not delivered|mail system error|delivery error"
    r"|配信(?:不能|できません|エラー|に失敗)|送信(?:エラー|できません)|不達|宛先不明|届きません",
    re.IGNORECASE,
)
_REPLY_SUBJECT = re.compile(
    r"^\s*(?:\[?自動(?:返信|応答|送信)|【自動(?:返信|応答|配信)"
    r"|\(?auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office"
    r"|不在(?:通知|の?お知らせ|連絡)|vacation)",
    re.IGNORECASE,
)
_REPLY_HEADERS = frozenset(("x-autoreply", "x-autorespond", "x-autoresponder"))
_BULK_HEADERS = frozenset(("list-id", "list-unsubscribe", "x-campaign-id", "feedback-id"))
_ACTION = re.compile(rb"^Action[ \t]*:[ \t]*([A-Za-z]+)", re.IGNORECASE | re.MULTILINE)


def classify(
    *,
    headers: Headers,
    content_type: str,
    report_type: str,
    sender: Person | None,
    subject: str,
    attachments: tuple[ParsedAttachment, ...],
) -> Automatic:
    """The kind of an automatic mail; '' for what a person wrote."""
    bounce = _delivery_report(content_type, report_type, attachments)
    if bounce is not None:
        return bounce
    if report_type == "disposition-notification":
        return "auto_reply"
    if "X-Failed-Recipients" in headers:
        return "bounce"
    daemon = sender is not None and _DAEMONS.match(sender.address) is not None
    empty_path = headers.get("Return-Path", "?").replace(" ", "") in ("<>", "")
    if (daemon or empty_path) and _FAILURE.search(subject):
        return "bounce"
    return _by_headers(headers, subject)


def _delivery_report(
    content_type: str, report_type: str, attachments: tuple[ParsedAttachment, ...]
) -> Automatic | None:
    status = [file for file in attachments if file.content_type == "message/delivery-status"]
    is_report = content_type == "multipart/report" and report_type in ("delivery-status", "")
    if not status and not is_report:
        return None
    actions = {action.lower() for file in status for action in _ACTION.findall(file.payload or b"")}
    if actions and b"failed" not in actions:
        return "auto_reply"
    return "bounce"


def _by_headers(headers: Headers, subject: str) -> Automatic:
    submitted = headers.get("Auto-Submitted").partition(";")[0].strip().lower()
    precedence = headers.get("Precedence").strip().lower()
    if submitted.startswith("auto-replied") or precedence in ("auto_reply", "auto-reply"):
        return "auto_reply"
    names = headers.names()
    if not names.isdisjoint(_REPLY_HEADERS):
        return "auto_reply"
    if _REPLY_SUBJECT.search(subject):
        return "auto_reply"
    if precedence in ("bulk", "list", "junk") or not names.isdisjoint(_BULK_HEADERS):
        return "bulk"
    return "bulk" if submitted not in ("", "no") else ""
