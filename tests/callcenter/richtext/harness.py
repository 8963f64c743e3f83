"""Loads documents in Chromium and counts scripts that ran and requests that were made.

A local server serves each case as a document of its own, many of them framed in one page. Every
host name resolves to a second server, which counts the connections and requests that it gets, so
that what slips past the browser's own request events (prefetches, preconnects) is seen too. Names
under dns.example are not resolved to it: the browser's net log tells whether they were looked up.
"""

import json
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, sync_playwright

PER_PAGE = 40
CHROMIUM = next(
    (
        path
        for path in (shutil.which("chromium"), "/usr/bin/chromium")
        if path and Path(path).exists()
    ),
    None,
)
NO_CHROMIUM = "Chromium is not installed; `make test` installs it"

# What Chromium asks for on its own account; nothing of it leaves this machine.
_BROWSERS_OWN = (
    "accounts.google.com",
    "clients2.google.com",
    "update.googleapis.com",
    "content-autofill.googleapis.com",
    "redirector.gvt1.com",
)
# Runs first in every frame that may run scripts. Every way a vector announces that it ran; and,
# once the frame stands, what a person might do to each element. http links open on purpose and
# are left alone.
_WATCH = """(() => {
  for (const name of ["alert", "confirm", "prompt", "print"])
    window[name] = () => { console.debug("fired " + location.pathname); };
  if (window.top === window) return;
  const kinds = ["mouseover", "mouseenter", "focus", "dragstart", "copy", "input", "scroll"];
  addEventListener("load", () => setTimeout(() => {
    for (const element of document.querySelectorAll("body *")) {
      for (const kind of kinds) element.dispatchEvent(new Event(kind, {bubbles: true}));
      const link = element.closest("a[href]");
      if (!link || !/^(https?|mailto|tel):/.test(link.href)) element.click?.();
    }
  }));
})()"""


@dataclass(slots=True)
class Findings:
    """What happened while the cases were loaded: case name -> what."""

    loaded: set[str] = field(default_factory=set)
    scripts: dict[str, list[str]] = field(default_factory=dict)
    # What frames asked for, whether or not a policy refused it before it left.
    wanted: dict[str, list[str]] = field(default_factory=dict)
    # What reached the server: requests, and connections that were opened without one.
    requests: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    lookups: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Document:
    """What a case's document is answered with."""

    html: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.documents: dict[str, Document] = {}
        self.requests: list[str] = []
        self.contacts: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = 5
    protocol_version = "HTTP/1.1"
    answered = False

    def do_GET(self) -> None:
        host = self.headers.get("Host", "")
        document = self.server.documents.get(self.path) if host.startswith("127.0.0.1") else None
        if document is None:
            self.server.requests.append(f"{self.command} {host}{self.path}")
            self.send_error(404)
            return
        body = document.html.encode("utf-8", "surrogatepass")
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in document.headers.items():
            if name.lower() != "content-type":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET
    do_HEAD = do_GET

    def handle_one_request(self) -> None:
        """A TLS greeting, or nothing at all, is a connection to somewhere and counted as such."""
        try:
            first = self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            first = b""
        if first in (b"", b"\x16"):
            if not self.answered:
                self.server.contacts.append("TLS greeting" if first else "silent connection")
            self.close_connection = True
            return
        self.answered = True
        super().handle_one_request()

    def log_message(self, format: str, *args: object) -> None:
        """The findings are the log."""


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def arguments(trap: Server, net_log: Path) -> list[str]:
    """Chromium's: every host but this machine is the trap, and what is looked up is logged."""
    return [
        "--no-sandbox",
        "--disable-gpu",
        "--host-resolver-rules="
        + "".join(f"MAP {host} ~NOTFOUND, " for host in _BROWSERS_OWN)
        + f"MAP * 127.0.0.1:{trap.server_port}, EXCLUDE 127.0.0.1, EXCLUDE *.dns.example",
        f"--log-net-log={net_log}",
        "--disable-component-update",
        # A process for every sandboxed frame would make this slow, and no safer.
        "--disable-features=OptimizationHints,MediaRouter,IsolateSandboxedIframes",
    ]


