"""From a bare machine to a virtual environment: `python3 -m scripts.bootstrap [ARGS…]`.

Needs python3 (3.11 or newer, with venv) and nothing else; runs under the system's Python, so only
the standard library is used, and old Pythons must at least be able to read it. Makes `.venv`,
puts the hashed `requirements-dev.lock` into it (by uv, which pip brings; by pip where uv can't),
and, with arguments, becomes `.venv/bin/python ARGS…`. A stamp makes the second start immediate.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)
NEWER_NAMES = ("python3.14", "python3.13", "python3.12", "python3.11")
UV = "uv==0.13.9"
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements-dev.lock"
STAMP = VENV / "set-up.stamp"


def find_newer_python() -> None:
    """Become a newer Python when this one is too old; say what is missing when there is none."""
    if sys.version_info >= OLDEST:
        return
    for name in NEWER_NAMES:
        path = shutil.which(name)
        if path:
            os.execv(path, [path, "-m", "scripts.bootstrap", *sys.argv[1:]])  # noqa: S606
    sys.exit(
        "Python {}.{} or newer is needed; {} is {}.{}. Install it, or name one: "
        "make PYTHON=/path/to/python3.11 …".format(*OLDEST, sys.executable, *sys.version_info[:2])
    )


def fingerprint() -> str:
    """Changes when the locked packages, uv or the Python that the venv stands on change."""
    parts = (LOCK.read_bytes(), UV.encode(), sys.version.encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_set_up() -> bool:
    try:
        return STAMP.read_text("ascii") == fingerprint() and PYTHON.exists()
    except FileNotFoundError:
        return False


def run(*command: object, quiet: bool = False) -> bool:
    """Whether the command succeeded; it dies with us. Its words are shown unless `quiet`."""
    from scripts.leash import leashed  # not at the top: too new for the Pythons refused there

    process = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL if quiet else None,
        stderr=subprocess.DEVNULL if quiet else None,
        preexec_fn=leashed(),
        check=False,
    )
    return process.returncode == 0


def make_venv() -> None:
    started = time.monotonic()
    if PYTHON.exists() and not run(PYTHON, "-c", "import pip", quiet=True):
        shutil.rmtree(VENV)  # half made, or its Python has gone
    if not PYTHON.exists():
        print("Making a virtual environment in .venv …", flush=True)
        # --clear: what an interrupted attempt left is no start.
        if not run(sys.executable, "-m", "venv", "--clear", VENV):
            sys.exit(
                f"{sys.executable} could not make a virtual environment. On Debian and Ubuntu: "
                "apt-get install python3-venv"
            )
    print("Installing the locked packages …", flush=True)
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
    hashed = ("--require-hashes", "-r", LOCK)
    uv = (VENV / "bin" / "uv", "pip", "install", "-q", "-p", PYTHON, *hashed)
    # uv brings its own list of certificate authorities; a company's own is in the system's.
    by_uv = run(*pip, UV) and (run(*uv, quiet=True) or run(*uv, "--system-certs"))
    if not by_uv:
        print("uv could not install them; trying pip, which takes longer …", flush=True)
        if not run(*pip, *hashed):
            sys.exit(
                "The packages could not be installed. Is a package index reachable? "
                "A mirror can be named with pip's usual settings (PIP_INDEX_URL, pip.conf)."
            )
    STAMP.write_text(fingerprint(), "ascii")
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def set_up() -> None:
    """Bring .venv in line with the lock. Two at once wait for each other."""
    if is_set_up():
        return
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not is_set_up():
            make_venv()
    finally:
        os.close(folder)


def main(arguments: list[str]) -> None:
    if not sys.platform.startswith("linux"):
        sys.exit("This runs on Linux (on Windows: in WSL).")
    find_newer_python()
    from scripts.leash import follow_make

    follow_make()
    try:
        set_up()
    except OSError as error:
        sys.exit(
            f"The set-up cannot write to {error.filename or ROOT}: {error.strerror}. "
            "Run it as the owner of this folder, in a folder that can be written."
        )
    except KeyboardInterrupt:
        sys.exit(130)
    if arguments:
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
