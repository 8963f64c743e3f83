"""What production serves: scripts that name each other by hashed names, which are all there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import get_finders

from callcenter.hashed import HashedStaticFiles

_IMPORTS = re.compile(r"""(?:^import\b[^"';]*|\bimport\()["']([^"']+)["']""", re.M)
_HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files under static/ as `collectstatic` leaves them: their names, and the hashed files."""
    root = tmp_path_factory.mktemp("static")
    storage: Any = HashedStaticFiles(location=str(root), base_url="/static/")
    found: dict[str, Any] = {}
    for finder in get_finders():
        for path, source in finder.list([]):
            if path.startswith(("js/", "vendor/")) and path not in found:
                with source.open(path) as content:
                    storage.save(path, content)
                found[path] = (storage, path)
    for name, hashed, done in storage.post_process(found):
        assert not isinstance(done, Exception), f"{name}: {done}"
        assert hashed
    return {name: root / storage.stored_name(name) for name in found}


def test_every_import_leads_to_a_hashed_file(collected: dict[str, Path]) -> None:
    modules = [path for name, path in collected.items() if name.startswith("js/")]
    assert len(modules) > 30
    seen = 0
    for module in modules:
        assert _HASHED.search(module.name)
        for address in _IMPORTS.findall(module.read_text("utf-8")):
            seen += 1
            assert _HASHED.search(address), f"{module.name} imports {address}"
            assert (module.parent / address).resolve().is_file(), f"{module.name}: {address}"
    assert seen > 60


def test_what_is_fetched_on_demand_has_hashed_names_too(collected: dict[str, Path]) -> None:
    parts = collected["js/parts.js"].read_text("utf-8")
    fetched = re.findall(r"""import\(["']([^"']+)["']\)""", parts)
    assert f"./{collected['js/calendar.js'].name}" in fetched
    rich = collected["js/rich.js"].read_text("utf-8")
    assert collected["vendor/trix/trix.esm.min.js"].name in rich
