"""What every test has: static files as they lie, a store of its own, an empty broker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.redis import connection
from tests.sandbox_server import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    """Nothing is collected before a test, and no test leaves files behind."""
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "attachments")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def broker() -> Iterator[Any]:
    """The process's Redis connection, emptied of other tests' locks, buckets and wake-ups."""
    connection().flushdb()
    yield connection()
    connection().flushdb()
