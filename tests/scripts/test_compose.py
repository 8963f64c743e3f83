"""docker-compose.yml, as far as it can be known without a Docker engine.

It is held against the Compose specification's own schema and against what `make run` starts. That
its images build and its containers run is not tested here.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter import env
from scripts import healthy, run
from tests.scripts.conftest import ROOT

FILE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))["services"]
    return read


def validate(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", file],
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_valid_against_the_compose_specification() -> None:
    checked = validate(FILE)
    assert checked.returncode == 0, checked.stdout


def test_the_validation_sees_a_mistake(tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(FILE.read_text("utf-8").replace("healthcheck:", "healthchek:", 1), "utf-8")
    assert validate(wrong).returncode == 1


def test_it_starts_what_make_run_starts(services: dict[str, Any]) -> None:
    workers = {f"worker-{queue}" for queue in run.WORKERS}
    assert set(services) == {"postgres", "valkey", "migrate", "web", "beat", *workers}
    for queue in run.WORKERS:
        command = services[f"worker-{queue}"]["command"]
        assert command[command.index("-Q") + 1] == queue
        assert f"{queue}@$$HOSTNAME" in services[f"worker-{queue}"]["healthcheck"]["test"][1]
        assert f"{queue}@%h" in command


def test_nothing_starts_before_the_tables_are_there(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if name not in {"postgres", "valkey", "migrate"}:
            waits = service["depends_on"]["migrate"]
            assert waits == {"condition": "service_completed_successfully"}, name


def test_every_service_that_is_waited_for_as_healthy_has_a_check(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, waits in service.get("depends_on", {}).items():
            if waits["condition"] == "service_healthy":
                assert "healthcheck" in services[name], name


def test_the_environment_is_one_that_the_product_accepts(services: dict[str, Any]) -> None:
    example = dict(
        line.split("=", 1)
        for line in (ROOT / ".env.example").read_text("utf-8").splitlines()
        if re.match(r"[A-Z_]+=", line)
    )
    assert set(example) == {"PUBLIC_URL", "SECRET_KEY", "TOKEN_KEYS", "POSTGRES_PASSWORD"}
    filled = example | {
        "SECRET_KEY": "x" * 60,
        "TOKEN_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
        "POSTGRES_PASSWORD": "secret7",
    }
    for name in ("web", "beat", "migrate", *(f"worker-{queue}" for queue in run.WORKERS)):
        given = {
            key: re.sub(r"\$\{(\w+)[^}]*\}", lambda match: filled[match[1]], value)
            for key, value in services[name]["environment"].items()
        }
        read = env.read(filled | given)
        assert (read.database["HOST"], read.database["PASSWORD"]) == ("postgres", "secret7")
        assert not read.debug
        assert not read.demo


@pytest.mark.parametrize(
    ("status", "expected"), [(200, True), (302, True), (400, False), (404, False), (500, False)]
)
def test_the_health_check_asks_by_the_public_name(status: int, expected: bool) -> None:
    import http.server
    import threading

    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.headers["Host"], self.headers["X-Forwarded-Proto"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Not on the test's output."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        answer = healthy.is_healthy("https://mail.example.com", server.server_port)
        thread.join()
    assert answer is expected
    assert seen == [("mail.example.com", "https")]


def test_a_web_that_is_down_is_not_healthy() -> None:
    assert not healthy.is_healthy("https://mail.example.com", 9)
