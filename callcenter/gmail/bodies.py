"""What goes with the requests that make or change something."""

from __future__ import annotations

from typing import Any

from googleapiclient.http import MediaInMemoryUpload

from .types import encode_base64url

# Google asks for uploads above 5 MB; base64 in JSON makes a third more of what we have.
LARGEST_IN_JSON = 3_500_000


def label(
    name: str | None, background: str | None, text_color: str | None, hidden: bool | None
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if name is not None:
        body["name"] = name
    if background and text_color:
        body["color"] = {"backgroundColor": background, "textColor": text_color}
    if hidden is not None:
        body["labelListVisibility"] = "labelHide" if hidden else "labelShow"
    return body


def draft(raw: bytes, thread_id: str | None) -> dict[str, Any]:
    """Arguments for drafts.create and drafts.update: in JSON while small, else as an upload.

    The upload is multipart/related, whose first part carries the thread id; googleapiclient can
    write only 7-bit mail that way, so that any other goes by the resumable protocol.
    """
    message: dict[str, Any] = {"threadId": thread_id} if thread_id else {}
    if len(raw) <= LARGEST_IN_JSON:
        return {"body": {"message": {**message, "raw": encode_base64url(raw)}}}
    media = MediaInMemoryUpload(raw, mimetype="message/rfc822", resumable=not raw.isascii())
    return {"body": {"message": message}, "media_body": media}
