"""The ground that `make run` stands on: its options, the lock, free ports, secrets and logs.

Each check either holds or raises SetUpError with what is in the way and what to do.
"""

from __future__ import annotations

import base64
import errno
import fcntl
import json
import os
import secrets
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts.embedded import SetUpError

ROOT = Path(__file__).resolve().parent.parent
SANDBOX_PORT = 8025


def _port(name: str, default: int) -> int:
    given = os.environ.get(name, "") or str(default)
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise SetUpError(f"{name} must be a number from 1 to 65535, not {given!r}.")
    return int(given)


@dataclass(frozen=True, slots=True)
class Options:
    """What the environment asks for."""

    host: str
    port: int
    sandbox: bool
    var: Path
    public_url: str = ""
    sandbox_port: int = SANDBOX_PORT

    @classmethod
    def from_environment(cls) -> Options:
        return cls(
            host=os.environ.get("HOST", "") or "127.0.0.1",
            port=_port("PORT", 8000),
            sandbox_port=_port("SANDBOX_PORT", SANDBOX_PORT),
            sandbox=os.environ.get("SANDBOX", "1") not in {"0", "no", "false", "off"},
            var=Path(os.environ.get("CCC_VAR", "") or ROOT / "var"),
            public_url=os.environ.get("PUBLIC_URL", "").rstrip("/"),
        )

    @property
    def own_address(self) -> str:
        """How this machine reaches it."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
        return everywhere.get(self.host, self.host)

    @property
    def url(self) -> str:
        return self.public_url or f"http://{self.own_address}:{self.port}"


def make_var(var: Path) -> None:
    """SetUpError, with what to do, unless we can write there."""
    try:
        (var / "log").mkdir(parents=True, exist_ok=True)
        probe = var / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise SetUpError(
            f"{var} cannot be written ({error.strerror}). It holds the database, the mail's "
            f"attachments and the logs. Make it writable for this user "
            f"(it belongs to {_owner(var)}), or remove it to begin with fresh data."
        ) from None


def _owner(path: Path) -> str:
    while not path.exists():
        path = path.parent
    return f"uid {path.stat().st_uid}, you are uid {os.geteuid()}"


def take_lock(var: Path) -> IO[str]:
    """The one run of this var/. The kernel drops the lock with its holder: none goes stale."""
    file = (var / "run.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        words = ""
        with suppress(ValueError):  # it has only just begun
            running = json.loads(file.read())
            words = f" at {running['url']} (process {running['pid']})"
        file.close()
        raise SetUpError(
            f"CloudCallCenter Mail is already running here{words}. "
            "Stop it with Ctrl-C in its terminal before starting it again."
        ) from None
    return file


def write_lock(file: IO[str], *, url: str, front: int) -> None:
    file.seek(0)
    file.truncate()
    json.dump({"url": url, "pid": front}, file)
    file.flush()


def is_free(host: str, port: int) -> bool:
    """Whether one could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise SetUpError(f"Cannot listen on {host}:{port}: {error.strerror}.") from None
    return True


def check_port(options: Options) -> None:
    if not is_free(options.host, options.port):
        other = next(
            (
                port
                for port in range(options.port + 1, options.port + 100)
                if port < 65536 and is_free(options.host, port)
            ),
            options.port + 1000,
        )
        raise SetUpError(
            f"Port {options.port} on {options.host} is used by another program. Stop that one, "
            f"or choose another port: make run PORT={other}"
        )


def choose_sandbox_port(var: Path, preferred: int) -> int:
    """The port from last time, so that open consent pages go on; else `preferred`; else any."""
    file = var / "sandbox.port"
    wanted = [preferred]
    with suppress(FileNotFoundError, ValueError):
        wanted.insert(0, int(file.read_text("ascii")))
    for port in wanted:
        if is_free("127.0.0.1", port):
            break
    else:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
    file.write_text(str(port), "ascii")
    return port


def read_secrets(var: Path) -> dict[str, str]:
    """SECRET_KEY and TOKEN_KEYS, made once. Losing them costs the sessions and the tokens."""
    file = var / "secrets.env"
    if not file.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "TOKEN_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii"),
        }
        write_private(file, "".join(f"{key}={value}\n" for key, value in made.items()))
    lines = file.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def write_private(file: Path, text: str) -> None:
    """Born readable by its owner alone, and whole or not at all."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    fresh.rename(file)


def keep_last_logs(logs: Path) -> None:
    """One run, one log; the run before is kept beside it."""
    for log in logs.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))


def answers(url: str, *, only_200: bool = True) -> Callable[[], bool]:
    """A check: does a GET of it, redirects followed, end in 200 (or in any answer at all)?"""
    # No proxy of the environment stands between us and ourselves.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def check() -> bool:
        try:
            with opener.open(url, timeout=5) as response:
                return bool(response.status == 200)
        except urllib.error.HTTPError as error:
            if not only_200:
                return True
            # It is up, but broken: waiting longer would only hide that.
            raise SetUpError(f"{url} answers {error.code} {error.reason}.") from None
        except OSError:
            return False

    return check


def sweep_run_directory(var: Path) -> None:
    """Remove the last run's temporary directory, where it had no time to do so itself."""
    with suppress(FileNotFoundError):
        last = Path((var / "run.dir").read_text("utf-8"))
        if last.name.startswith("ccc-") and last.is_dir():
            shutil.rmtree(last, ignore_errors=True)
