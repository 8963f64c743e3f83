"""What the browser journeys need of the system: Chromium, and fonts with Japanese letters.

Both come from Debian. As root they are installed when absent; for anybody else the one line to
run is told.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from scripts import leash
from scripts.embedded import SetUpError

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FONTS = Path("/usr/share/fonts")
FONT_NAMES = ("NotoSansCJK*", "NotoSansJP*", "ipag*", "IPA*", "TakaoGothic*", "VL-Gothic*")


def find_chromium() -> str | None:
    """The browser's path; CHROMIUM in the environment names another one."""
    given = os.environ.get("CHROMIUM")
    if given:
        if not os.access(given, os.X_OK):
            raise SetUpError(f"CHROMIUM names {given}, which cannot be run.")
        return given
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def has_japanese_fonts(folder: Path = FONTS) -> bool:
    return any(next(folder.rglob(name), None) for name in FONT_NAMES)


def missing_packages() -> list[str]:
    missing = [] if find_chromium() else ["chromium"]
    return missing if has_japanese_fonts() else [*missing, "fonts-noto-cjk"]


def ensure_browser() -> str:
    """Return the path of Chromium, installing what is absent; SetUpError with the line to run."""
    if missing := missing_packages():
        install = ("apt-get", "install", "-y", "--no-install-recommends", *missing)
        line = f"apt-get update && {' '.join(install)}"
        if shutil.which("apt-get") is None:
            raise SetUpError(
                f"The browser tests need Chromium and a Japanese font (Debian's packages "
                f"{' and '.join(missing)}). Install them with your system's package manager."
            )
        if os.geteuid() != 0:
            raise SetUpError(
                f"The browser tests need more of the system. Run:\n\n  sudo sh -c '{line}'\n"
            )
        print(f"Installing {' and '.join(missing)} …", flush=True)
        for command in (("apt-get", "update", "-q"), install):
            subprocess.run(
                command,
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                preexec_fn=leash.leashed(),
                check=False,
            )
        if missing := missing_packages():
            raise SetUpError(f"{' and '.join(missing)} could not be installed. Try:\n\n  {line}\n")
    chromium = find_chromium()
    assert chromium
    return chromium
