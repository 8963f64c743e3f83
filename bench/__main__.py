"""`make bench ARGS="NAME OPTIONS"`: one benchmark with a database and a broker of its own.

A benchmark is a module of this package with

    def add_options(parser: argparse.ArgumentParser) -> None: …
    def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]: …

It may also have `kept(options) -> Path | None`, a folder for a database that is to outlive it.

`run` states its work on stderr and returns its figures; they are printed as one JSON object, the
last line on stdout. What it starts through `setting` is gone when it ends, however it ends.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType

import bench
from bench.setting import Setting
from scripts import leash
from scripts.embedded import SetUpError
from scripts.services import servers


def names() -> list[str]:
    """Every module of this package that has a `run`."""
    found = (info.name for info in pkgutil.iter_modules(bench.__path__))
    return sorted(name for name in found if not name.startswith("_") and hasattr(load(name), "run"))


def load(name: str) -> ModuleType:
    return importlib.import_module(f"bench.{name}")


def parse(arguments: Sequence[str]) -> tuple[ModuleType, argparse.Namespace]:
    parser = argparse.ArgumentParser(prog="make bench", description=bench.__doc__)
    each = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    modules = {name: load(name) for name in names()}
    for name, module in modules.items():
        summary = (module.__doc__ or "").strip().partition("\n")[0]
        module.add_options(each.add_parser(name, help=summary, description=summary))
    options = parser.parse_args(arguments)
    return modules[options.name], options


def main(arguments: Sequence[str]) -> int:
    module, options = parse(arguments)

    def work() -> int:
        try:
            # With PostgreSQL's usual guarantees: figures without them flatter.
            kept = getattr(module, "kept", lambda _: None)(options)
            with servers(durable=True, data=kept) as running, Setting(running) as setting:
                os.environ |= setting.environment
                figures = module.run(options, setting)
        except SetUpError as error:
            print(error, file=sys.stderr)
            return 1
        print(json.dumps(figures, ensure_ascii=False), flush=True)
        return 0

    leash.follow_make()
    return leash.guarded(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
