"""Untrusted HTML and text on its way to a page."""

from callcenter.richtext.safe import SafeHtml
from callcenter.richtext.sanitize import sanitize

__all__ = ["SafeHtml", "sanitize"]
