"""`make run`: the whole product on this machine, with everything it needs.

Starts PostgreSQL, Valkey, the Gmail sandbox, four workers, beat and the web process, keeps them
running (see `scripts.supervisor`) and stops them all, whatever ends this process (see
`scripts.leash`). All data stays under var/. Settings, all optional, from the environment:

PORT=8000       the web's port. HOST=127.0.0.1 is the address it listens on; under another one,
                PUBLIC_URL=http://NAME:PORT tells how browsers reach it.
SANDBOX_PORT=8025  the sandbox's; it moves to a free one by itself.
SANDBOX=0       real Google instead of the Gmail sandbox, in a database of its own, without demo
                mail: connect your account under 認証設定.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from scripts import ground, leash
from scripts.embedded import Command, Postgres, SetUpError, Valkey, make_run_directory
from scripts.migrated import MigrationStamp
from scripts.supervisor import Service, Supervisor

# Two processes where an agent waits, so that a slow send does not hold up a draft.
WORKERS = {"interactive": 2, "sync": 2, "backfill": 1, "default": 1}


class Run:
    """One `make run`, from the first check to the last stop."""

    def __init__(self, options: ground.Options, front: int) -> None:
        self.options = options
        self.front = front
        self.var = options.var
        self.logs = self.var / "log"
        self.admin_file = self.var / "first-password"
        self.started = time.monotonic()

    def say(self, line: str) -> None:
        # The terminal may have gone; what we run and how we stop does not depend on it.
        with suppress(OSError):
            print(f"{time.monotonic() - self.started:6.1f} s  {line}", flush=True)

    def __call__(self) -> int:
        with ExitStack() as stack:
            try:
                ground.make_var(self.var)
                lock = stack.enter_context(ground.take_lock(self.var))
                ground.check_port(self.options)
                ground.write_lock(lock, url=self.options.url, front=self.front)
                ground.keep_last_logs(self.logs)
                ground.sweep_run_directory(self.var)
                self.run_dir = make_run_directory()
                stack.callback(shutil.rmtree, self.run_dir, ignore_errors=True)
                (self.var / "run.dir").write_text(str(self.run_dir), "utf-8")
                supervisor = stack.enter_context(Supervisor(self.say))
                stack.callback(lock.truncate, 0)
                self._start(supervisor)
                supervisor.watch()
            except SetUpError as error:
                print(f"\n{error}", file=sys.stderr, flush=True)
                return 1
            except leash.Stopped as stopped:
                self.say("Stopping …")
                return 0 if stopped.signum == signal.SIGINT else 128 + stopped.signum
        return 0

    def _start(self, supervisor: Supervisor) -> None:
        database = "ccc" if self.options.sandbox else "ccc_google"
        valkey = Valkey(self.var / "valkey", self.run_dir)
        postgres = Postgres(self.var / "postgres", self.run_dir)
        stamp = MigrationStamp(ground.ROOT, self.var / f"migrated.{database}")
        if not postgres.has_data():
            self.say("Making a database …")
            stamp.drop()
        valkey.prepare()
        broker = Service(
            "valkey",
            valkey.command(),
            self.logs / "valkey.log",
            valkey.is_ready,
            prepare=valkey.prepare,
        )
        supervisor.start(broker)
        sandbox_port = (
            ground.choose_sandbox_port(self.var, self.options.sandbox_port)
            if self.options.sandbox
            else 0
        )
        self.environment = self._environment(
            postgres.url(database), valkey.url(0 if self.options.sandbox else 1), sandbox_port
        )
        main = Service(
            "postgres",
            postgres.command(),
            self.logs / "postgres.log",
            postgres.is_ready,
            prepare=postgres.prepare,
            ready_within=300,  # after a crash it may have much to replay
            stop_within=20,
        )
        web = self._web()
        sandbox = [self._sandbox(sandbox_port)] if self.options.sandbox else []
        # A real installation is brought up to date at every start, the demo when it is stale.
        first = not (self.options.sandbox and stamp.is_current())
        # What takes long to load begins at once; it asks the database only when it is asked.
        supervisor.start(*sandbox, *([] if first else [web]), main)
        supervisor.wait_ready([broker, main])
        if first:
            postgres.create_database(database)
            self._bring_up_to_date(supervisor)
            supervisor.start(web)
            if self.options.sandbox:
                self._fill(supervisor, sandbox)
            elif not postgres.has_rows(database, "permissions_user"):
                self._first_admin(supervisor)
            stamp.write()
        supervisor.wait_ready([web, *sandbox])
        # Last, since six programs loading at once would keep the first page waiting.
        programs = [self._worker(queue, size) for queue, size in WORKERS.items()]
        supervisor.start(*programs, self._beat())
        self._welcome(sandbox_port)

    def _bring_up_to_date(self, supervisor: Supervisor) -> None:
        self.say("Bringing the database's tables up to date …")
        jobs = [("migrate", "--no-input")]
        if not self.options.sandbox:  # the demo serves static files as they lie in static/
            jobs.append(("collectstatic", "--no-input"))
        for job in jobs:
            supervisor.run(self._manage(*job), self.logs / f"{job[0]}.log", f"manage.py {job[0]}")

    def _fill(self, supervisor: Supervisor, sandbox: list[Service]) -> None:
        self.say("Filling it with demo users and demo mail …")
        supervisor.wait_ready(sandbox)
        supervisor.run(self._manage("demo"), self.logs / "demo.log", "manage.py demo")
        office = self._manage("demo_office")
        supervisor.run(office, self.logs / "demo_office.log", "manage.py demo_office")

    def _first_admin(self, supervisor: Supervisor) -> None:
        password = secrets.token_urlsafe(12)
        ground.write_private(self.admin_file, f"{password}\n")
        create = self._manage("create_admin", "admin", "--name", "管理者")
        supervisor.run(
            replace(create, input=f"{password}\n"), self.logs / "admin.log", "create_admin"
        )

    def _environment(self, database_url: str, redis_url: str, sandbox_port: int) -> dict[str, str]:
        environment = dict(os.environ)
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
            environment.pop(name, None)
        environment |= ground.read_secrets(self.var) | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '/usr/bin:/bin')}",
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "callcenter.settings",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "PUBLIC_URL": self.options.url,
            "PORT": str(self.options.port),
            "ATTACHMENT_ROOT": str(self.var / "attachments"),
        }
        if sandbox_port:
            sandbox = f"http://127.0.0.1:{sandbox_port}"
            environment |= {
                "DEMO": "true",
                "GMAIL_API_ROOT": f"{sandbox}/",
                "GOOGLE_AUTH_URI": f"{sandbox}/o/oauth2/v2/auth",
                "GOOGLE_TOKEN_URI": f"{sandbox}/token",
                "GOOGLE_REVOKE_URI": f"{sandbox}/revoke",
            }
        return environment

    def _command(self, *arguments: str) -> Command:
        return Command(
            argv=(sys.executable, *arguments),
            cwd=ground.ROOT,
            environment=self.environment,
            stop_signal=signal.SIGTERM,
        )

    def _manage(self, *arguments: str) -> Command:
        return self._command("manage.py", *arguments)

    def _service(
        self, name: str, *arguments: str, is_ready: Callable[[], bool] | None = None
    ) -> Service:
        return Service(name, self._command(*arguments), self.logs / f"{name}.log", is_ready)

    def _sandbox(self, port: int) -> Service:
        return self._service(
            "sandbox",
            *("-m", "sandbox", "--host", "127.0.0.1", "--port", str(port)),
            *("--db", str(self.var / "sandbox.sqlite3"), "--demo", "--living"),
            is_ready=ground.answers(f"http://127.0.0.1:{port}/admin/health"),
        )

    def _web(self) -> Service:
        options = self.options
        return self._service(
            "web",
            *("-m", "uvicorn", "callcenter.asgi:application"),
            *("--host", options.host, "--port", str(options.port)),
            # Open event streams would hold up the stop.
            *("--timeout-graceful-shutdown", "2", "--lifespan", "off"),
            is_ready=ground.answers(
                f"http://{options.own_address}:{options.port}/",
                # Under a public name the loopback is a stranger, who gets a 400 for an answer.
                only_200=not options.public_url,
            ),
        )

    def _worker(self, queue: str, size: int) -> Service:
        return self._service(
            f"worker-{queue}",
            *("-m", "scripts.leash", "celery", "-A", "callcenter", "worker", "-Q", queue),
            *("-n", f"{queue}@%h", "-c", str(size), "-l", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        )

    def _beat(self) -> Service:
        return self._service(
            "beat",
            *("-m", "scripts.leash", "celery", "-A", "callcenter", "beat", "-l", "INFO"),
            *("--pidfile=", "--schedule", str(self.var / "beat-schedule")),
        )

    def _welcome(self, sandbox_port: int) -> None:
        self.say("Ready.")
        lines = [f"  CloudCallCenter Mail   {self.options.url}/"]
        if sandbox_port:
            lines += [
                f"  Gmail sandbox          http://127.0.0.1:{sandbox_port}/",
                "",
                "  Log in as      password",
                "  tanaka         tanaka-demo    an agent (エージェント)",
                "  yamada         yamada-demo    an agent, to meet the first one",
                "  suzuki         suzuki-demo    a supervisor with 強制更新",
                "  admin          admin-demo     an administrator (管理設定)",
            ]
        else:
            lines += [
                "  Gmail                  Google's own",
                "",
                f"  Log in as admin, with the first password from {self.admin_file},",
                "  and connect your account under 認証設定.",
            ]
        lines += ["", f"  Logs: {self.logs}/    Stop: Ctrl-C"]
        print("\n" + "\n".join(lines) + "\n", flush=True)


def main() -> int:
    try:
        options = ground.Options.from_environment()
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 2
    leash.follow_make()
    return leash.guarded(Run(options, os.getpid()))


if __name__ == "__main__":
    sys.exit(main())
