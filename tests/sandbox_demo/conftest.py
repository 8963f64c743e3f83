"""Demo mail is pure: its tests need neither Django nor a store."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from sandbox.demo import corpus
from sandbox.demo.shapes import Letter

JST = timezone(timedelta(hours=9))
NOW = datetime(2026, 11, 24, 14, 40, tzinfo=JST)


@pytest.fixture(autouse=True)
def _own_files() -> None:
    """Stand in for the product's fixture of this name, which needs Django's settings."""


@pytest.fixture(scope="session")
def now() -> datetime:
    """A Tuesday afternoon in Tokyo."""
    return NOW


@pytest.fixture(scope="session")
def accounts() -> list[corpus.DemoAccount]:
    """Both demo accounts as of `now`."""
    return corpus.build(NOW)


@pytest.fixture(scope="session")
def letters() -> list[Letter]:
    """The letters behind both accounts, the same order."""
    return [*corpus.letters("support", NOW), *corpus.letters("info", NOW)]
