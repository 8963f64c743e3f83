"""What a benchmark runs in: its own database and broker, and a Gmail sandbox when it wants one."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

from scripts import leash
from scripts.embedded import Command
from scripts.ground import answers
from scripts.run import WORKERS
from scripts.services import ROOT, Servers
from scripts.supervisor import Service, Supervisor


class Setting:
    """Starts the product's programs for one benchmark; leaving it stops them.

    `environment` holds DATABASE_URL, REDIS_URL and the rest of the product's variables; `servers`
    the database and the broker themselves.
    """

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self.environment = dict(servers.environment)
        self.supervisor = Supervisor(say=say)
        self._folder = tempfile.TemporaryDirectory(prefix="ccc-bench-")
        self.folder = Path(self._folder.name)
        self.web_service: Service | None = None

    def __enter__(self) -> Setting:
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.stop()
        self._folder.cleanup()

    def start(self, name: str, *arguments: str) -> Service:
        """Start `python ARGUMENTS` as a service; its words go to a log in `folder`."""
        service = Service(name, self._command(*arguments), self.folder / f"{name}.log")
        self.supervisor.start(service)
        return service

    def manage(self, *arguments: str) -> None:
        """Run a management command to its end."""
        command = self._command("manage.py", *arguments)
        self.supervisor.run(command, self.folder / "manage.log", f"manage.py {arguments[0]}")

    def django(self) -> None:
        """Make the tables, and the product's models usable in this process."""
        os.environ |= self.environment
        self.manage("migrate", "--no-input")
        import django

        django.setup()

    def sandbox(self, *options: str) -> str:
        """Start a Gmail sandbox in memory, point the environment to it; returns its address."""
        port = free_port()
        root = f"http://127.0.0.1:{port}"
        service = self.start("sandbox", "-m", "sandbox", "--port", str(port), "--memory", *options)
        service.is_ready = answers(f"{root}/admin/health")
        self.supervisor.wait_ready([service])
        self.environment |= {
            "GMAIL_API_ROOT": f"{root}/",
            "GOOGLE_AUTH_URI": f"{root}/o/oauth2/v2/auth",
            "GOOGLE_TOKEN_URI": f"{root}/token",
            "GOOGLE_REVOKE_URI": f"{root}/revoke",
        }
        return root

    def workers(self) -> dict[str, Service]:
        """The workers of `make run`, by queue, each ready for tasks."""
        started = {queue: self._worker(queue, size) for queue, size in WORKERS.items()}
        self.supervisor.wait_ready(started.values())
        return started

    def beat(self) -> Service:
        """Beat, once it has sent its first task."""
        service = self.start(
            "beat",
            *("-m", "scripts.leash", "celery", "-A", "callcenter", "beat", "-l", "INFO"),
            *("--pidfile=", "--schedule", str(self.folder / "beat-schedule")),
        )
        service.is_ready = lambda: b"Sending due task" in service.log.read_bytes()
        self.supervisor.wait_ready([service])
        return service

    def web(self) -> str:
        """Start the web process; returns its address. Its environment is this moment's."""
        port = free_port()
        root = f"http://127.0.0.1:{port}"
        # Static files as they lie: nothing was collected.
        self.environment |= {"PUBLIC_URL": root, "PORT": str(port), "DEMO": "true"}
        service = self.start(
            "web",
            *("-m", "uvicorn", "callcenter.asgi:application", "--host", "127.0.0.1"),
            *("--port", str(port), "--timeout-graceful-shutdown", "2", "--lifespan", "off"),
        )
        service.is_ready = answers(f"{root}/login/")
        self.supervisor.wait_ready([service])
        self.web_service = service
        return root

    def _worker(self, queue: str, size: int) -> Service:
        service = self.start(
            f"worker-{queue}",
            *("-m", "scripts.leash", "celery", "-A", "callcenter", "worker", "-Q", queue),
            *("-n", f"{queue}@%h", "-c", str(size), "-l", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        )
        service.is_ready = lambda: b" ready." in service.log.read_bytes()
        return service

    def _command(self, *arguments: str) -> Command:
        return Command(
            argv=(sys.executable, *arguments),
            cwd=ROOT,
            environment=self._inherited() | self.environment,
            stop_signal=signal.SIGTERM,
        )

    @staticmethod
    def _inherited() -> dict[str, str]:
        return {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}


def kill(service: Service) -> None:
    """End it as the kernel would, with all that it had started: no handler of theirs runs."""
    process = service.process
    assert process is not None
    # PostgreSQL's backends stand in sessions of their own.
    for pid in (process.pid, *leash.descendants(process.pid)):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
