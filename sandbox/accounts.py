"""Accounts and the addresses they may send as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.errors import not_found
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class SendAs:
    address: str
    name: str
    reply_to: str = ""
    signature: str = ""
    is_primary: bool = False
    is_default: bool = False
    verified: bool = True


def create(world: World, address: str, name: str, send_as: list[SendAs]) -> None:
    """Makes the account, or renames it; its send-as list is replaced."""
    address = address.lower()
    with world.store.transaction():
        if not exists(world, address):
            world.store.execute(
                "INSERT INTO accounts (address, name, history_id, history_floor) "
                "VALUES (?, ?, ?, ?)",
                (address, name, 1000 + world.random.randrange(9000), 0),
            )
        else:
            world.store.execute("UPDATE accounts SET name = ? WHERE address = ?", (name, address))
        world.store.execute("DELETE FROM send_as WHERE account = ?", (address,))
        others = [entry for entry in send_as if entry.address.lower() != address]
        own = next((entry for entry in send_as if entry.address.lower() == address), None)
        default_elsewhere = any(entry.is_default and entry.verified for entry in others)
        primary = SendAs(
            address,
            own.name if own else name,
            own.reply_to if own else "",
            own.signature if own else "",
            is_primary=True,
            is_default=not default_elsewhere,
        )
        for entry in [primary, *others]:
            world.store.execute(
                "INSERT INTO send_as VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    address,
                    entry.address.lower(),
                    entry.name,
                    entry.reply_to,
                    entry.signature,
                    entry.is_primary,
                    entry.is_default and entry.verified,
                    entry.verified,
                ),
            )


def exists(world: World, address: str) -> bool:
    return (
        world.store.one("SELECT 1 FROM accounts WHERE address = ?", (address.lower(),)) is not None
    )


def names(world: World) -> list[tuple[str, str]]:
    """(address, display name) of every account, by address."""
    return [
        (a, n) for a, n in world.store.all("SELECT address, name FROM accounts ORDER BY address")
    ]


def send_as(world: World, account: str) -> list[SendAs]:
    rows = world.store.all(
        "SELECT address, name, reply_to, signature, is_primary, is_default, verified FROM send_as "
        "WHERE account = ? ORDER BY is_primary DESC, address",
        (account,),
    )
    return [SendAs(a, n, r, s, bool(p), bool(d), bool(v)) for a, n, r, s, p, d, v in rows]


def owner_of(world: World, address: str) -> str | None:
    """The account that mail to `address` reaches."""
    address = address.lower()
    if exists(world, address):
        return address
    found: str | None = world.store.value(
        "SELECT account FROM send_as WHERE address = ? AND verified ORDER BY account", (address,)
    )
    return found


def resource(entry: SendAs) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sendAsEmail": entry.address,
        "displayName": entry.name,
        "replyToAddress": entry.reply_to,
        "signature": entry.signature,
    }
    # As Gmail: false booleans are left out, and only aliases tell their verification.
    if entry.is_primary:
        found["isPrimary"] = True
    else:
        found["treatAsAlias"] = True
        found["verificationStatus"] = "accepted" if entry.verified else "pending"
    if entry.is_default:
        found["isDefault"] = True
    return found


def find_send_as(world: World, account: str, address: str) -> SendAs:
    for entry in send_as(world, account):
        if entry.address == address.lower():
            return entry
    raise not_found()
