"""Loaded into every pytest run, before Django's settings are read.

- Tests that run side by side (pytest-xdist) each get a Valkey database of their own, as
  pytest-django gives them a PostgreSQL database of their own.
- A test that asks the database, by mark or fixture, is marked `db_bound`.
- `spec` marks must name claims that exist; `--spec FILE` writes the table of `make spec`.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from scripts import spec

WORKER = re.compile(r"gw(\d+)")


def own_broker(worker: str, url: str) -> str:
    """The broker's address for one of several test processes: database 0 is the lone one's."""
    match = WORKER.fullmatch(worker)
    if not match:
        return url
    address, _, _ = url.partition("?")
    return f"{address}?db={int(match[1]) + 1}"


if "REDIS_URL" in os.environ:
    os.environ["REDIS_URL"] = own_broker(
        os.environ.get("PYTEST_XDIST_WORKER", ""), os.environ["REDIS_URL"]
    )


DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}


def _fixtures(item: pytest.Item) -> list[str]:
    names: list[str] = getattr(item, "fixturenames", [])
    return names


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--spec", metavar="FILE", help="write which test proves which claim")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Before anything is deselected, so that marks can be asked for and no wrong id hides."""
    for item in items:
        if item.get_closest_marker("django_db") or DATABASE.intersection(_fixtures(item)):
            item.add_marker("db_bound")
    tests: dict[str, list[str]] = defaultdict(list)
    for item in items:
        name = item.nodeid.partition("[")[0]  # one line for all parameters
        for mark in item.iter_markers("spec"):
            for key in mark.args:
                if name not in tests[key]:
                    tests[key].append(name)
    claims = spec.read_ids()
    if unknown := spec.unknown_ids(tests, claims):
        users = [name for key in unknown for name in tests[key]]
        raise pytest.UsageError(
            f"not in {spec.IDS.name}: {', '.join(unknown)} (in {', '.join(users)})"
        )
    if file := config.getoption("--spec"):
        Path(file).write_text(spec.table(tests, claims) + "\n", "utf-8")
