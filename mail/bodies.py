"""The body of a mail on its way to the frame that shows it."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from callcenter.richtext import (
    Frame,
    fold_quotes,
    frame_document,
    html_to_text,
    sanitize,
    text_to_html,
)
from mail.models import Attachment, Message, MessageBody
from permissions.models import User
from permissions.operations import Operation

# A frame without allow-same-origin sends no cookies: its inline images are asked for by addresses
# that are signed, name whom they were given to, and are soon over. That somebody has lost the right
# to the mail meanwhile is seen at once all the same.
INLINE_SECONDS = 300
_ON_PAPER = """
.print-head{border-bottom:1px solid #1f2328;margin:0 0 16px;padding:0 0 12px;font-size:13px}
.print-head h1{font-size:18px;line-height:1.4;margin:0 0 8px}
.print-head dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:0}
.print-head dt{color:#57606a}
.print-head dd{margin:0}
.print-hint{margin:0 0 12px;padding:6px 10px;background:#f6f8fa;font-size:12.5px}
@media print{.print-hint{display:none}body{padding:0}}
""".strip()
_SIGNER = TimestampSigner(salt="mail.inline")


def of(message: Message) -> MessageBody:
    """The mail's body; an empty one where none is stored."""
    stored: MessageBody | None = getattr(message, "body", None)
    return stored or MessageBody(message=message)


def inline_token(attachment_id: int, user_id: int) -> str:
    return _SIGNER.sign(f"{attachment_id}.{user_id}")


def picture_of(token: str) -> Attachment | None:
    """The inline picture that a signed address stands for, if its bearer may still see the mail.

    Raises:
        BadSignature: forged, or too old (SignatureExpired).
    """
    value = _SIGNER.unsign(token, max_age=INLINE_SECONDS)
    attachment_id, _, user_id = value.partition(".")
    if not (attachment_id.isdecimal() and user_id.isdecimal()):
        raise BadSignature(value)
    user = User.objects.filter(pk=user_id, is_active=True).select_related("role").first()
    if user is None or not user.may(Operation.MAIL_VIEW):
        return None
    seen = Message.objects.visible_to(user)
    return Attachment.objects.filter(pk=attachment_id, message__in=seen).first()


def blocked_remote(body: MessageBody) -> int:
    """How many pictures from outside the mail would load, were it allowed to."""
    if not body.html:
        return 0
    digest = hashlib.blake2b(body.html.encode(), digest_size=12).hexdigest()
    key = f"blocked:{digest}"
    counted = cache.get(key)
    if counted is None:
        counted = sanitize(body.html).blocked_remote
        cache.set(key, counted, 24 * 3600)
    return int(counted)


def frame(
    message: Message,
    body: MessageBody,
    viewer: User,
    *,
    origin: str,
    allow_remote: bool,
    plain: bool,
    above: str = "",
) -> Frame:
    """The whole document for the frame, with the policy that goes with it.

    Args:
        viewer: whom the inline images' addresses are for.
        origin: scheme and host under which the page is shown, for the inline images' addresses.
        allow_remote: the agent asked for the pictures from outside.
        plain: the text alone, as it came.
        above: HTML of ours over the text, on paper: nothing is folded then.
    """
    inline = {
        each.content_id: each.pk
        for each in message.attachments.exclude(content_id="").only("content_id")
    }

    def cid_url(content_id: str) -> str | None:
        attachment_id = inline.get(content_id)
        if attachment_id is None:
            return None
        return origin + reverse("mail:inline", args=[inline_token(attachment_id, viewer.pk)])

    label = None if above else _("Show quoted text")
    if body.html and not plain:
        safe = sanitize(body.html, allow_remote=allow_remote, cid_url=cid_url)
        safe = fold_quotes(safe, label=label) if label else safe
    else:
        safe = text_to_html(body.text or html_to_text(body.html), fold_label=label)
    if above:
        safe = safe.with_html(above + safe)
        safe.stylesheet = f"{safe.stylesheet}\n{_ON_PAPER}".strip()
    return frame_document(
        safe,
        lang=get_language() or "ja",
        allow_remote=allow_remote,
        own_images=f"{origin}/inline/",
        title=message.subject,
    )
