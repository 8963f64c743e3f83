"""`make spec`: which tests prove which claim of the specification, and which claims have none.

The answer comes from the suite itself: tests carry `@pytest.mark.spec("M12")`, collected without
running anything. docs/spec-ids.txt holds the ids; one that stands only in a test is a mistake, and
stops every pytest run (`scripts.pytest_plugin`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IDS = ROOT / "docs" / "spec-ids.txt"


def read_ids(file: Path = IDS) -> dict[str, str]:
    """Every id with its gist, in the specification's order."""
    claims: dict[str, str] = {}
    for line in file.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            key, _, gist = line.partition(" ")
            if key in claims or not gist:
                raise ValueError(f"{file.name}: {line!r} is a double or has no gist")
            claims[key] = gist
    return claims


def unknown_ids(used: Iterable[str], claims: Mapping[str, str]) -> list[str]:
    return sorted(set(used) - set(claims))


def table(tests: Mapping[str, Sequence[str]], claims: Mapping[str, str]) -> str:
    """The report: proven claims with their tests, then those without."""
    lines = []
    for key, gist in claims.items():
        if names := tests.get(key):
            lines += [f"{key:<5} {gist}", *(f"        {name}" for name in names)]
    asked = [key for key, gist in claims.items() if not gist.startswith("later:")]
    without = [key for key in asked if not tests.get(key)]
    lines += ["", f"{len(asked) - len(without)} of {len(asked)} claims have a test."]
    if without:
        lines += ["Without one:", *(f"  {key:<5} {claims[key]}" for key in without)]
    return "\n".join(lines)


def main() -> int:
    from scripts.services import TEST_ENVIRONMENT

    # Collecting imports the product, but asks no server.
    none = {"DATABASE_URL": "postgresql:///none", "REDIS_URL": "redis://127.0.0.1:9/0"}
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as report:
        collected = subprocess.run(
            [sys.executable, "-m", "pytest", f"--spec={report.name}", "--collect-only", "-q"],
            cwd=ROOT,
            env=os.environ | TEST_ENVIRONMENT | none,
            capture_output=True,
            text=True,
            check=False,
        )
        if collected.returncode:
            print(collected.stdout, collected.stderr, sep="\n")
        print(report.read(), end="")
    return collected.returncode


if __name__ == "__main__":
    sys.exit(main())
