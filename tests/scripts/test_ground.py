"""The ground: what `make run` checks before it starts anything, and what it says then."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from scripts import ground
from scripts.embedded import SetUpError
from scripts.migrated import MigrationStamp
from tests.scripts.conftest import ROOT, Marked


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_options_have_plain_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "HOST", "SANDBOX", "CCC_VAR", "PUBLIC_URL", "SANDBOX_PORT"):
        monkeypatch.delenv(name, raising=False)
    options = ground.Options.from_environment()
    assert (options.host, options.port, options.sandbox) == ("127.0.0.1", 8000, True)
    assert options.url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SetUpError, match="PORT must be a number"):
        ground.Options.from_environment()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8010"),
        ("::", "http://[::1]:8010"),
        ("192.0.2.7", "http://192.0.2.7:8010"),
    ],
)
def test_the_printed_address_can_be_opened(
    monkeypatch: pytest.MonkeyPatch, host: str, url: str
) -> None:
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("PORT", "8010")
    assert ground.Options.from_environment().url == url


def test_a_busy_port_is_named_with_one_that_works(taken: int, tmp_path: Path) -> None:
    options = ground.Options("127.0.0.1", taken, True, tmp_path)
    with pytest.raises(SetUpError, match=f"Port {taken} .*make run PORT=") as error:
        ground.check_port(options)
    proposed = int(str(error.value).rsplit("=", 1)[1])
    assert ground.is_free("127.0.0.1", proposed)


def test_a_busy_port_ends_the_command_before_it_starts_anything(
    marked: Marked, taken: int, tmp_path: Path
) -> None:
    marked.environment |= {"PORT": str(taken), "CCC_VAR": str(tmp_path / "var")}
    started = marked.start(sys.executable, "-m", "scripts.run")
    said, _ = started.communicate(timeout=20)
    assert started.returncode == 1
    assert f"Port {taken}" in said.decode()
    assert not (tmp_path / "var" / "postgres").exists()
    marked.wait_gone(timeout=1)


def test_the_sandbox_moves_to_a_free_port_and_stays_there(taken: int, tmp_path: Path) -> None:
    first = ground.choose_sandbox_port(tmp_path, taken)
    assert first != taken
    assert ground.choose_sandbox_port(tmp_path, taken) == first
    with socket.create_server(("127.0.0.1", first)):
        assert ground.choose_sandbox_port(tmp_path, taken) not in {first, taken}


def test_a_second_run_is_refused_with_the_address_of_the_first(tmp_path: Path) -> None:
    with ground.take_lock(tmp_path) as first:
        ground.write_lock(first, url="http://127.0.0.1:8123", front=4711)
        with pytest.raises(SetUpError, match=r"already running here at http://127.0.0.1:8123 "):
            ground.take_lock(tmp_path)
    ground.take_lock(tmp_path).close()


def test_a_lock_file_that_was_left_behind_locks_nobody_out(tmp_path: Path) -> None:
    (tmp_path / "run.lock").write_text('{"url": "http://127.0.0.1:8000", "pid": 1}')
    ground.take_lock(tmp_path).close()


def test_a_var_that_cannot_be_written_is_named_with_what_to_do() -> None:
    """As an ordinary user: for root no permission bit is in the way."""
    folder = Path(tempfile.mkdtemp(prefix="ccc-readonly-"))
    try:
        (folder / "var").mkdir()
        (folder / "var").chmod(0o555)
        folder.chmod(0o755)
        asked = subprocess.run(
            [sys.executable, "-c", _MAKE_VAR, str(folder / "var")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        (folder / "var").chmod(0o755)
        with suppress(OSError):
            (folder / "var" / "log").rmdir()
        (folder / "var").rmdir()
        folder.rmdir()
    assert asked.returncode == 5, asked.stderr
    assert "cannot be written (Permission denied)" in asked.stdout
    assert "remove it to begin with fresh data" in asked.stdout


_MAKE_VAR = """
import os, sys
from pathlib import Path
from scripts import ground
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    ground.make_var(Path(sys.argv[1]))
except ground.SetUpError as error:
    print(error)
    sys.exit(5)
"""


def test_a_file_in_the_place_of_var_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    with pytest.raises(SetUpError, match="cannot be written"):
        ground.make_var(tmp_path / "var")


def test_secrets_are_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    first = ground.read_secrets(tmp_path)
    assert set(first) == {"SECRET_KEY", "TOKEN_KEYS"}
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600
    assert ground.read_secrets(tmp_path) == first
    assert ground.read_secrets(tmp_path / ".." / tmp_path.name) == first


def test_the_log_of_the_run_before_is_kept(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_text("yesterday")
    (tmp_path / "web.log.1").write_text("the day before")
    ground.keep_last_logs(tmp_path)
    assert not (tmp_path / "web.log").exists()
    assert (tmp_path / "web.log.1").read_text() == "yesterday"


def test_a_new_migration_makes_the_stamp_stale(tmp_path: Path) -> None:
    (tmp_path / "requirements-dev.lock").write_text("django==5.2")
    migrations = tmp_path / "mail" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "0001_initial.py").write_text("one")
    stamp = MigrationStamp(tmp_path, tmp_path / "stamp")
    assert not stamp.is_current()
    stamp.write()
    assert stamp.is_current()
    (migrations / "0002_more.py").write_text("two")
    assert not stamp.is_current()
    stamp.write()
    stamp.drop()
    assert not stamp.is_current()


def test_the_last_runs_temporary_directory_is_removed(tmp_path: Path) -> None:
    left = Path(tempfile.mkdtemp(prefix="ccc-"))
    (left / "valkey.sock").touch()
    (tmp_path / "run.dir").write_text(str(left))
    ground.sweep_run_directory(tmp_path)
    assert not left.exists()
    (tmp_path / "run.dir").write_text(str(tmp_path))  # not one of ours
    ground.sweep_run_directory(tmp_path)
    assert tmp_path.is_dir()
    assert os.listdir(tmp_path) == ["run.dir"]
