"""The demo: loaded once, ready to be connected, alive."""

from __future__ import annotations

import random

import pytest

from sandbox import accounts, demo_world, living_world, oauth
from sandbox.world import World


@pytest.fixture(scope="module")
def world() -> World:
    world = World(None)
    demo_world.load(world)
    return world


def test_two_mailboxes_with_labels_and_senders(world: World) -> None:
    addresses = [address for address, _ in accounts.names(world)]
    assert addresses == ["info@shop.example", "support@shop.example"]
    for address in addresses:
        count = world.store.value("SELECT count(*) FROM messages WHERE account = ?", (address,))
        labels = world.store.value("SELECT count(*) FROM labels WHERE account = ?", (address,))
        assert count > 100
        assert labels > 3
        assert any(entry.is_primary for entry in accounts.send_as(world, address))


def test_any_local_redirect_is_allowed_for_the_demo_client(world: World) -> None:
    client = oauth.find_client(world, demo_world.CLIENT_ID)
    assert client is not None
    assert client.allows("http://127.0.0.1:8765/auth/gmail/callback")
    assert client.allows("http://localhost:8000/auth/gmail/callback")
    assert not client.allows("https://shop.example/auth/gmail/callback")


def test_loading_again_changes_nothing(world: World) -> None:
    before = world.store.value("SELECT count(*) FROM messages")
    demo_world.load(world)
    assert world.store.value("SELECT count(*) FROM messages") == before


def test_customers_go_on_writing(world: World) -> None:
    rng = random.Random(4)
    rows = [row for _ in range(30) if (row := living_world.deliver_next(world, rng))]
    assert len(rows) > 20
    assert all("INBOX" in row.labels for row in rows)
    joined = [row for row in rows if row.thread != row.id]
    assert joined  # some go on with a conversation
    assert len(joined) < len(rows)  # some begin one