def observe(cases: Mapping[str, Document], *, sandbox: str | None, folder: Path) -> Findings:
    """Load every case in a frame (`sandbox`: its attribute, None for none) and tell what it did."""
    findings = Findings()
    names = list(cases)
    net_log = folder / "net-log.json"
    with serving() as server, serving() as trap, sync_playwright() as playwright:
        paths = {f"/case/{number}": name for number, name in enumerate(names)}
        for path, name in paths.items():
            server.documents[path] = cases[name]
        # A lasting profile: a passing one neither looks names up in advance nor preconnects.
        context = playwright.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=CHROMIUM,
            ignore_default_args=["--disable-background-networking"],
            args=arguments(trap, net_log),
        )
        try:
            _load_all(context, server, paths, sandbox, findings)
        finally:
            context.close()
        findings.requests = server.requests + trap.requests
        findings.contacts = trap.contacts  # spare connections to the server itself are usual
    findings.lookups = lookups(net_log)
    return findings


def _load_all(
    context: BrowserContext,
    server: Server,
    paths: dict[str, str],
    sandbox: str | None,
    findings: Findings,
) -> None:
    root = f"http://127.0.0.1:{server.server_port}"
    attribute = "" if sandbox is None else f' sandbox="{sandbox}"'
    everything = list(paths)
    context.add_init_script(_WATCH)
    for first in range(0, len(everything), PER_PAGE):
        batch = everything[first : first + PER_PAGE]
        host_path = f"/host/{first}"
        frames = "".join(f'<iframe src="{path}"{attribute}></iframe>' for path in batch)
        server.documents[host_path] = Document(
            f"<!doctype html><link rel=icon href=data:,><title>host</title>{frames}"
        )
        page = context.new_page()
        page.on("pageerror", lambda error: _note(findings.scripts, "error", str(error)))
        page.on("console", _said(paths, findings))
        page.on("dialog", lambda dialog: dialog.dismiss())
        asked: list[Request] = []
        page.on("request", _into(asked))
        page.goto(root + host_path, wait_until="load", timeout=20_000)
        # Refreshes of zero seconds and prefetches wait for an idle moment after the load.
        page.wait_for_timeout(400)
        for request in asked:
            _judge(request, root, paths, host_path, findings)
        page.close()


def _said(paths: dict[str, str], findings: Findings) -> Callable[[ConsoleMessage], None]:
    def said(message: ConsoleMessage) -> None:
        word, _, path = message.text.partition(" ")
        if word == "fired":
            _note(findings.scripts, paths.get(path, path), "ran")

    return said


def _into(asked: list[Request]) -> Callable[[Request], None]:
    def keep(request: Request) -> None:
        asked.append(request)

    return keep


def _judge(
    request: Request, root: str, paths: dict[str, str], host_path: str, findings: Findings
) -> None:
    url = request.url
    path = url.removeprefix(root)
    if url.startswith(("data:", "about:", "blob:")) or path == host_path:
        return
    if path in paths and request.is_navigation_request():
        findings.loaded.add(paths[path])
    else:
        origin = "a frame" if request.is_navigation_request() else request.frame.url
        origin = origin.removeprefix(root)
        _note(findings.wanted, paths.get(origin, origin), f"{request.resource_type} {url}")


def _note(found: dict[str, list[str]], name: str, what: str) -> None:
    found.setdefault(name, []).append(what)


def lookups(net_log: Path) -> set[str]:
    """The host names that the browser asked its resolver for."""
    text = net_log.read_text("utf-8", errors="replace")
    hosts = set(re.findall(r'"host":"(?:https?://)?([^":/]+)', text))
    return hosts - {"127.0.0.1", "~notfound", *_BROWSERS_OWN}


def dump(findings: Findings) -> str:
    """For the message of a failing assertion."""
    shown = {name: getattr(findings, name) for name in findings.__slots__ if name != "loaded"}
    return json.dumps(shown, indent=1, ensure_ascii=False, default=sorted)[:4_000]
