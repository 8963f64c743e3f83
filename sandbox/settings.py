"""users.settings.sendAs, the profile, and the calls that this sandbox refuses."""

from __future__ import annotations

from typing import Any

from sandbox import accounts, history
from sandbox.call import Call
from sandbox.errors import GoogleError, invalid


def profile(call: Call) -> dict[str, Any]:
    row = call.world.store.one(
        "SELECT count(*), count(DISTINCT thread) FROM messages WHERE account = ?", (call.account,)
    )
    assert row is not None  # an aggregate always has a row
    return {
        "emailAddress": call.account,
        "messagesTotal": row[0],
        "threadsTotal": row[1],
        "historyId": str(history.current(call.world, call.account)),
    }


def send_as_list(call: Call) -> dict[str, Any]:
    return {
        "sendAs": [accounts.resource(entry) for entry in accounts.send_as(call.world, call.account)]
    }


def send_as_get(call: Call) -> dict[str, Any]:
    return accounts.resource(accounts.find_send_as(call.world, call.account, call.args[0]))


def watch(call: Call) -> dict[str, Any]:
    """There is no Pub/Sub here: refused as Google refuses a topic it may not publish to."""
    if not call.body.get("topicName"):
        raise invalid("Missing topicName")
    raise GoogleError(
        403,
        "Error sending test message to Cloud PubSub "
        f"{call.body['topicName']} : User not authorized to perform this action.",
        reason="forbidden",
    )


def stop(call: Call) -> None:
    """Nothing is being watched, which Google does not mind either."""
