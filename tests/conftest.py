"""What every test has: static files as they lie, the sandbox, an empty broker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test.utils import override_settings

from callcenter.redis import connection
from tests.sandbox_server import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]


@pytest.fixture(scope="session", autouse=True)
def _static_files_as_they_lie() -> Iterator[None]:
    """Nothing is collected before the tests. Attachments go to the throwaway run's own folder."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        yield


@pytest.fixture
def broker() -> Iterator[Any]:
    """The process's Redis connection, emptied of other tests' locks, buckets and wake-ups."""
    connection().flushdb()
    yield connection()
    connection().flushdb()
