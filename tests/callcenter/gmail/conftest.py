from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from callcenter.gmail.calls import Retry
from callcenter.gmail.client import GmailClient
from tests.callcenter.gmail.scripted import Script, scripted


class FixedTokens:
    """Tokens «t1», «t2» …, a new one whenever one was rejected."""

    def __init__(self) -> None:
        self.number = 1
        self.rejected: list[str] = []

    def access_token(self) -> str:
        return f"t{self.number}"

    def replace(self, rejected: str) -> str:
        self.rejected.append(rejected)
        self.number += 1
        return self.access_token()


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted() as running:
        yield running


@pytest.fixture
def tokens() -> FixedTokens:
    return FixedTokens()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def make_client(
    script: Script, tokens: FixedTokens, slept: list[float]
) -> Callable[..., GmailClient]:
    """A client of the scripted server whose waits are noted instead of waited."""

    def make(**arguments: Any) -> GmailClient:
        arguments.setdefault("api_root", script.root)
        arguments.setdefault("retry", Retry(attempts=3, sleep=slept.append))
        arguments.setdefault("timeout", 5.0)
        return GmailClient(arguments.pop("credentials", tokens), **arguments)

    return make


@pytest.fixture
def client(make_client: Callable[..., GmailClient]) -> GmailClient:
    return make_client()
