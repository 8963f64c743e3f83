"""The account that is asked, and the mails to oneself that the writing checks share.

One mail is really sent (to the account's own address) and serves all the checks. It bears a label
of its own and a subject that says what it is; in the end it goes to the trash, drafts and label are
deleted. Where the permission is gmail.modify, nothing can be deleted for good.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cached_property
from typing import Any

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import GmailError, NotFound
from callcenter.gmail.types import DraftRef, SentRef
from mail.outbox.evidence import HEADER
from mailboxes.models import Mailbox

TEXT = "これは接続確認のメールです。"
FILE = b"CloudCallCenter Mail\r\n" * 40


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail to oneself, and what Gmail said at each step. Resources are read with format=full.

    `listed` are the account's newest drafts once it was changed. `left` is the draft as Gmail still
    showed it after the sending; None when it was gone.
    """

    token: str
    message_id: str
    history_before: str
    created: DraftRef
    updated: DraftRef
    draft: dict[str, Any]
    listed: list[DraftRef]
    answer: SentRef
    left: dict[str, Any] | None
    message: dict[str, Any]


@dataclass
class Trial:
    """One run of the checks. `pause` waits between two looks at what takes Gmail a moment."""

    mailbox: Mailbox
    client: GmailClient
    # Without our own budget: only to find Gmail's.
    unlimited: GmailClient | None = None
    pause: Callable[[float], None] = time.sleep
    patience: float = 60.0
    say: Callable[[str], object] = lambda _: None
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    _drafts: set[str] = field(default_factory=set)
    _messages: set[str] = field(default_factory=set)
    _labels: set[str] = field(default_factory=set)

    @property
    def subject(self) -> str:
        return f"CloudCallCenter Mail check {self.token}"

    def until(self, look: Callable[[], Any]) -> Any:
        """What `look` gives once it is true; its last answer when patience ends."""
        deadline = time.monotonic() + self.patience
        while not (found := look()) and time.monotonic() < deadline:
            self.pause(1.0)
        return found

    # What the writing checks make

    @cached_property
    def label(self) -> str:
        """The id of the test mail's label."""
        made = self.client.create_label(f"check-{self.token}")
        self._labels.add(made.id)
        return made.id

    def own_label(self, name: str, *, background: str = "", text_color: str = "") -> str:
        """The id of another label, named after the check."""
        made = self.client.create_label(
            f"check-{self.token}-{name}", background=background, text_color=text_color
        )
        self._labels.add(made.id)
        return made.id

    @cached_property
    def sent(self) -> Sent:
        """A mail to oneself: saved as a draft, changed, sent."""
        self.say(f"Sending a mail to {self.mailbox.address}: “{self.subject}”")
        token = secrets.token_hex(16)
        message_id = f"check-{token}@cloudcallcenter.invalid"
        history = self.client.profile().history_id
        created = self.new_draft(self._raw(token, message_id, "first version"))
        updated = self.client.update_draft(created.id, self._raw(token, message_id, TEXT))
        draft = self.client.get_draft(created.id)
        listed = self.client.list_drafts().drafts
        answer = self.client.send_draft(created.id)
        self._messages.add(answer.id)
        self.client.modify(answer.id, add=[self.label])
        return Sent(
            token=token,
            message_id=message_id,
            history_before=history,
            created=created,
            updated=updated,
            draft=draft,
            listed=listed,
            answer=answer,
            left=self._draft(created.id),
            message=self.client.get_message(answer.id),
        )

    def new_draft(self, raw: bytes, thread_id: str | None = None) -> DraftRef:
        made = self.client.create_draft(raw, thread_id)
        self._drafts.add(made.id)
        return made

    def _draft(self, draft_id: str) -> dict[str, Any] | None:
        try:
            return self.client.get_draft(draft_id)
        except NotFound:
            self._drafts.discard(draft_id)
            return None

    def _raw(self, token: str, message_id: str, text: str) -> bytes:
        """In ISO-2022-JP, as much of Japan still writes, with a file."""
        return self.compose(
            message_id,
            text,
            extra=(f"{HEADER}: {token}",),
            file=base64.encodebytes(FILE).decode().replace("\n", "\r\n"),
        )

    def compose(
        self, message_id: str, text: str, *, extra: tuple[str, ...] = (), file: str = ""
    ) -> bytes:
        body = base64.encodebytes(text.encode("iso2022_jp")).decode()
        lines = [
            f"From: {self.mailbox.address}",
            f"To: {self.mailbox.address}",
            f"Subject: {self.subject}",
            f"Date: {format_datetime(datetime.now(UTC))}",
            f"Message-ID: <{message_id}>",
            *extra,
            "MIME-Version: 1.0",
            f'Content-Type: multipart/mixed; boundary="b{self.token}"',
            "",
            f"--b{self.token}",
            "Content-Type: text/plain; charset=iso-2022-jp",
            "Content-Transfer-Encoding: base64",
            "",
            body.replace("\n", "\r\n"),
        ]
        if file:
            lines += [
                f"--b{self.token}",
                'Content-Type: application/octet-stream; name="check.bin"',
                'Content-Disposition: attachment; filename="check.bin"',
                "Content-Transfer-Encoding: base64",
                "",
                file,
            ]
        lines += [f"--b{self.token}--", ""]
        return "\r\n".join(lines).encode("ascii")

    def clear_away(self) -> list[str]:
        """Take away what was made; what could not be taken away, in words."""
        left = []
        for kind, ids, remove in (
            ("draft", self._drafts, self.client.delete_draft),
            ("mail", self._messages, self.client.trash),
            ("label", self._labels, self.client.delete_label),
        ):
            for one in sorted(ids):
                try:
                    remove(one)
                except NotFound:
                    continue
                except GmailError as error:
                    left.append(f"{kind} {one}: {error}")
            ids.clear()
        return left
