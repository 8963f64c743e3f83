"""The only type that carries HTML from a mail to a page."""

import html as entities
import re
from typing import Any

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class SafeHtml(str):
    """HTML that passed `sanitize` (or was written by this package), with what was found in it.

    A `str`, so that its `str` is the HTML. Templates take it as safe through `__html__`; whatever
    is derived from it (slices, concatenations) is a plain `str` again and will be escaped.

    `blocked_remote`: how many remote images were kept back. `cids`: content ids that the mail
    refers to. `notices`: codes of what was left out, for the page to tell the agent
    ("truncated": the mail was too long; "simplified": styles or nesting beyond the limits).
    `stylesheet`: the allowed rules of the mail's own style blocks, for `frame_document`.
    """

    __slots__ = ("blocked_remote", "cids", "notices", "stylesheet")

    blocked_remote: int
    cids: tuple[str, ...]
    notices: tuple[str, ...]
    stylesheet: str

    def __new__(
        cls,
        html: str = "",
        *,
        blocked_remote: int = 0,
        cids: tuple[str, ...] = (),
        notices: tuple[str, ...] = (),
        stylesheet: str = "",
    ) -> "SafeHtml":
        self = super().__new__(cls, html)
        self.blocked_remote = blocked_remote
        self.cids = cids
        self.notices = notices
        self.stylesheet = stylesheet
        return self

    def __html__(self) -> str:
        return str(self)

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (str(self),), {
            "blocked_remote": self.blocked_remote,
            "cids": self.cids,
            "notices": self.notices,
            "stylesheet": self.stylesheet,
        }

    def with_html(self, html: str) -> "SafeHtml":
        """The same findings over other HTML, which the caller answers for."""
        return SafeHtml(
            html,
            blocked_remote=self.blocked_remote,
            cids=self.cids,
            notices=self.notices,
            stylesheet=self.stylesheet,
        )


def printable(text: str) -> str:
    """Without control characters (ESC switches charsets in old browsers) and lone surrogates."""
    return _CONTROL.sub("", text)


def escape(text: str) -> str:
    """Escape text for element content and quoted attributes, exactly as nh3 serialises it."""
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, entity)
    return text.replace("\xa0", "&nbsp;")


def decoded(value: str) -> str:
    """What a text or attribute says, its character references resolved."""
    return entities.unescape(value)
