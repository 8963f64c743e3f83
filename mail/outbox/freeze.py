"""From a draft to the frozen copy that is sent: everything that can be refused is refused here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from mail.filling import left_open
from mail.mime.addresses import is_valid_address, normalise_address, parse_addresses
from mail.mime.compose import OutgoingFile
from mail.mime.compose import compose as compose_mail
from mail.mime.model import ParsedMessage, Person
from mail.mime.references import reply_headers
from mail.mime.rich import document
from mail.models import Attachment, Draft, DraftFile, MessageBody, Outgoing
from mail.outbox.evidence import HEADER, text_hash
from mail.signing import signature_html
from mailboxes.models import SendAs
from permissions.models import User

# What Gmail takes as one mail, files encoded.
LARGEST = 25 * 1024 * 1024
# Of one's own; what a forward takes along is not counted.
MOST_FILES = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in one field that keeps a draft from being sent; `field` as the composer names it.

    Codes: no_recipient, invalid_address, sender_unverified, unfilled, too_large, too_many_files,
    files_not_ready, file_missing, past_time.
    """

    field: str
    code: str
    detail: str = ""

    def explain(self) -> str:
        words = {
            "no_recipient": _("Nobody to send to. Enter at least one address."),
            "invalid_address": _("Not a mail address: %(detail)s"),
            "sender_unverified": _("%(detail)s is not verified in Gmail. Choose another sender."),
            "too_large": _("The mail with its files is larger than Gmail's 25 MB."),
            "too_many_files": _("At most five files can be attached."),
            "unfilled": _("Still to be filled in: %(detail)s. Fill it in, or take it out."),
            "past_time": _("This time has passed, or is none. Choose a later one."),
            "files_not_ready": _("%(detail)s is still being fetched. Try again in a moment."),
            "file_missing": _(
                "%(detail)s could not be fetched from Gmail. Take it out, or attach it anew."
            ),
        }
        return words[self.code] % {"detail": self.detail}


class Unsendable(Exception):
    """The draft cannot be sent as it stands; nothing was changed and nothing typed is lost."""

    status = 422

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems

    def by_field(self) -> dict[str, list[str]]:
        """Sentences by the composer's field, in the reader's language."""
        found: dict[str, list[str]] = {}
        for problem in self.problems:
            found.setdefault(problem.field, []).append(problem.explain())
        return found

    def explain(self) -> str:
        return " ".join(problem.explain() for problem in self.problems)


def freeze(draft: Draft, user: User, *, lock_token: int, now: datetime) -> Outgoing:
    """The frozen copy of a draft, not yet stored.

    Raises:
        Unsendable: with every problem there is.
    """
    problems = _sender_problems(draft) + _recipient_problems(draft) + _blank_problems(draft)
    files = files_of(draft)
    if len(draft.files) > MOST_FILES:
        problems.append(Problem("files", "too_many_files"))
    problems += [
        Problem("files", "file_missing" if each.trouble else "files_not_ready", each.filename)
        for each in files
        if isinstance(each, Attachment) and not each.file
    ]
    if problems:
        raise Unsendable(problems)
    token = uuid.uuid4()
    text = full_text(draft)
    raw = compose(draft, sender_row(draft), token, text=text, files=files, now=now)
    if len(raw) > LARGEST:
        raise Unsendable([Problem("files", "too_large")])
    return Outgoing(
        token=token,
        mailbox=draft.mailbox,
        draft=draft,
        answers=draft.answers,
        author=user,
        version=draft.version,
        lock_token=lock_token,
        raw=raw,
        thread_id=thread_of(draft),
        body_hash=text_hash(text),
    )


