"""The script that a page loads, as its browser does: what every page boots, what its attributes
ask for (the table in static/js/parts.js), and whatever these import. Trix comes by a press."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

from scripts.services import ROOT

_STATIC = ROOT / "static"
_BOOT = ("vendor/htmx/htmx.min.js", "js/remembered.js", "js/app.js")
_EDITOR = "vendor/trix/trix.esm.min.js"
_IMPORT = re.compile(r'^(?:import|export)[^"\n]*"\./([^"]+)"', re.M)
_PART = re.compile(r'\["([^"]+)", \(\) => import\("\./([^"]+)"\)')


def files_of(page: str) -> set[str]:
    """The scripts, by their path below static/, that a page with this HTML loads by itself."""
    return _with_imports([*_BOOT, *_asked_for(page)])


def weight(names: Iterable[str]) -> float:
    """Together, each compressed on its own as it travels, in KB."""
    return round(sum(_zipped(_STATIC / name) for name in names) / 1000, 1)


def editor_weight() -> float:
    return weight([_EDITOR])


def _asked_for(page: str) -> list[str]:
    parts = _PART.findall((_STATIC / "js" / "parts.js").read_text("utf-8"))
    return [f"js/{module}" for where, module in parts if _has_any(page, where)]


def _has_any(page: str, selector: str) -> bool:
    attributes = re.findall(r"\[([a-z-]+)\]", selector)
    return any(re.search(rf"\s{name}[\s=>]", page) for name in attributes)


def _with_imports(names: Iterable[str]) -> set[str]:
    loaded: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in loaded:
            loaded.add(name)
            text = (_STATIC / name).read_text("utf-8")
            waiting += [f"js/{each}" for each in _IMPORT.findall(text)]
    return loaded


def _zipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 6))
