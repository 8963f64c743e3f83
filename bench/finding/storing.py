"""The corpus into the tables, as the mirror stores mail, and onto the disk for other programs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import connection, transaction

from bench.letters import Letter, Writer
from bench.setting import say
from labels.models import Label, LabelKind
from mail.mime.addresses import normalise_address
from mail.models import (
    Attachment,
    Conversation,
    Correspondent,
    Folder,
    Message,
    MessageBody,
    MessageLabel,
    Status,
)
from mail.search import documents
from mail.sync import bulk
from mailboxes.models import Mailbox, Membership
from permissions.models import User
from permissions.roles import ensure_built_in_roles

_BATCH = 50
_INDEXED_AGAIN = 1000


def letters(number: int, folder: Path) -> Path:
    """The corpus as JSON lines, made once."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"letters-{number}.jsonl"
    if not path.exists():
        say(f"writing {number} mails to {path.name}")
        half = path.with_suffix(".half")
        with half.open("w") as file:
            for letter in Writer(number).letters():
                file.write(json.dumps(letter.as_json(), ensure_ascii=False) + "\n")
        half.rename(path)
    return path


def read(path: Path) -> Iterator[Letter]:
    with path.open() as file:
        for line in file:
            fields = json.loads(line)
            for name in ("sender", "to", "labels", "files"):
                fields[name] = tuple(fields[name])
            yield Letter(**fields)


class Store:
    """One mailbox with its agent, who sees all of it; with what an earlier run left there.

    `stored` is how many mails of the corpus it holds.
    """

    def __init__(self) -> None:
        self.box, _ = Mailbox.objects.get_or_create(
            address="support@shop.example", defaults={"name": "サポート"}
        )
        self.agent, _ = User.objects.get_or_create(
            username="agent",
            defaults={"name": "田中", "role": ensure_built_in_roles()["agent"]},
        )
        Membership.objects.get_or_create(mailbox=self.box, user=self.agent)
        self.labels = {label.name: label for label in Label.objects.filter(mailbox=self.box)}
        self.conversations = {
            int(thread.removeprefix("t")): key
            for thread, key in Conversation.objects.values_list("gmail_thread_id", "pk")
        }
        self.stored = Message.objects.count()
        for name in ("INBOX", "SENT", "UNREAD"):
            self._label(name, LabelKind.SYSTEM)

    def _label(self, name: str, kind: LabelKind = LabelKind.USER) -> Label:
        if name not in self.labels:
            self.labels[name] = Label.objects.create(
                mailbox=self.box, gmail_id=name, name=name, kind=kind
            )
        return self.labels[name]

    def fill(self, stream: Iterator[Letter], size: int) -> float:
        """Store the stream's mails until there are so many; milliseconds of CPU that a mail's
        document and index take."""
        later = min(_INDEXED_AGAIN, -(-(size - self.stored) // 4))
        with connection.cursor() as cursor:
            # What has it once would be slowed down by it while the others come.
            cursor.execute("DROP INDEX IF EXISTS search_keys")
            begin, number = time.monotonic(), size - later - self.stored
            # Gmail's lists are newest first, and so are the rows of a first synchronisation.
            for batch in _batches(islice(stream, number), 500):
                self._store(batch)
            say(f"stored {number} mails in {time.monotonic() - begin:.0f} s")
            begin = time.monotonic()
            cursor.execute("SET maintenance_work_mem = '256MB'")
            cursor.execute(
                "CREATE INDEX search_keys ON mail_searchdocument"
                " USING gin (mail_search_keys(head, body))"
                " WITH (fastupdate = on, gin_pending_list_limit = 1024)"
            )
            cursor.execute("ALTER INDEX search_keys ALTER COLUMN 1 SET STATISTICS 0")
            say(f"indexed {size - later} in {time.monotonic() - begin:.0f} s")
            cursor.execute("ANALYZE")
        return self._arriving(stream, later)

    def _arriving(self, stream: Iterator[Letter], number: int) -> float:
        """Documents alone are timed: the rest of a mail is the mirror's business."""
        spent = 0.0
        for batch in _batches(islice(stream, number), _BATCH):
            with transaction.atomic():
                rows = self._store(batch, documents_too=False)
                before, own = backend_cpu(), time.process_time()
                bulk.insert([documents.document(message, source) for message, source in rows])
            spent += backend_cpu() - before + time.process_time() - own
        return spent / number * 1000

    @transaction.atomic
    def _store(
        self, batch: Sequence[Letter], *, documents_too: bool = True
    ) -> list[tuple[Message, documents.Source]]:
        threads = sorted({each.thread for each in batch} - self.conversations.keys())
        made = Conversation.objects.bulk_create(
            Conversation(mailbox=self.box, gmail_thread_id=f"t{thread}") for thread in threads
        )
        self.conversations.update(zip(threads, (each.pk for each in made), strict=True))
        keys = bulk.new_keys(Message, len(batch))
        rows = [
            (self._message(letter, key), _source(letter), letter)
            for letter, key in zip(batch, keys, strict=True)
        ]
        bulk.insert([message for message, _, _ in rows])
        bulk.insert(
            [
                MessageBody(
                    message=message,
                    text=letter.text,
                    people={key: list(who) for key, who in source.people.items()},
                    rfc822_id=f"{letter.number}@mail.example",
                )
                for message, source, letter in rows
            ]
        )
        bulk.insert(
            [
                MessageLabel(
                    message=message,
                    label=self._label(name),
                    internal_date=message.internal_date,
                )
                for message, _, letter in rows
                for name in (*letter.labels, "SENT" if letter.sent else "INBOX")
            ]
        )
        bulk.insert(
            [
                Correspondent(
                    message=message,
                    address=normalise_address((letter.to if letter.sent else letter.sender)[1]),
                    internal_date=message.internal_date,
                )
                for message, _, letter in rows
            ]
        )
        bulk.insert(
            [
                Attachment(message=message, part_id=str(place), filename=name)
                for message, _, letter in rows
                for place, name in enumerate(letter.files)
            ]
        )
        pairs = [(message, source) for message, source, _ in rows]
        if documents_too:
            bulk.insert([documents.document(message, source) for message, source in pairs])
        self.stored += len(batch)
        return pairs

    def _message(self, letter: Letter, key: int) -> Message:
        number = letter.number
        return Message(
            pk=key,
            mailbox=self.box,
            conversation_id=self.conversations[letter.thread],
            gmail_id=f"m{number}",
            internal_date=datetime.fromisoformat(letter.date),
            subject=letter.subject,
            snippet=letter.text[:100],
            folder=Folder.SENT if letter.sent else Folder.RECEIVED,
            from_name=letter.sender[0],
            from_address=letter.sender[1],
            to_line=letter.to[0],
            has_attachments=bool(letter.files),
            size=letter.size,
            # The newest are the open ones, as in a real office.
            status=Status.OPEN if number < 200 and not letter.sent else Status.DONE,
            assignee=self.agent if number % 997 == 5 else None,
        )


def _source(letter: Letter) -> documents.Source:
    return documents.Source(
        subject=letter.subject,
        people={"from": [letter.sender], "to": [letter.to], "cc": [], "bcc": []},
        headers=[("Delivered-To", "support@shop.example")],
        files=[(name, "") for name in letter.files],
        text=letter.text,
        html="",
    )


def _batches(stream: Iterator[Letter], size: int) -> Iterator[list[Letter]]:
    while batch := list(islice(stream, size)):
        yield batch


def backend_cpu() -> float:
    """Seconds of CPU of the database's process that serves us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
