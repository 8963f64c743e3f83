"""More streams than database connections: none waits for another one, and pages are served."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.callcenter.gmail.scripted import free_port
from tests.mail import cast
from tests.mail.sync.test_mirror import ROOT, worker_environment
from tests.waiting import until

POOL, STREAMS = 2, 12


@pytest.fixture
def web(transactional_db: None, broker: Any) -> Iterator[int]:
    """A web process with a pool of two; its port."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "callcenter.asgi:application", "--port", str(port)],
        cwd=ROOT,
        # Static files as they lie: a fresh clone has collected none.
        env={**worker_environment(), "DB_POOL": str(POOL), "DEMO": "true"},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        until(partial(_answers, port), timeout=60, what="the web process")
        yield port
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return _get(port, "/login/", "") == 200
    except OSError:
        return False


def _get(port: int, path: str, cookie: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Cookie": cookie})
        return connection.getresponse().status


def _open(port: int, cookie: str) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", reverse("mail:live"), headers={"Cookie": cookie})
    answer = connection.getresponse()
    assert answer.status == 200
    return connection


def test_all_streams_open_at_once_and_pages_are_served_beside_them(web: int) -> None:
    client = Client()
    client.force_login(cast.person("agent", cast.mailbox()))
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    with ThreadPoolExecutor(STREAMS) as threads:
        streams = list(threads.map(partial(_open, web), [cookie] * STREAMS))
    try:
        assert _get(web, reverse("mail:list"), cookie) == 200
    finally:
        for stream in streams:
            stream.close()
