"""The embedded servers start where a careless set-up would not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.embedded import (
    PG15_BIN,
    Postgres,
    SetUpError,
    Valkey,
    make_run_directory,
    run_directory,
)
from scripts.supervisor import Service, Supervisor
from tests.scripts.conftest import Marked


@pytest.fixture
def run() -> Iterator[Path]:
    with run_directory() as path:
        yield path


def serve(postgres: Postgres, log: Path) -> str:
    """Start it, ask it something, stop it."""
    with Supervisor() as supervisor:
        service = Service("postgres", postgres.command(), log, postgres.is_ready)
        supervisor.start(service)
        supervisor.wait_ready([service])
        import psycopg

        with psycopg.connect(postgres.url("postgres")) as connection:
            row = connection.execute("SHOW server_version_num").fetchone()
    assert row
    return str(row[0])


def test_postgres_in_a_deep_folder_that_others_may_not_enter(run: Path, tmp_path: Path) -> None:
    """Its user cannot reach the data by path, and the path is longer than a socket's may be."""
    tmp_path.chmod(0o700)
    data = tmp_path / ("deep" * 20) / ("deeper" * 20) / "postgres"
    postgres = Postgres(data, run, throwaway=True)
    postgres.prepare()
    assert len(os.fsencode(postgres.sockets / ".s.PGSQL.5432.lock")) <= 107
    assert serve(postgres, tmp_path / "log").startswith("18")
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    if os.geteuid() == 0:
        assert data.stat().st_uid not in {0, tmp_path.stat().st_uid}


def test_a_stale_pid_file_of_another_program_does_not_stop_it(run: Path, tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / "data", run, throwaway=True)
    postgres.prepare()
    stale = tmp_path / "data" / "postmaster.pid"
    # After a reboot the id may belong to anybody, here to the test itself.
    stale.write_text(f"{os.getpid()}\n/proc/self/cwd\n1700000000\n5432\n/tmp\n\n  1 1\n")
    postgres.prepare()
    assert not stale.exists()
    assert serve(postgres, tmp_path / "log")


def test_data_of_another_version_is_named(run: Path, tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / "data", run, throwaway=True)
    postgres.prepare()
    (tmp_path / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(SetUpError, match=r"is of PostgreSQL 14, the installed server is 18"):
        postgres.prepare()


@pytest.mark.skipif(not PG15_BIN.is_dir(), reason="PostgreSQL 15 is not installed")
def test_an_installed_postgres_15_serves_too(run: Path, tmp_path: Path) -> None:
    postgres = Postgres(run / "data", run, throwaway=True, bin_dir=PG15_BIN)
    postgres.prepare()
    assert serve(postgres, tmp_path / "log").startswith("15")


def test_a_stale_socket_does_not_stop_valkey(run: Path, tmp_path: Path) -> None:
    valkey = Valkey(tmp_path / "valkey", run, throwaway=True)
    valkey.socket.touch()
    valkey.prepare()
    with Supervisor() as supervisor:
        service = Service("valkey", valkey.command(), tmp_path / "log", valkey.is_ready)
        supervisor.start(service)
        supervisor.wait_ready([service])


def test_a_run_directory_has_a_short_path_whatever_tmpdir_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    path = make_run_directory()
    try:
        assert not path.is_relative_to(tmp_path)
        assert len(os.fsencode(path / "pg" / ".s.PGSQL.5432.lock")) <= 107
    finally:
        path.rmdir()


def test_a_command_finds_both_servers_and_they_go_with_it(marked: Marked) -> None:
    asked = marked.start(
        *(sys.executable, "-m", "scripts.services", "--"),
        *(sys.executable, "-c", _ASK_BOTH),
    )
    said, _ = asked.communicate(timeout=60)
    assert asked.returncode == 9, said.decode()
    run_dir = Path(said.decode().split()[-1])
    assert "1 True" in said.decode()
    assert run_dir.name.startswith("ccc-")
    assert not run_dir.exists()
    marked.wait_gone(timeout=1)


_ASK_BOTH = """
import os, pathlib, psycopg, redis, sys
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    print(*connection.execute("SELECT 1").fetchone(), end=" ")
print(redis.Redis.from_url(os.environ["REDIS_URL"]).ping())
print(pathlib.Path(os.environ["ATTACHMENT_ROOT"]).parent)
sys.exit(9)
"""
