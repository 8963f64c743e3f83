"""A leader with a list of mails, and a colleague who works on one of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from labels.models import Label, LabelKind
from mail import editlock
from mail.models import Folder, Message, MessageLabel
from permissions.models import User
from tests.mail import cast


class Desk:
    """Mails 1 to 4 in the inbox, the third of which 山田 works on."""

    def __init__(self, mails: int = 4) -> None:
        self.box = cast.mailbox()
        self.leader = cast.person("suzuki", self.box, name="鈴木 一郎", role="leader")
        self.agent = cast.person("tanaka", self.box, name="田中 健一")
        self.yamada = cast.person("yamada", self.box, name="山田 花子")
        self.outsider = cast.person("outsider", role="leader")
        self.inbox = Label.objects.create(
            mailbox=self.box, gmail_id="INBOX", name="INBOX", kind=LabelKind.SYSTEM
        )
        self.urgent = Label.objects.create(mailbox=self.box, gmail_id="Label_1", name="至急")
        self.mails = [self.mail(f"ご注文 {number}") for number in range(1, mails + 1)]
        editlock.acquire(self.mails[2], self.yamada)

    def mail(self, subject: str, **fields: Any) -> Message:
        mail = cast.mail(self.box, subject=subject, is_unread=True, **fields)
        self.put(mail, self.inbox)
        return mail

    def put(self, mail: Message, label: Label) -> None:
        MessageLabel.objects.create(label=label, message=mail, internal_date=mail.internal_date)

    def client(self, user: User | None = None, *, htmx: bool = True) -> Client:
        client = Client(headers={"hx-request": "true"} if htmx else {})
        client.force_login(User.objects.get(pk=(user or self.leader).pk))
        return client

    def post(self, verb: str, *mails: Message, user: User | None = None, **more: Any) -> Any:
        ids = [mail.public_id for mail in mails]
        return self.client(user).post("/mail/bulk/", {"verb": verb, "id": ids, **more})

    def fresh(self, number: int) -> Message:
        return Message.objects.get(pk=self.mails[number - 1].pk)

    def statuses(self) -> list[str | None]:
        return [Message.objects.get(pk=mail.pk).status for mail in self.mails]

    def folders(self) -> set[Folder]:
        return {Folder(Message.objects.get(pk=mail.pk).folder) for mail in self.mails}

    def label_names(self, number: int) -> set[str]:
        found = self.fresh(number).labels.filter(kind=LabelKind.USER)
        return set(found.values_list("name", flat=True))


@pytest.fixture
def desk(broker: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    # A busy machine is not what is tested: what is asked for is done when the answer comes.
    monkeypatch.setattr("mail.views.bulk._AT_ONCE_SECONDS", 60.0)
    return Desk()