def compose(
    draft: Draft,
    sender: SendAs | None,
    token: uuid.UUID,
    *,
    text: str,
    files: Iterable[Attachment | DraftFile],
    now: datetime,
) -> bytes:
    """The whole mail as bytes, with our header and a Message-ID of our own.

    Without a `sender` (a draft may be saved with one that is none any more) the account's own.
    """
    address = sender.address if sender else draft.mailbox.address
    in_reply_to, earlier = _threading(draft)
    reply_to = parse_addresses(sender.reply_to) if sender else ()
    return compose_mail(
        sender=Person(sender.name if sender else "", address),
        to=_people(draft.to),
        cc=_people(draft.cc),
        bcc=_people(draft.bcc),
        reply_to=reply_to,
        subject=draft.subject,
        text=text,
        html=full_html(draft),
        attachments=[_file(each) for each in files],
        in_reply_to=in_reply_to,
        references=earlier,
        message_id=f"{token}@{address.rpartition('@')[2]}",
        date=now,
        extra_headers={HEADER: str(token)},
    )


def full_text(draft: Draft) -> str:
    """What the recipient reads: the text, the signature below it, the quoted original last."""
    parts = (draft.text.rstrip(), draft.signature.strip("\n"), draft.quoted.strip("\n"))
    return "\n\n".join(part for part in parts if part) + "\n"


def full_html(draft: Draft) -> str:
    """As `full_text`, for those who see formatting; empty for a draft without any."""
    if not draft.html:
        return ""
    return document(
        draft.html,
        signature=draft.signature,
        signature_html=signature_html(draft),
        quoted=draft.quoted,
    )


def encoded(size: int) -> int:
    """How large a file of so many bytes is in a mail: base64, in lines of 76."""
    return (size + 2) // 3 * 4 * 78 // 76


def thread_of(draft: Draft) -> str:
    """The conversation it stays in. A forward goes to somebody else and begins one of its own."""
    if draft.answers is None or draft.kind == "forward":
        return ""
    return draft.answers.conversation.gmail_thread_id


def _threading(draft: Draft) -> tuple[str, tuple[str, ...]]:
    """In-Reply-To and References; a forward has none."""
    if draft.answers is None or draft.kind == "forward":
        return "", ()
    body = MessageBody.objects.filter(message=draft.answers).first()
    if body is None or not body.rfc822_id:
        return "", ()
    original = ParsedMessage(message_id=body.rfc822_id, references=tuple(body.references))
    return reply_headers(original)


def sender_row(draft: Draft) -> SendAs | None:
    """The verified send-as address that the draft is written from, if it is one."""
    wanted = normalise_address(draft.from_address)
    for each in draft.mailbox.send_as.filter(verified=True):
        if normalise_address(each.address) == wanted:
            return each
    return None


def _sender_problems(draft: Draft) -> list[Problem]:
    if sender_row(draft) is not None:
        return []
    return [Problem("from", "sender_unverified", draft.from_address or "—")]


def _recipient_problems(draft: Draft) -> list[Problem]:
    lines = {"to": draft.to, "cc": draft.cc, "bcc": draft.bcc}
    if not any(lines.values()):
        return [Problem("to", "no_recipient")]
    return [
        Problem(field, "invalid_address", address or name)
        for field, people in lines.items()
        for name, address in people
        if not is_valid_address(address)
    ]


# As the composer names the fields.
_POSTED = {"subject": "subject", "text": "body", "signature": "signature"}


def _blank_problems(draft: Draft) -> list[Problem]:
    """Blanks of a template or a signature that nobody has filled (M23)."""
    return [
        Problem(_POSTED[field], "unfilled", " ".join(literals))
        for field, literals in left_open(draft).items()
    ]


def _people(stored: Iterable[Iterable[str]]) -> list[Person]:
    return [Person(name, address) for name, address in stored]


def files_of(draft: Draft) -> list[Attachment | DraftFile]:
    """All that is attached: the original's files of a forward, then one's own."""
    originals = Attachment.objects.in_bulk(draft.forwarded_files) if draft.forwarded_files else {}
    own = DraftFile.objects.in_bulk(draft.files) if draft.files else {}
    found: list[Attachment | DraftFile] = [
        originals[pk] for pk in draft.forwarded_files if pk in originals
    ]
    return found + [own[pk] for pk in draft.files if pk in own]


def _file(row: Attachment | DraftFile) -> OutgoingFile:
    with row.file.open("rb") as stored:
        return OutgoingFile(row.filename, row.content_type, stored.read())
