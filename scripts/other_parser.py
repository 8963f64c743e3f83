"""The mail parser of others that one test asks: nodemailer's mailparser, from npm.

Its version and those of all that it stands on are locked in tests/mailparser, with their digests.
It is installed by npm beside the virtual environment's own packages, once for each lock; nothing of
it is part of the product. A machine without Node.js or npm has no such test: everything else of
`make test` needs neither.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts import leash
from scripts.bootstrap import ROOT, VENV
from scripts.embedded import SetUpError

SOURCE = ROOT / "tests" / "mailparser"
FILES = ("package.json", "package-lock.json", "read.mjs")
SCRIPT = "read.mjs"
# Nothing that a package brings is run, and nobody is told.
_INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
_PATIENCE = 300.0  # seconds, for a registry far away


def missing_programs() -> list[str]:
    """Which of the programs that it needs are not on this machine."""
    return [name for name in ("node", "npm") if shutil.which(name) is None]


def _digest() -> str:
    files = (SOURCE / name for name in FILES)
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


def ensure_parser(place: Path = VENV) -> Path:
    """Install what is absent and return the script that reads a mail (see tests/mailparser).

    Raises:
        SetUpError: npm could not; its own words are part of the message.
    """
    home = place / f"mailparser-{_digest()}"
    if not home.is_dir():
        print("Installing another mail parser …", flush=True)
        # Whole or not at all: what was interrupted is never taken for installed.
        with tempfile.TemporaryDirectory(prefix="mailparser-", dir=place) as folder:
            fresh = Path(folder) / "home"
            fresh.mkdir()
            for name in FILES:
                shutil.copy(SOURCE / name, fresh)
            _install(fresh)
            if not home.is_dir():  # two at once come to the same
                fresh.rename(home)
    return home / SCRIPT


def _install(folder: Path) -> None:
    done = subprocess.run(
        ("npm", *_INSTALL),
        cwd=folder,
        env=os.environ | {"CI": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        preexec_fn=leash.leashed(),
        check=False,
    )
    if done.returncode:
        raise SetUpError(
            "npm could not install the mail parser that a test compares ours with. Is a package "
            "registry reachable? A mirror can be named with npm's usual settings (.npmrc). npm "
            f"says:\n\n{done.stderr.strip()[-2000:]}"
        )
