"""One mailbox, a mail in it, two agents and their leader."""

from __future__ import annotations

import pytest

from mail.models import Message
from mailboxes.models import Mailbox
from permissions.models import User
from tests.mail import cast


@pytest.fixture
def box() -> Mailbox:
    return cast.mailbox()


@pytest.fixture
def tanaka(box: Mailbox) -> User:
    return cast.person("tanaka", box, name="田中 健一")


@pytest.fixture
def yamada(box: Mailbox) -> User:
    return cast.person("yamada", box, name="山田 花子")


@pytest.fixture
def leader(box: Mailbox) -> User:
    return cast.person("suzuki", box, name="鈴木 一郎", role="leader")


@pytest.fixture
def message(box: Mailbox) -> Message:
    return cast.mail(box)
