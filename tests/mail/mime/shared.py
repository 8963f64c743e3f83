"""Real mail that nobody here wrote, where it lies beside the repository (else: a clear skip).

And `steady`: settings for property tests that a busy machine cannot make fail.
"""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("CCC_SHARED") or ROOT.parent / "shared")
SAMPLES = SHARED / "samples" / "eml"


def sample_files() -> list[Path]:
    return sorted(path for path in SAMPLES.rglob("*") if path.is_file())


WHY_SKIPPED = f"the sample mails are not at {SAMPLES}"

steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
