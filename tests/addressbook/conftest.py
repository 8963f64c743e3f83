"""The address book's people, and files to bring in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from addressbook.imports import receiving
from addressbook.imports.applying import apply
from addressbook.imports.staging import stage
from addressbook.models import Import
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast


@pytest.fixture
def agent(db: Any) -> User:
    return cast.person("tanaka", name="田中 健一")


@pytest.fixture
def leader(db: Any) -> User:
    return cast.person("suzuki", name="鈴木 一郎", role="leader")


@pytest.fixture
def reader(db: Any) -> User:
    """Sees the book and does nothing with it."""
    user = cast.person("reader", name="閲覧 者")
    for operation in Operation:
        if operation.value.startswith("addresses.") and operation != Operation.ADDRESSES_VIEW:
            UserGrant.objects.create(user=user, operation=operation.value, allowed=False)
    return user


@pytest.fixture
def stranger(db: Any) -> User:
    """Does not even see it."""
    user = cast.person("stranger", name="部外 者")
    for operation in Operation:
        UserGrant.objects.create(user=user, operation=operation.value, allowed=False)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


Upload = Callable[..., Import]


@pytest.fixture
def upload(leader: User, broker: Any) -> Upload:
    """A file received and compared with the book; `encoding` is what it is written in."""

    def bring(text: str, encoding: str = "utf-8", user: User | None = None) -> Import:
        file = ContentFile(text.encode(encoding), name="顧客.csv")
        found = receiving.receive(user or leader, file)
        stage(found.pk)
        found.refresh_from_db()
        return found

    return bring


def confirm(found: Import, user: User) -> Import:
    """実行, and its worker."""
    receiving.start(found, user)
    apply(found.pk)
    found.refresh_from_db()
    return found
