"""Who an answer goes to, what it quotes, and what a forward says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mail.mime.addresses import format_address, format_addresses, normalise_address
from mail.mime.model import ParsedMessage, Person


@dataclass(frozen=True, slots=True)
class Recipients:
    """The three lists of a mail that is being written."""

    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    bcc: tuple[Person, ...] = ()


def _without(
    people: Iterable[Person], taken: set[str], *, own: frozenset[str] = frozenset()
) -> tuple[Person, ...]:
    """People with an address, each once, none of ``own``; adds them to ``taken``."""
    kept: list[Person] = []
    for person in people:
        key = normalise_address(person.address)
        if not key or key in taken or key in own:
            continue
        taken.add(key)
        kept.append(person)
    return tuple(kept)


def _own(addresses: Iterable[str]) -> frozenset[str]:
    return frozenset(normalise_address(address) for address in addresses)


def is_own(parsed: ParsedMessage, own_addresses: Iterable[str]) -> bool:
    """Whether the mail was sent from one of our own addresses."""
    sender = parsed.sender
    return sender is not None and normalise_address(sender.address) in _own(own_addresses)


def _answer_to(parsed: ParsedMessage) -> tuple[Person, ...]:
    """Reply-To where it holds an address, else the sender."""
    wanted = tuple(person for person in parsed.reply_to if person.address)
    if wanted:
        return wanted
    return (parsed.sender,) if parsed.sender is not None and parsed.sender.address else ()


def reply_recipients(parsed: ParsedMessage, own_addresses: Iterable[str] = ()) -> Recipients:
    """返信: to Reply-To, else the sender; for our own sent mail, to whom it was sent."""
    if is_own(parsed, own_addresses):
        return Recipients(to=_without(parsed.to, set()))
    return Recipients(to=_without(_answer_to(parsed), set()))


def reply_all_recipients(parsed: ParsedMessage, own_addresses: Iterable[str] = ()) -> Recipients:
    """全員に返信: everybody but ourselves; who was in Bcc of our own mail stays in Bcc."""
    own = _own(own_addresses)
    taken: set[str] = set()
    if is_own(parsed, own):
        to = _without(parsed.to, taken)
        cc = _without(parsed.cc, taken, own=own)
        return Recipients(to, cc, _without(parsed.bcc, taken, own=own))
    to = _without(_answer_to(parsed), taken)
    others = _without(parsed.to, taken, own=own)
    return Recipients((*to, *others), _without(parsed.cc, taken, own=own))


def quote_text(text: str, header: str = "") -> str:
    """``text`` as a quotation: ``header`` (``2026/11/22 10:00 山田 太郎:``), then ``> `` lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip().split("\n")
    quoted = "\n".join(
        ">" + line if line.startswith(">") else f"> {line}".rstrip() for line in lines
    )
    if not text.strip():
        quoted = ""
    return "\n".join(part for part in (header, quoted) if part) + "\n"


@dataclass(frozen=True, slots=True)
class ForwardLabels:
    """The words above a forwarded text, in the language of who writes."""

    intro: str = "---------- Forwarded message ----------"
    sender: str = "From"
    date: str = "Date"
    subject: str = "Subject"
    to: str = "To"
    cc: str = "Cc"


def forward_text(
    parsed: ParsedMessage,
    date: str,
    labels: ForwardLabels | None = None,
    *,
    text: str | None = None,
) -> str:
    """The text of a forward: who wrote what to whom, then the text as it was (not quoted).

    ``date`` is already written for people; ``text`` stands in for mails that have only HTML.
    """
    words = labels or ForwardLabels()
    lines = [words.intro]
    if parsed.sender is not None:
        lines.append(f"{words.sender}: {format_address(parsed.sender)}")
    lines.append(f"{words.date}: {date}")
    lines.append(f"{words.subject}: {parsed.subject}")
    if parsed.to:
        lines.append(f"{words.to}: {format_addresses(parsed.to)}")
    if parsed.cc:
        lines.append(f"{words.cc}: {format_addresses(parsed.cc)}")
    return "\n".join(lines) + "\n\n" + (parsed.text if text is None else text)
