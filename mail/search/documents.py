"""A mail -> its search document.

Built where the mail is stored, in the same transaction, so that what is on the list is also found.
The limits keep a document below what an index entry may hold (1 MiB of keys; a kana of three bytes
is nine bytes of key, and in the head eighteen): `was_cut` remembers that they cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from callcenter.richtext import html_to_text
from mail.mime import ParsedMessage
from mail.models import Comment, Message, MessageBody, SearchDocument
from mail.search.nodes import Field
from mail.search.words import folded_text

PART_END = "\x1f"
# In the order of the head; a part's place is its number in the database's functions, from 1.
PARTS = (
    Field.SUBJECT,
    Field.FROM,
    Field.TO,
    Field.CC,
    Field.BCC,
    Field.DELIVERED_TO,
    Field.LIST,
    Field.FILENAME,
    Field.COMMENT,
)
_MOST_BODY = 180 * 1024  # bytes
_MOST_PART = 4 * 1024
_MOST_HTML = 512 * 1024  # characters
_LITTLE_TEXT = 200
# What a file is when its name does not end in it.
_ENDINGS = {
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/zip": "zip",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "text/csv": "csv",
    "text/plain": "txt",
}

People = Iterable[Sequence[str]]  # name, address


@dataclass(frozen=True, slots=True)
class Source:
    """What a document is made of."""

    subject: str
    people: Mapping[str, People]
    headers: Iterable[Sequence[str]]
    files: Iterable[tuple[str, str]]  # name, content type
    text: str
    html: str
    comments: Sequence[str] = ()

    @classmethod
    def of_parsed(cls, parsed: ParsedMessage, comments: Sequence[str] = ()) -> Source:
        def pairs(people: Iterable[object]) -> list[tuple[str, str]]:
            return [(each.name, each.address) for each in people]  # type: ignore[attr-defined]

        return cls(
            subject=parsed.subject,
            people={
                "from": pairs((parsed.sender,) if parsed.sender else ()),
                "to": pairs(parsed.to),
                "cc": pairs(parsed.cc),
                "bcc": pairs(parsed.bcc),
            },
            headers=parsed.headers,
            files=[(each.filename, each.content_type) for each in parsed.attachments],
            text=parsed.text,
            html=parsed.html,
            comments=comments,
        )


def document(message: Message, source: Source) -> SearchDocument:
    """The row, not saved."""
    head, head_cut = _head(source)
    body, body_cut = _cut(folded_text(_body(source)), _MOST_BODY)
    return SearchDocument(
        message=message,
        internal_date=message.internal_date,
        head=head,
        body=body,
        was_cut=head_cut or body_cut,
    )


def renew(message: Message, parsed: ParsedMessage) -> None:
    """After a mail was read again, in the caller's transaction."""
    comments = _comments([message.pk]).get(message.pk, ())
    _save([document(message, Source.of_parsed(parsed, comments))])


def build(message_ids: Sequence[int]) -> int:
    """Make or renew the documents of stored mails, in the caller's transaction; how many."""
    messages = (
        Message.objects.filter(pk__in=message_ids)
        .select_related("body")
        .prefetch_related("attachments")
    )
    comments = _comments(message_ids)
    rows = []
    for message in messages:
        body: MessageBody | None = getattr(message, "body", None)
        files = [(each.filename, each.content_type) for each in message.attachments.all()]
        rows.append(
            document(
                message,
                Source(
                    subject=message.subject,
                    people=body.people if body else {},
                    headers=body.headers if body else (),
                    files=files,
                    text=body.text if body else "",
                    html=body.html if body else "",
                    comments=comments.get(message.pk, ()),
                ),
            )
        )
    _save(rows)
    return len(rows)


def _comments(message_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Comment.objects.filter(message__in=message_ids).order_by("pk")
    for message_id, text in rows.values_list("message_id", "text"):
        found.setdefault(message_id, []).append(text)
    return found


def _save(rows: Sequence[SearchDocument]) -> None:
    SearchDocument.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["message"],
        update_fields=["internal_date", "head", "body", "was_cut"],
    )


def _body(source: Source) -> str:
    if not source.html or len(source.text) > _LITTLE_TEXT:
        return source.text
    # «Please read this in HTML» is not all that there is to be found.
    html = html_to_text(source.html[:_MOST_HTML], quote=False)
    return f"{source.text}\n{html}"


def _head(source: Source) -> tuple[str, bool]:
    headers: dict[str, list[str]] = {"delivered-to": [], "list-id": [], "list-post": []}
    for name, value in source.headers:
        if (wanted := headers.get(name.lower())) is not None:
            wanted.append(value)
    texts = {
        Field.SUBJECT: source.subject,
        Field.FROM: _names(source.people.get("from", ())),
        Field.TO: _names(source.people.get("to", ())),
        Field.CC: _names(source.people.get("cc", ())),
        Field.BCC: _names(source.people.get("bcc", ())),
        Field.DELIVERED_TO: "\n".join(headers["delivered-to"]),
        Field.LIST: "\n".join(headers["list-id"] + headers["list-post"]),
        Field.FILENAME: "\n".join(_file(*each) for each in source.files),
        Field.COMMENT: "\n".join(source.comments),
    }
    parts = [_cut(_folded_lines(texts[part]), _MOST_PART) for part in PARTS]
    return PART_END.join(text for text, _ in parts), any(cut for _, cut in parts)


def _folded_lines(text: str) -> str:
    return folded_text(text) if text else ""


def _names(people: People) -> str:
    return "\n".join(" ".join(each) for each in people)


def _file(name: str, content_type: str) -> str:
    ending = _ENDINGS.get(content_type, "")
    return name if not ending or name.lower().endswith(f".{ending}") else f"{name} {ending}"


def _cut(text: str, most: int) -> tuple[str, bool]:
    """At most so many bytes of folded text, ending with a whole unit or a part of a run."""
    if len(text) * 4 <= most or len(data := text.encode()) <= most:
        return text, False
    kept = data[: most - 1].decode("utf-8", "ignore")
    if " " in kept[-200:]:
        kept = kept[: kept.rindex(" ")]
    return f"{kept} ", True
