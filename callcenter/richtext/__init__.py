"""Untrusted HTML and text on its way to a page, and back to text.

    safe = sanitize(body.html, allow_remote=False, cid_url=signed_url)
    frame = frame_document(fold_quotes(safe, label=_("Show quoted text")), lang="ja",
                           own_images=f"{PUBLIC_URL}/inline/")
    HttpResponse(frame.html, headers=frame.headers)   # in <iframe sandbox="{FRAME_SANDBOX}">

Which layer stops what: docs/mail-rendering.md. This is the only room that imports nh3.
"""

from callcenter.richtext.folding import fold_quotes
from callcenter.richtext.frame import (
    FRAME_POLICY,
    FRAME_POLICY_REMOTE,
    FRAME_SANDBOX,
    Frame,
    frame_document,
    frame_policy,
)
from callcenter.richtext.linkify import linkify
from callcenter.richtext.parity import lost_text, visible_text_lost
from callcenter.richtext.plaintext import html_to_text, text_to_html
from callcenter.richtext.quotes import split_quote
from callcenter.richtext.safe import SafeHtml
from callcenter.richtext.sanitize import sanitize
from callcenter.richtext.written import rewritten, written

__all__ = [
    "FRAME_POLICY",
    "FRAME_POLICY_REMOTE",
    "FRAME_SANDBOX",
    "Frame",
    "SafeHtml",
    "fold_quotes",
    "frame_document",
    "frame_policy",
    "html_to_text",
    "linkify",
    "lost_text",
    "rewritten",
    "sanitize",
    "split_quote",
    "text_to_html",
    "visible_text_lost",
    "written",
]
