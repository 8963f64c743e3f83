"""The Gmail sandbox's own speed: messages a second in batches, and its CPU for each thousand.

The other benchmarks stand on it: what it costs must be known to be small beside what is measured.
Mails of about 10 KB, `format=full`, one process on one core; the client only sends prepared
bodies and counts answers. Every mail is asked for cold (rendered anew), the last ones warm too.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import time
from typing import Any
from urllib.parse import urlsplit

from bench.setting import Setting

ACCOUNT = "bench@shop.example"
CLIENT = "bench-client"
WARM = 1500


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=50, help="calls in one request, at most 100")
    parser.add_argument("--validate", action="store_true", help="check every answer")


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    root = setting.sandbox(*(() if options.validate else ("--no-validate",)))
    client = Client(root)
    started = time.perf_counter()
    client.admin("fill", {"account": ACCOUNT, "messages": options.messages})
    fill_seconds = time.perf_counter() - started
    client.admin("clients", {"client_id": CLIENT, "client_secret": "bench-secret"})
    token = client.admin("token", {"address": ACCOUNT, "client_id": CLIENT})["access_token"]
    bodies = batches(client.message_ids(token), options.batch)
    print(f"{options.messages} mails in {len(bodies)} batches", file=sys.stderr)
    figures: dict[str, object] = {
        "messages": options.messages,
        "batch": options.batch,
        "validate": options.validate,
        "fill_per_s": round(options.messages / fill_seconds),
    }
    # Warm is what the sandbox's cache holds: the mails that were asked for last.
    for name, chosen in (("cold", bodies), ("warm", bodies[-WARM // options.batch :])):
        before = client.cpu_seconds()
        started = time.perf_counter()
        size = sum(client.batch(body, token) for body in chosen)
        count = min(options.messages, len(chosen) * options.batch)
        seconds = time.perf_counter() - started
        spent = client.cpu_seconds() - before
        figures[f"{name}_messages_per_s"] = round(count / seconds)
        figures[f"{name}_messages_per_core_s"] = round(count / spent)
        figures[f"{name}_cpu_s_per_1000"] = round(spent / count * 1000, 3)
        figures["kb_per_message"] = round(size / count / 1000, 1)
    figures["peak_mib"] = client.health()["peak_mib"]
    return figures


class Client:
    def __init__(self, root: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(root).netloc, timeout=600)

    def _call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(f"{method} {path}: {response.status} {content[:200]!r}")
        return content

    def admin(self, path: str, told: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        found: dict[str, Any] = json.loads(
            self._call("POST", f"/admin/{path}", json.dumps(told).encode(), headers)
        )
        return found

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._call("GET", "/admin/health", None, {}))
        return found

    def cpu_seconds(self) -> float:
        spent: float = self.health()["cpu_s"]
        return spent

    def message_ids(self, token: str) -> list[str]:
        found: list[str] = []
        page = ""
        while True:
            path = f"/gmail/v1/users/me/messages?maxResults=500&pageToken={page}"
            answer = json.loads(self._call("GET", path, None, {"Authorization": f"Bearer {token}"}))
            found += [entry["id"] for entry in answer["messages"]]
            page = answer.get("nextPageToken", "")
            if not page:
                return found

    def batch(self, body: bytes, token: str) -> int:
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "multipart/mixed; boundary=part",
        }
        content = self._call("POST", "/batch/gmail/v1", body, headers)
        if content.count(b"HTTP/1.1 200 OK") != body.count(b"GET /gmail/"):
            raise RuntimeError("a part of a batch was refused")
        return len(content)


def batches(ids: list[str], size: int) -> list[bytes]:
    return [
        b"".join(part(message) for message in ids[start : start + size]) + b"--part--\r\n"
        for start in range(0, len(ids), size)
    ]


def part(message: str) -> bytes:
    return (
        "--part\r\nContent-Type: application/http\r\n"
        f"Content-ID: <{message}>\r\n\r\n"
        f"GET /gmail/v1/users/me/messages/{message}?format=full&alt=json HTTP/1.1\r\n\r\n\r\n"
    ).encode()
