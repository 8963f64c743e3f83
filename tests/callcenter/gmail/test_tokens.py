"""Many want a token; Google is asked once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from callcenter.gmail.auth import Endpoints, OAuthClient, Tokens
from callcenter.gmail.errors import AuthRevoked, Unavailable
from callcenter.gmail.tokens import StoredTokens
from tests.callcenter.gmail.scripted import Handler, Script, Seen, free_port, reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLIENT = OAuthClient("id", "secret")


class Store:
    """What several processes share: a row and a lock."""

    def __init__(self, access_token: str, expires_at: datetime, refresh_token: str = "r1") -> None:
        self.tokens = Tokens(access_token, expires_at, refresh_token, ("scope",))
        self.lock = threading.Lock()
        self.saved: list[Tokens] = []

    def save(self, tokens: Tokens) -> None:
        assert self.lock.locked()
        self.tokens = tokens
        self.saved.append(tokens)

    def source(self, root: str) -> StoredTokens:
        return StoredTokens(
            lambda: CLIENT,
            load=lambda: self.tokens,
            save=self.save,
            lock=lambda: self.lock,
            endpoints=Endpoints(token_uri=f"{root}token"),
            clock=lambda: NOW,
        )


def fresh(number: int) -> dict[str, object]:
    return {"access_token": f"new{number}", "expires_in": 3600, "refresh_token": f"r{number}"}


def test_a_token_that_lasts_is_taken_as_it_is(script: Script) -> None:
    store = Store("old", NOW + timedelta(minutes=10))
    assert store.source(script.root).access_token() == "old"
    assert script.seen == []


@pytest.mark.parametrize("left", [timedelta(seconds=80), timedelta(0), timedelta(hours=-1)])
def test_a_token_about_to_expire_is_refreshed_and_stored(script: Script, left: timedelta) -> None:
    store = Store("old", NOW + left)
    script.will(reply(fresh(2)))
    source = store.source(script.root)
    assert source.access_token() == "new2"
    assert store.saved == [Tokens("new2", NOW + timedelta(hours=1), "r2", ("scope",))]
    assert source.access_token() == "new2"
    assert len(script.seen) == 1


def test_what_another_process_refreshed_is_taken_over(script: Script) -> None:
    store = Store("old", NOW + timedelta(minutes=10))
    source = store.source(script.root)
    assert source.access_token() == "old"
    store.tokens = Tokens("theirs", NOW + timedelta(hours=1), "r9")
    assert source.replace("old") == "theirs"
    assert script.seen == []


def test_a_rejected_token_is_refreshed_although_it_should_last(script: Script) -> None:
    store = Store("old", NOW + timedelta(minutes=10))
    script.will(reply(fresh(2)))
    assert store.source(script.root).replace("old") == "new2"


def test_what_was_taken_over_may_be_bad_as_well(script: Script) -> None:
    """Two rejections in a row: another process's token first, then a refresh of our own."""
    store = Store("old", NOW + timedelta(minutes=10))
    source = store.source(script.root)
    assert source.access_token() == "old"
    store.tokens = Tokens("theirs", NOW + timedelta(hours=1), "r9")
    script.will(reply(fresh(2)))
    assert source.replace("old") == "theirs"
    assert source.replace("theirs") == "new2"


def test_many_at_once_refresh_once(script: Script) -> None:
    store = Store("old", NOW)
    everybody = threading.Barrier(8)

    def slow(handler: Handler, seen: Seen) -> None:
        reply(fresh(2))(handler, seen)

    script.otherwise = slow
    got: list[str] = []

    def want() -> None:
        source = store.source(script.root)
        everybody.wait(5)
        got.append(source.access_token())

    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert got == ["new2"] * 8
    assert len(script.seen) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [("invalid_grant", "invalid_grant"), ("invalid_client", "invalid_client")],
)
def test_a_lost_permission_is_told_and_the_store_left_alone(
    script: Script, error: str, reason: str
) -> None:
    store = Store("old", NOW)
    script.otherwise = reply({"error": error}, 400)
    with pytest.raises(AuthRevoked) as caught:
        store.source(script.root).access_token()
    assert caught.value.reason == reason
    assert store.saved == []


def test_without_a_refresh_token_nobody_is_asked(script: Script) -> None:
    with pytest.raises(AuthRevoked) as caught:
        Store("old", NOW, "").source(script.root).access_token()
    assert caught.value.reason == "no_refresh_token"
    assert script.seen == []


def test_google_out_of_reach_is_no_revocation() -> None:
    with pytest.raises(Unavailable) as caught:
        Store("old", NOW).source(f"http://127.0.0.1:{free_port()}/").access_token()
    assert not caught.value.reached
