"""From a tree of parts to a :class:`ParsedMessage`: headers, people, date, ids, bodies, notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mail.mime import automatic, bodies, references, words
from mail.mime.address_lists import read_addresses
from mail.mime.dates import parse_date
from mail.mime.limits import Limits
from mail.mime.model import Headers, NoticeBook, ParsedMessage, Person
from mail.mime.plain import clean_line
from mail.mime.tree import Fields, Part, every, first

# Nobody's header is longer; what is left keeps reading linear in practice too.
_MAX_VALUE = 256 * 1024


def assemble(
    root: Part,
    *,
    read_text: bodies.ReadText,
    book: NoticeBook,
    limits: Limits,
    needs_raw: Callable[[ParsedMessage], bool] = lambda parsed: False,
) -> ParsedMessage:
    """The message that ``root`` is the top of. ``needs_raw`` judges the outcome."""
    fields = [(name, value[:_MAX_VALUE]) for name, value in root.fields]
    headers = Headers(
        tuple((name, clean_line(words.decode(value, book))) for name, value in fields)
    )
    senders = _people(fields, "From", book, limits)
    if not senders:
        book.add("sender_missing")
    content = bodies.collect(root, read_text, book)
    subject = headers.get("Subject")
    parsed = ParsedMessage(
        subject=subject,
        sender=_sender(senders, fields, book, limits),
        to=_people(fields, "To", book, limits),
        cc=_people(fields, "Cc", book, limits),
        bcc=_people(fields, "Bcc", book, limits),
        reply_to=_people(fields, "Reply-To", book, limits),
        date=parse_date(first(fields, "Date"), book),
        text=content.text,
        html=content.html,
        attachments=content.attachments,
        message_id=references.message_id(first(fields, "Message-ID")),
        in_reply_to=_first_id(first(fields, "In-Reply-To")),
        references=references.message_ids(
            " ".join(every(fields, "References")), limit=limits.references
        ),
        headers=headers,
        automatic=automatic.classify(
            headers=headers,
            content_type=root.content_type,
            report_type=root.params.get("report-type", "").lower(),
            sender=senders[0] if senders else None,
            subject=subject,
            attachments=content.attachments,
        ),
        notices=book.as_tuple(),
    )
    return replace(parsed, needs_raw=True) if needs_raw(parsed) else parsed


def _people(fields: Fields, name: str, book: NoticeBook, limits: Limits) -> tuple[Person, ...]:
    """Everybody in the headers of that name; a mail may (wrongly) have several."""
    people: list[Person] = []
    for value in every(fields, name)[:20]:
        people.extend(read_addresses(value, book, limit=limits.addresses - len(people)))
    return tuple(people)


def _sender(
    senders: tuple[Person, ...], fields: Fields, book: NoticeBook, limits: Limits
) -> Person | None:
    """The first of From that has an address; else Sender; else a mere name."""
    named = next((person for person in senders if person.address), None)
    if named is not None:
        return named
    envelope = _people(fields, "Sender", book, limits)
    behind = next((person for person in envelope if person.address), None)
    if behind is not None and senders:
        return Person(senders[0].name, behind.address)
    return behind or (senders[0] if senders else None)


def _first_id(value: str) -> str:
    found = references.message_ids(value[:8000])
    return found[0] if found else ""
