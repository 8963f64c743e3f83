from __future__ import annotations

import gzip
import os
import threading
import time

import pytest

from callcenter.gmail import transport as room
from callcenter.gmail.transport import Timeouts, Transport, TransportError, transport
from tests.callcenter.gmail.scripted import (
    Handler,
    Script,
    Seen,
    cut_short,
    drop,
    free_port,
    idle_close,
    reply,
    silent,
)
from tests.waiting import until

QUICK = Timeouts(silence=5.0, total=10.0)


@pytest.fixture
def http() -> Transport:
    return Transport(QUICK)


def test_connections_are_kept_open(http: Transport, script: Script) -> None:
    script.otherwise = reply({"ok": True})
    for _ in range(3):
        http.exchange(script.root, once=False)
    assert script.connections == 1


def test_a_request_that_goes_once_gets_a_connection_of_its_own(
    http: Transport, script: Script
) -> None:
    script.otherwise = reply({"ok": True})
    http.exchange(script.root, once=False)
    http.exchange(script.root, "POST", b"{}", once=True)
    assert [seen.connection for seen in script.seen] == [1, 2]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("once", [True, False])
def test_a_dropped_answer_on_a_fresh_connection_is_not_repeated(
    http: Transport, script: Script, method: str, once: bool
) -> None:
    script.otherwise = drop
    with pytest.raises(TransportError) as caught:
        http.exchange(script.root, method, b"{}", once=once)
    assert caught.value.reached
    assert len(script.seen) == 1


def test_what_was_closed_while_idle_is_opened_again(http: Transport, script: Script) -> None:
    script.will(idle_close({"n": 1}), reply({"n": 2}))
    http.exchange(script.root, once=False)
    _, content = http.exchange(script.root, once=False)
    assert content == b'{"n": 2}'
    assert script.connections == 2


def test_a_drop_after_idling_is_repeated_once_for_reads(http: Transport, script: Script) -> None:
    script.will(reply({"n": 1}), drop, reply({"n": 2}))
    http.exchange(script.root, once=False)
    _, content = http.exchange(script.root, once=False)
    assert content == b'{"n": 2}'
    assert [seen.connection for seen in script.seen] == [1, 1, 2]


def test_nobody_listening_means_that_nothing_was_reached(http: Transport) -> None:
    with pytest.raises(TransportError) as caught:
        http.exchange(f"http://127.0.0.1:{free_port()}/", once=True)
    assert not caught.value.reached


def test_an_unknown_host_means_that_nothing_was_reached(http: Transport) -> None:
    with pytest.raises(TransportError) as caught:
        http.exchange("http://gmail.invalid/", once=True)
    assert not caught.value.reached


def test_silence_times_out_and_may_have_reached(script: Script) -> None:
    over = threading.Event()
    script.otherwise = silent(over)
    with pytest.raises(TransportError) as caught:
        Transport(Timeouts(silence=0.2, total=10.0)).exchange(script.root, once=False)
    over.set()
    assert caught.value.timed_out
    assert caught.value.reached
    assert until(lambda: len(script.seen), what="the request arrives") == 1


def test_a_trickle_of_bytes_ends_with_the_whole_time(script: Script) -> None:
    over = threading.Event()

    def trickle(handler: Handler, _: Seen) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.close_connection = True
        while not over.wait(0.02):
            handler.wfile.write(b".")
            handler.wfile.flush()

    script.otherwise = trickle
    begun = time.monotonic()
    with pytest.raises(TransportError) as caught:
        Transport(Timeouts(silence=5.0, total=0.3)).exchange(script.root, once=False)
    over.set()
    assert caught.value.timed_out
    assert time.monotonic() - begun < 3.0


def test_an_answer_cut_short_is_no_answer(http: Transport, script: Script) -> None:
    script.otherwise = cut_short
    with pytest.raises(TransportError) as caught:
        http.exchange(script.root, once=False)
    assert caught.value.reached


def test_a_chunked_answer_cut_short_is_no_answer(http: Transport, script: Script) -> None:
    def chunked(handler: Handler, _: Seen) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"5\r\nabcde\r\n5\r\nab")
        handler.close_connection = True

    script.otherwise = chunked
    with pytest.raises(TransportError):
        http.exchange(script.root, once=False)


def test_compressed_answers_are_read(http: Transport, script: Script) -> None:
    text = b'{"text": "' + b"A" * 2_000_000 + b'"}'
    script.otherwise = reply(gzip.compress(text), headers={"Content-Encoding": "gzip"})
    _, content = http.exchange(script.root, once=False)
    assert content == text


@pytest.mark.parametrize("damage", [lambda data: data[:-20], lambda data: b"no gzip" + data])
def test_a_damaged_compressed_answer_is_no_answer(
    http: Transport, script: Script, damage: object
) -> None:
    assert callable(damage)
    broken = damage(gzip.compress(b'{"text": "abc"}' * 50))
    script.otherwise = reply(broken, headers={"Content-Encoding": "gzip"})
    with pytest.raises(TransportError):
        http.exchange(script.root, once=False)


def test_a_bomb_is_not_unpacked(
    http: Transport, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MAX_ANSWER", 1000)
    bomb = gzip.compress(b"0" * 5000)
    script.otherwise = reply(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(TransportError):
        http.exchange(script.root, once=False)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(http: Transport, script: Script, status: int) -> None:
    script.otherwise = reply("moved", status, {"Location": script.root + "elsewhere"})
    response, _ = http.exchange(script.root, "GET", once=False)
    assert response.status == status
    assert len(script.seen) == 1


def test_a_strange_challenge_does_not_hide_the_401(http: Transport, script: Script) -> None:
    script.otherwise = reply({}, 401, {"WWW-Authenticate": 'Bearer realm="x, =,,"'})
    response, _ = http.exchange(script.root, once=False)
    assert response.status == 401


def test_each_thread_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    here = transport(QUICK)
    assert transport(QUICK) is here
    found: list[Transport] = []
    thread = threading.Thread(target=lambda: found.append(transport(QUICK)))
    thread.start()
    thread.join()
    assert found[0] is not here
    assert transport(Timeouts(1.0, 2.0)) is not here
    monkeypatch.setattr(os, "getpid", lambda: 999_999_999)
    assert transport(QUICK) is not here


def test_an_address_that_is_none_is_a_mistake(http: Transport) -> None:
    for uri in ("ftp://x/", "/relative", "http:///x"):
        with pytest.raises(ValueError, match="address"):
            http.exchange(uri, once=False)
