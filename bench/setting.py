"""What a benchmark runs in: its own database and broker, and a Gmail sandbox when it wants one."""

from __future__ import annotations

import signal
import socket
import sys
import tempfile
from pathlib import Path

from scripts.embedded import Command
from scripts.ground import answers
from scripts.services import ROOT
from scripts.supervisor import Service, Supervisor


class Setting:
    """Starts the product's programs for one benchmark; leaving it stops them.

    `environment` holds DATABASE_URL, REDIS_URL and the rest of the product's variables.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.supervisor = Supervisor(say=lambda line: print(line, file=sys.stderr, flush=True))
        self._folder = tempfile.TemporaryDirectory(prefix="ccc-bench-")
        self.folder = Path(self._folder.name)

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

    def sandbox(self, *options: str) -> str:
        """Start a Gmail sandbox in memory, point the environment to it; returns its address."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
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
