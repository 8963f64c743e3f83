"""A throwaway PostgreSQL and Valkey for one command: `python -m scripts.services -- CMD…`.

They live in a temporary directory with Unix sockets, without any durability, and are gone when
the command ends, however it ends. The command finds them by DATABASE_URL and REDIS_URL; Gmail's
addresses point to a closed port of this machine, so that nothing under test reaches Google.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts import leash
from scripts.embedded import PG15_BIN, Postgres, SetUpError, Valkey, run_directory
from scripts.supervisor import Service, Supervisor

ROOT = Path(__file__).resolve().parent.parent

TEST_ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "callcenter.settings",
    "SECRET_KEY": "for-tests-only-" + "0123456789abcdef" * 3,
    # A Fernet key: 32 bytes, url-safe base64.
    "TOKEN_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "GMAIL_API_ROOT": "http://127.0.0.1:9/",
    "GOOGLE_AUTH_URI": "http://127.0.0.1:9/o/oauth2/v2/auth",
    "GOOGLE_TOKEN_URI": "http://127.0.0.1:9/token",
    "GOOGLE_REVOKE_URI": "http://127.0.0.1:9/revoke",
}


@dataclass(frozen=True, slots=True)
class Servers:
    """Two running servers, and the environment that leads to them."""

    environment: dict[str, str]
    broker: Service
    database: Service


@contextmanager
def throwaway(*, pg_bin: Path | None = None, durable: bool = False) -> Iterator[dict[str, str]]:
    """As `servers`, for those who only want the environment."""
    with servers(pg_bin=pg_bin, durable=durable) as running:
        yield running.environment


@contextmanager
def servers(
    *, pg_bin: Path | None = None, durable: bool = False, data: Path | None = None
) -> Iterator[Servers]:
    """Start both servers; leaving it stops them.

    `durable` keeps PostgreSQL's usual guarantees and costs, for benchmarks; `data` is a folder for
    its tables that stays when all else goes. Call it inside `leash.guarded`, from the main thread.
    """
    with run_directory() as run, Supervisor(say=_to_stderr) as supervisor:
        postgres = Postgres(data or run / "data", run, throwaway=not durable, bin_dir=pg_bin)
        valkey = Valkey(run / "valkey", run, throwaway=True)
        logs = run / "log"
        broker = Service(
            "valkey",
            valkey.command(),
            logs / "valkey.log",
            valkey.is_ready,
            prepare=valkey.prepare,
        )
        supervisor.start(broker)
        postgres.prepare()
        database = Service(
            "postgres",
            postgres.command(),
            logs / "postgres.log",
            postgres.is_ready,
            prepare=postgres.drop_stale_pid,
        )
        supervisor.start(database)
        supervisor.wait_ready([broker, database])
        postgres.create_database("ccc")
        environment = {
            "DATABASE_URL": postgres.url("ccc"),
            "REDIS_URL": valkey.url(),
            "ATTACHMENT_ROOT": str(run / "attachments"),
            **TEST_ENVIRONMENT,
        }
        yield Servers(environment, broker, database)


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def run_with(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command in the foreground of the terminal; its exit code is ours."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, preexec_fn=leash.leashed()
    )
    try:
        status = process.wait()
    except leash.Stopped as stopped:
        # Ctrl-C reached it already; anything else was meant for it too. Let it report.
        if stopped.signum != signal.SIGINT:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=2 if leash.front_is_gone() else 20)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
    return 128 - status if status < 0 else status


def with_services(command: Sequence[str], *, pg15: bool = False) -> int:
    """Start the servers, run the command with them, tear down; returns its exit code."""
    if pg15 and not PG15_BIN.is_dir():
        raise SystemExit(f"PostgreSQL 15 is not installed ({PG15_BIN} is missing).")

    def work() -> int:
        try:
            with throwaway(pg_bin=PG15_BIN if pg15 else None) as environment:
                return run_with(command, environment)
        except SetUpError as error:
            raise SystemExit(str(error)) from None

    return leash.guarded(work)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.services", description=__doc__)
    parser.add_argument("--pg15", action="store_true", help=f"use {PG15_BIN}")
    parser.add_argument("command", nargs="+", help="after --")
    options = parser.parse_args()
    return with_services(options.command, pg15=options.pg15)


if __name__ == "__main__":
    sys.exit(main())
