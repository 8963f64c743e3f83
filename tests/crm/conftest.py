"""The people who keep customers, and one customer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crm.actions import keep
from crm.models import Customer
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
def admin(db: Any) -> User:
    return cast.person("admin", name="管理 太郎", role="admin")


@pytest.fixture
def reader(db: Any) -> User:
    """Sees customers and does nothing with them."""
    user = cast.person("reader", name="閲覧 者")
    for operation in Operation:
        if operation.value.startswith("customers.") and operation != Operation.CUSTOMERS_VIEW:
            UserGrant.objects.create(user=user, operation=operation.value, allowed=False)
    return user


@pytest.fixture
def stranger(db: Any) -> User:
    """Does not even see them."""
    user = cast.person("stranger", name="部外 者")
    for operation in Operation:
        if operation.value.startswith("customers."):
            UserGrant.objects.create(user=user, operation=operation.value, allowed=False)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def values(name: str = "井上 葵", **more: str) -> dict[str, str]:
    """All fields as a form gives them."""
    return {
        "name": name,
        "kana": "",
        "company": "",
        "number": "",
        "rank": "",
        "addresses": "",
        "phones": "",
        "notes": "",
    } | more


@pytest.fixture
def aoi(leader: User) -> Customer:
    return keep.add(
        leader,
        values(
            kana="イノウエ アオイ",
            company="青空商事",
            number="K-1001",
            rank="A",
            addresses="aoi@customer.example\naoi@home.example",
            phones="090-1234-5678",
            notes="折り返しは夕方に。",
        ),
    )
