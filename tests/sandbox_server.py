"""A Gmail sandbox for tests: one process per test session, emptied before each test.

    def test_x(sandbox: Sandbox) -> None:
        sandbox.admin.account("support@shop.example", name="サポート")
        tokens = sandbox.admin.connect("support@shop.example")
        sandbox.admin.deliver("support@shop.example", b"From: …")
        … GmailClient(…, api_root=sandbox.api_root)
        assert len(sandbox.admin.ledger()) == 1

`running()` starts one apart (other options, a database that is to survive). The process ends with
ours, however we end, because it watches its standard input.
"""

from __future__ import annotations

import base64
import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
CLIENT_ID = "test-client.apps.googleusercontent.example"
CLIENT_SECRET = "test-secret"
REDIRECT_URI = "http://127.0.0.1:8000/auth/gmail/callback"
MAIL_SCOPE = "https://mail.google.com/"


class AdminError(Exception):
    """The sandbox refused an admin call."""


class SandboxAdmin:
    """The admin calls, one connection kept open."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=60)

    def call(
        self, method: str, path: str, told: dict[str, Any] | None = None, /, **query: str | int
    ) -> dict[str, Any]:
        body = None if told is None else json.dumps(told).encode()
        target = f"/admin/{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            answer, content = self._request(method, target, body)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._connection.close()  # a kept connection that the server has closed meanwhile
            answer, content = self._request(method, target, body)
        found: dict[str, Any] = json.loads(content)
        if answer >= 400:
            raise AdminError(f"{method} {target}: {answer} {found}")
        return found

    def _request(self, method: str, target: str, body: bytes | None) -> tuple[int, bytes]:
        self._connection.request(method, target, body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        return response.status, response.read()

    def close(self) -> None:
        self._connection.close()

    def reset(self) -> None:
        self.call("POST", "reset", {})

    def account(
        self, address: str, name: str = "", send_as: list[dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        return self.call(
            "POST", "accounts", {"address": address, "name": name, "send_as": send_as or []}
        )

    def client(
        self,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        redirect_uris: list[str] | None = None,
        **more: Any,
    ) -> None:
        told = {
            "client_id": client_id,
            "client_secret": client_secret,
            "redirect_uris": redirect_uris or ["*"],
            **more,
        }
        self.call("POST", "clients", told)

    def grant(self, address: str, **more: Any) -> str:
        """A code as if the person had allowed everything."""
        told = {
            "address": address,
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT_URI,
            **more,
        }
        found: str = self.call("POST", "grant", told)["code"]
        return found

    def connect(self, address: str, **more: Any) -> dict[str, Any]:
        """Tokens at once (access_token, refresh_token, expires_in, scope)."""
        self.client()
        return self.call("POST", "token", {"address": address, "client_id": CLIENT_ID, **more})

    def faults(self, **changes: Any) -> dict[str, Any]:
        return self.call("POST", "faults", changes)

    def deliver(self, account: str, raw: bytes, **more: Any) -> dict[str, Any]:
        """Mail arrives; `labels` (names), `internal_date` (ms) and `thread_id` may be given."""
        told = {"account": account, "raw": base64.urlsafe_b64encode(raw).decode("ascii"), **more}
        return self.call("POST", "deliver", told)

    def act(self, account: str, action: str, **more: Any) -> dict[str, Any]:
        """A person does something in Gmail itself."""
        return self.call("POST", "act", {"account": account, "action": action, **more})

    def ledger(self, account: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", "ledger", account=account)["entries"]
        return found

    def log(self, method: str = "", limit: int = 1000) -> dict[str, Any]:
        return self.call("GET", "log", method=method, limit=limit)

    def state(self, account: str) -> dict[str, Any]:
        return self.call("GET", "state", account=account)

    def expire_history(self, account: str) -> None:
        self.call("POST", "history/expire", {"account": account})

    def expire_tokens(self, account: str = "", **more: Any) -> None:
        self.call("POST", "tokens/expire", {"account": account, **more})

    def revoke_tokens(self, account: str = "") -> None:
        self.call("POST", "tokens/revoke", {"account": account})

    def advance(self, seconds: float) -> None:
        """Moves the sandbox's clock forward."""
        self.call("POST", "clock", {"advance_s": seconds})


@dataclass
class Sandbox:
    url: str
    process: subprocess.Popen[str]
    admin: SandboxAdmin = field(init=False)

    def __post_init__(self) -> None:
        self.admin = SandboxAdmin(self.url)

    @property
    def api_root(self) -> str:
        return self.url + "/"

    @property
    def auth_uri(self) -> str:
        return self.url + "/o/oauth2/v2/auth"

    @property
    def token_uri(self) -> str:
        return self.url + "/token"

    @property
    def revoke_uri(self) -> str:
        return self.url + "/revoke"


def start(*options: str) -> Sandbox:
    """A sandbox on a free port; without options it keeps everything in memory."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "sandbox",
            "--port",
            "0",
            "--until-stdin-closes",
            *(options or ("--memory",)),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("sandbox: listening on "):
            return Sandbox(line.rsplit(" ", 1)[1].strip(), process)
    raise RuntimeError(f"the sandbox did not start (exit code {process.wait()})")


def stop(sandbox: Sandbox) -> None:
    sandbox.admin.close()
    process = sandbox.process
    process.terminate()
    process.wait(timeout=10)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


@contextmanager
def running(*options: str) -> Iterator[Sandbox]:
    sandbox = start(*options)
    try:
        yield sandbox
    finally:
        stop(sandbox)


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    """Empty: no accounts, clients, faults or calls."""
    sandbox_process.admin.reset()
    return sandbox_process
