"""The process itself: what survives a restart, how it starts and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.sandbox.google import ME, mail
from tests.sandbox_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    ROOT,
    Sandbox,
    running,
    start,
)


def kill(sandbox: Sandbox) -> None:
    sandbox.admin.close()
    os.kill(sandbox.process.pid, signal.SIGKILL)
    sandbox.process.wait(timeout=10)
    for stream in (sandbox.process.stdin, sandbox.process.stdout):
        assert stream is not None
        stream.close()


def test_state_survives_kill_9(tmp_path: Path) -> None:
    database = ("--db", str(tmp_path / "deep" / "sandbox.sqlite3"))
    first = start(*database)
    first.admin.account(ME, name="サポート")
    tokens = first.admin.connect(ME)
    for n in range(5):
        first.admin.deliver(ME, mail(f"m{n}"))
    first.admin.act(ME, "compose", to="a@x.jp", subject="送信")
    code = first.admin.grant(ME)
    before = first.admin.state(ME)
    ledger = first.admin.ledger()
    kill(first)
    with running(*database) as second:
        assert second.admin.state(ME) == before
        assert second.admin.ledger() == ledger
        profile = requests.get(
            f"{second.url}/gmail/v1/users/me/profile",
            headers={"Authorization": f"Bearer {tokens['access_token']}"},
            timeout=10,
        )
        assert profile.json()["messagesTotal"] == 6
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": REDIRECT_URI,
        }
        assert requests.post(second.token_uri, data=form, timeout=10).ok
        second.admin.reset()
        assert second.admin.call("GET", "accounts") == {"accounts": []}


def test_it_ends_with_whoever_holds_its_input(sandbox: Sandbox) -> None:
    own = start()
    assert own.process.stdin is not None
    own.process.stdin.close()
    assert own.process.wait(timeout=10) == 0
    own.admin.close()
    assert own.process.stdout is not None
    own.process.stdout.close()


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_import_and_leave(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    for n in range(3):
        (tmp_path / "mail" / f"{n}.eml").write_bytes(mail(f"m{n}"))
    database = str(tmp_path / "s.sqlite3")
    done = run("--import", str(tmp_path / "mail"), "--account", ME, "--db", database)
    assert done.returncode == 0
    assert "imported 3 mails from 3 files" in done.stdout
    with running("--db", database) as sandbox:
        assert len(sandbox.admin.state(ME)["messages"]) == 3


def test_a_taken_port_is_told(sandbox: Sandbox) -> None:
    port = sandbox.url.rsplit(":", 1)[1]
    done = run("--memory", "--port", port)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr


@pytest.mark.parametrize("messages", [300])
def test_a_filled_mailbox_is_the_same_for_a_seed(sandbox: Sandbox, messages: int) -> None:
    shapes = []
    for account in ("one@shop.example", "two@shop.example"):
        told = sandbox.admin.call("POST", "fill", {"account": account, "messages": messages})
        state = sandbox.admin.state(account)["messages"]
        assert len(state) == messages
        assert len({m["threadId"] for m in state}) == told["conversations"]
        assert all(9_000 < m["sizeEstimate"] < 11_500 for m in state)
        shapes.append([m["sizeEstimate"] for m in state])
    assert shapes[0] == shapes[1]
