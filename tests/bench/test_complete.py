"""The benchmark of completion once, tiny: it ends, and a second import changes nothing."""

from __future__ import annotations

import pytest

from bench.naming.people import people, typed
from tests.bench.test_benchmarks import benchmark


def test_what_is_typed_is_of_every_kind_and_the_same_in_each_run() -> None:
    asked = list(typed(400))
    assert asked == list(typed(400))
    assert {"name", "address", "company", "two words", "two common", "nobody"} <= {
        kind for kind, _ in asked
    }
    addresses = [address for _, address, _ in people(2000)]
    assert len(set(addresses)) == 2000


@pytest.mark.real
@pytest.mark.xdist_group("benchmarks")
def test_completion_is_measured_over_http_against_a_baseline() -> None:
    figures = benchmark("complete", "--entries", "2000", "--typed", "120")
    assert figures["entries"] == figures["import_new"] == 2000
    assert figures["second_import_changes"] == 0
    assert figures["typed"] == 120
    assert 0 < figures["median_ms"] <= figures["p95_ms"] <= figures["worst_ms"]
    assert figures["asked"]["p95_ms"] > 0
    assert figures["baseline"]["p95_ms"] > 0
