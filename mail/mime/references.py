"""Message ids, and what makes a reply a reply: its subject and its References."""

from __future__ import annotations

import re

from mail.mime.model import ParsedMessage
from mail.mime.plain import clean_line

MAX_REFERENCES = 50

_ID = re.compile(r"<([^<>]{1,998})>")
_COMMENT = re.compile(r"\([^()]*\)")
_BLANKS = re.compile(r"\s+")
_SENDABLE = re.compile(r"[!-;=?-~]{1,900}")
# What other programs put before a subject: Re: RE[2]: Re^3: 返信: AW: SV: … also with a full-width
# colon; Fwd: FW: 転送: WG: TR: likewise.
_REPLY = r"(?:re|aw|sv|antw|ref|返信|回复|回覆|答复|답장)"
_FORWARD = r"(?:fwd?|wg|tr|rv|転送|转发|轉寄|전달)"
_COUNT = r"(?:\s*[\[(^*]?\s*\d{1,3}\s*[\])]?)?"
_PREFIX = re.compile(rf"\s*(?:(?P<re>{_REPLY})|(?P<fw>{_FORWARD})){_COUNT}\s*[:：]\s*", re.I)


def message_ids(value: str, *, limit: int = 1_000) -> tuple[str, ...]:
    """The ids of a References or In-Reply-To header, without brackets, each once, in order."""
    found = [_COMMENT.sub("", _BLANKS.sub("", text)) for text in _ID.findall(value)]
    if not found:
        found = [text for text in re.split(r"[\s,;<>]+", value) if "@" in text]
    unique = list(dict.fromkeys(clean_line(text) for text in found if text))
    return tuple(unique[-limit:])


def message_id(value: str) -> str:
    """The id of a Message-ID header: '' when there is none."""
    found = message_ids(value[:4000])
    if found:
        return found[0]
    bare = clean_line(value).strip("<> ")
    return bare if bare and " " not in bare and len(bare) < 1000 else ""


def bare_subject(subject: str) -> str:
    """The subject without every reply and forward prefix."""
    rest = clean_line(subject)
    while True:
        found = _PREFIX.match(rest)
        if found is None or not found.end():
            return rest.strip()
        rest = rest[found.end() :]


def _without(subject: str, kind: str) -> str:
    """The subject without leading prefixes of one kind (those of the other kind stay)."""
    rest = clean_line(subject)
    while True:
        found = _PREFIX.match(rest)
        if found is None or not found.group(kind):
            return rest.strip()
        rest = rest[found.end() :]


def reply_subject(subject: str) -> str:
    """``Re: `` and the subject, with its own stacked reply prefixes taken away.

    A forward's prefix stays: ``Re: Fwd: x`` answers a forwarded mail.
    """
    return f"Re: {_without(subject, 're')}".rstrip()


def forward_subject(subject: str) -> str:
    """``Fwd: `` and the subject, with its own stacked forward prefixes taken away."""
    return f"Fwd: {_without(subject, 'fw')}".rstrip()


def is_forward(subject: str) -> bool:
    """Whether the foremost prefix is a forward's: ``Fwd: x``, but not ``Re: Fwd: x``."""
    found = _PREFIX.match(clean_line(subject))
    return found is not None and bool(found.group("fw"))


def is_sendable_id(text: str) -> bool:
    """Whether an id from somebody's mail can stand in a header of ours."""
    return _SENDABLE.fullmatch(text) is not None


def reply_references(parsed: ParsedMessage, *, limit: int = MAX_REFERENCES) -> tuple[str, ...]:
    """The References of an answer to ``parsed`` (RFC 5322, 3.6.4), the thread's root kept."""
    chain = parsed.references or ((parsed.in_reply_to,) if parsed.in_reply_to else ())
    ids = [text for text in (*chain, parsed.message_id) if text and is_sendable_id(text)]
    # A repeated id counts where it stands last: the parent must come last.
    ids = list(reversed(dict.fromkeys(reversed(ids))))
    if len(ids) > limit:
        ids = [ids[0], *ids[-(limit - 1) :]]
    return tuple(ids)


def reply_headers(parsed: ParsedMessage) -> tuple[str, tuple[str, ...]]:
    """``in_reply_to`` and ``references`` for :func:`mail.mime.compose` of an answer."""
    own = parsed.message_id if is_sendable_id(parsed.message_id) else ""
    return own, reply_references(parsed)
