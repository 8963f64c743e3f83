"""Certificates are checked, and the environment's proxy and authorities are followed."""

from __future__ import annotations

import datetime
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from callcenter.gmail.transport import Timeouts, Transport, TransportError
from tests.callcenter.gmail.scripted import Script, reply, scripted

QUICK = Timeouts(silence=5.0, total=10.0)
VARIABLES = [
    *("HTTPLIB2_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"),
    *("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    *("all_proxy", "ALL_PROXY"),
]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def http() -> Iterator[Transport]:
    transport = Transport(QUICK)
    yield transport
    transport.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 and gmail.test that nobody knows, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gmail.test")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("gmail.test"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "own.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(pem)
    )
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Script]:
    with scripted(certificate) as running:
        yield running


def test_an_unknown_authority_is_refused_before_anything_is_sent(
    http: Transport, secure: Script
) -> None:
    with pytest.raises(TransportError) as caught:
        http.exchange(secure.root, "POST", b"secret", once=True)
    assert not caught.value.reached
    assert "CERTIFICATE_VERIFY_FAILED" in str(caught.value)
    assert secure.seen == []


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HTTPLIB2_CA_CERTS"])
def test_the_environment_names_the_authority(
    http: Transport,
    secure: Script,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    monkeypatch.setenv(variable, str(certificate))
    secure.otherwise = reply({"ok": True})
    for _ in range(2):
        _, content = http.exchange(secure.root, once=False)
        assert content == b'{"ok": true}'
    assert secure.connections == 1


def test_another_hosts_certificate_is_refused(
    http: Transport, secure: Script, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(TransportError) as caught:
        http.exchange(secure.root.replace("127.0.0.1", "localhost"), once=False)
    assert not caught.value.reached


# A proxy


@dataclass
class Proxy:
    address: str
    tunnels: list[tuple[str, str]] = field(default_factory=list)
    allows: bool = True


@pytest.fixture
def proxy(secure: Script) -> Iterator[Proxy]:
    """Tunnels every CONNECT to the secure server, whatever host is asked for."""
    port = int(secure.root.rstrip("/").rpartition(":")[2])

    class Tunnel(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            found.tunnels.append((self.path, self.headers.get("Proxy-Authorization", "")))
            if not found.allows:
                self.send_error(403)
                return
            self.send_response(200)
            self.end_headers()
            with socket.create_connection(("127.0.0.1", port)) as behind:
                back = threading.Thread(target=_pump, args=(behind, self.connection), daemon=True)
                back.start()
                _pump(self.connection, behind)
                back.join()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Tunnel)
    server.daemon_threads = True
    found = Proxy(f"127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return  # the other side has gone, which ends a tunnel


def test_https_goes_through_the_proxy_with_its_password(
    http: Transport,
    secure: Script,
    proxy: Proxy,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("https_proxy", f"http://user:p%40ss@{proxy.address}")
    secure.otherwise = reply({"ok": True})
    for _ in range(2):
        http.exchange("https://gmail.test/gmail/v1/users/me/profile", once=False)
    assert proxy.tunnels == [("gmail.test:443", "Basic dXNlcjpwQHNz")]
    assert secure.seen[0].target == "/gmail/v1/users/me/profile"
    assert secure.seen[0].headers["host"] == "gmail.test"


def test_a_proxy_that_refuses_means_that_nothing_was_reached(
    http: Transport, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.allows = False
    monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
    with pytest.raises(TransportError) as caught:
        http.exchange("https://gmail.test/", once=True)
    assert not caught.value.reached


def test_plain_http_tells_the_proxy_the_whole_address(
    http: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted() as script:
        script.otherwise = reply({"ok": True})
        monkeypatch.setenv("http_proxy", script.root)
        http.exchange("http://gmail.test:8025/gmail/v1/x?a=b", once=False)
        assert script.seen[0].target == "http://gmail.test:8025/gmail/v1/x?a=b"
        assert script.seen[0].headers["host"] == "gmail.test:8025"


@pytest.mark.parametrize("exempt", ["", "gmail.test,other.test", "*"])
def test_this_machine_and_exempt_hosts_need_no_proxy(
    http: Transport, monkeypatch: pytest.MonkeyPatch, exempt: str
) -> None:
    with scripted() as script:
        script.otherwise = reply({"ok": True})
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", exempt)
        http.exchange(script.root, once=False)
        assert script.seen[0].target == "/"
    if exempt:
        with pytest.raises(TransportError, match=r"gmail\.test"):
            http.exchange("http://gmail.test/", once=False)


def test_a_proxy_of_another_kind_is_named(http: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1080")
    with pytest.raises(TransportError, match="socks5"):
        http.exchange("https://gmail.test/", once=True)
