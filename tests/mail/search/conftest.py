"""A small office with searchable mail."""

from __future__ import annotations

from typing import Any

import pytest

from mail.models import Message
from mail.search import documents
from permissions.models import User
from tests.mail import cast


class Office:
    """One mailbox, its agent, and mail that can be found."""

    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent: User = cast.person("tanaka", self.box, name="田中 花子")

    def mail(self, **fields: Any) -> Message:
        headers = fields.pop("headers", None)
        message = cast.mail(self.box, **fields)
        if headers:
            message.body.headers = headers
            message.body.save()
        documents.build([message.pk])
        return message


@pytest.fixture
def office(db: None) -> Office:
    return Office()
