"""The whole product for the journeys: web process, workers, beat and the Gmail sandbox.

The processes and their environment are those of `scripts.run`, on the throwaway servers of
`scripts.test`, in a database and a broker of their own: neither the tests of the other folders nor
their schema are disturbed. Everything is leashed to this process, so that nothing outlives it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from psycopg import sql

from scripts.embedded import Command
from scripts.ground import answers
from scripts.supervisor import Service, Supervisor
from tests import sandbox_server
from tests.e2e.backstage import Backstage
from tests.sandbox_server import Sandbox

ROOT = Path(__file__).resolve().parents[2]
BROKER_DATABASE = 40  # of 64; the unit tests use the first ones, one a process


@dataclass
class Product:
    """The running product. `worker` may be killed and started again by a test."""

    url: str
    sandbox: Sandbox
    backstage: Backstage
    worker: Service
    logs: Path

    def kill_worker(self) -> None:
        """As the kernel would: no signal handler runs, and its pool goes with it."""
        assert self.worker.process is not None
        self.worker.process.kill()
        self.worker.process.wait(timeout=10)

    def start_worker(self) -> None:
        self.worker.start()


def _own_database(url: str) -> str:
    parts = urlsplit(url)
    name = f"e2e_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(url, autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(drop.format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunsplit(parts._replace(path=f"/{name}"))


def _own_broker(url: str) -> str:
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    own = f"{url.partition('?')[0]}?db={BROKER_DATABASE + int(number)}"
    with redis.Redis.from_url(own) as broker:
        broker.flushdb()
    return own


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _environment(sandbox: Sandbox, port: int, files: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return kept | {
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": _own_database(os.environ["DATABASE_URL"]),
        "REDIS_URL": _own_broker(os.environ["REDIS_URL"]),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "ATTACHMENT_ROOT": str(files),
        "DEMO": "true",  # static files as they lie in static/; nobody here bears a demo name
        "GMAIL_API_ROOT": sandbox.api_root,
        "GOOGLE_AUTH_URI": sandbox.auth_uri,
        "GOOGLE_TOKEN_URI": sandbox.token_uri,
        "GOOGLE_REVOKE_URI": sandbox.revoke_uri,
    }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextmanager
def running() -> Iterator[Product]:
    """The product, ready for people, until the block ends."""
    # In the servers' own directory, which is cleared away even when this process is killed.
    folder = Path(tempfile.mkdtemp(prefix="e2e-", dir=Path(os.environ["ATTACHMENT_ROOT"]).parent))
    port = _free_port()
    try:
        with sandbox_server.running() as sandbox, Supervisor(_say) as supervisor:
            environment = _environment(sandbox, port, folder / "attachments")

            def service(name: str, *arguments: str, url: str = "") -> Service:
                command = Command(
                    argv=(sys.executable, *arguments),
                    cwd=ROOT,
                    environment=environment,
                    stop_signal=signal.SIGTERM,
                )
                ready = answers(url) if url else None
                return Service(name, command, folder / f"{name}.log", ready, ready_within=120)

            web = service(
                "web",
                *("-m", "uvicorn", "callcenter.asgi:application", "--host", "127.0.0.1"),
                *("--port", str(port), "--timeout-graceful-shutdown", "2", "--lifespan", "off"),
                url=f"http://127.0.0.1:{port}/login/",
            )
            celery = ("-m", "scripts.leash", "celery", "-A", "callcenter")
            worker = service(
                "worker",
                *(
                    *celery,
                    "worker",
                    "-Q",
                    "interactive,sync,backfill,default",
                    "-c",
                    "4",
                    "-l",
                    "INFO",
                ),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            )
            beat = service(
                "beat", *celery, "beat", "--pidfile=", "--schedule", str(folder / "schedule")
            )
            backstage = Backstage.start(environment, folder / "backstage.log")
            try:
                backstage.migrate()
                supervisor.start(web, worker, beat)
                supervisor.wait_ready([web])
                yield Product(environment["PUBLIC_URL"], sandbox, backstage, worker, folder)
            finally:
                backstage.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def chromium() -> str | None:
    """The browser's path: CHROMIUM of the environment (`make test` sets it), or the system's."""
    named = os.environ.get("CHROMIUM")
    found = (named, shutil.which("chromium"), shutil.which("google-chrome"))
    return next((path for path in found if path), None)
