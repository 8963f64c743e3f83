"""/admin: what a test or the demo may do behind Google's back. Loopback only.

Everything is JSON; a refusal is 400 with `{"error": …}`. The table at the end lists every call.
"""

from __future__ import annotations

import base64
import json
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox import (
    accounts,
    fill,
    history,
    ids,
    importer,
    ledger,
    mailbox,
    oauth,
    outside,
    token_endpoint,
)
from sandbox.accounts import SendAs
from sandbox.errors import GoogleError, invalid
from sandbox.headers import decode_base64
from sandbox.http import Request, Response
from sandbox.world import World

MAIL_SCOPE = "https://mail.google.com/"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Told = dict[str, Any]


def handle(world: World, request: Request) -> Response:
    if not _is_local(request):
        return Response.json({"error": "the admin calls are for this machine alone"}, 403)
    handler = CALLS.get((request.method, request.path))
    if handler is None:
        return Response.json({"error": f"no such call: {request.method} {request.path}"}, 404)
    try:
        told = _told(request)
        return Response.json(handler(world, told))
    except GoogleError as error:
        return Response.json({"error": error.message}, error.status)
    except (KeyError, ValueError, TypeError, OSError) as error:
        return Response.json({"error": f"{type(error).__name__}: {error}"}, 400)


def _is_local(request: Request) -> bool:
    """Peer, Host and (where a browser tells one) Origin must be loopback: no rebinding, no foreign
    pages.
    """
    host = urlsplit("//" + request.headers.get("host", "")).hostname
    origin = request.headers.get("origin")
    return (
        request.peer in _LOOPBACK
        and host in _LOOPBACK
        and (origin is None or urlsplit(origin).hostname in _LOOPBACK)
    )


def _told(request: Request) -> Told:
    told: Told = dict(request.query())
    if request.headers.get("content-type", "").startswith(("message/", "application/mbox")):
        told["bytes"] = request.body
    elif request.body:
        told.update(json.loads(request.body))
    return told


def _reset(world: World, told: Told) -> Told:
    world.reset()
    return {"ok": True}


def _create_account(world: World, told: Told) -> Told:
    address = told["address"].lower()
    send_as = [
        SendAs(
            address=entry["address"],
            name=entry.get("name", ""),
            reply_to=entry.get("reply_to", ""),
            signature=entry.get("signature", ""),
            is_default=bool(entry.get("default", False)),
            verified=bool(entry.get("verified", True)),
        )
        for entry in told.get("send_as", [])
    ]
    accounts.create(world, address, told.get("name", ""), send_as)
    return {
        "address": address,
        "send_as": [accounts.resource(e) for e in accounts.send_as(world, address)],
    }


def _list_accounts(world: World, told: Told) -> Told:
    return {"accounts": [{"address": a, "name": n} for a, n in accounts.names(world)]}


def _create_client(world: World, told: Told) -> Told:
    oauth.register(
        world,
        told["client_id"],
        told["client_secret"],
        told.get("redirect_uris", ["*"]),
        name=told.get("name", ""),
        testing=bool(told.get("testing", False)),
    )
    return {"client_id": told["client_id"]}


def _grant(world: World, told: Told) -> Told:
    """A code, as if the person had just allowed everything that was asked."""
    account = outside.known_account(world, {"account": told["address"]})
    params = {
        "client_id": told["client_id"],
        "redirect_uri": told["redirect_uri"],
        "response_type": "code",
        "scope": told.get("scope", MAIL_SCOPE),
        "access_type": told.get("access_type", "offline"),
        "prompt": "consent",
    }
    if told.get("code_challenge"):
        params["code_challenge"] = told["code_challenge"]
        params["code_challenge_method"] = told.get("code_challenge_method", "S256")
    try:
        asked = oauth.read_request(world, params)
    except oauth.PageError as error:
        raise invalid(f"{error.error}: {error.detail}") from error
    code, scope = oauth.issue_code(world, asked, account, list(asked.scopes))
    return {"code": code, "scope": scope}


def _token(world: World, told: Told) -> Told:
    """Tokens at once, without a code; for tests that are not about OAuth."""
    account = outside.known_account(world, {"account": told["address"]})
    client = oauth.find_client(world, told["client_id"])
    if client is None:
        raise invalid(f"no such client: {told['client_id']}")
    with world.store.transaction():
        return token_endpoint.issue_tokens(
            world, client, account, told.get("scope", MAIL_SCOPE), offline=True
        )


def _faults(world: World, told: Told) -> Told:
    return world.faults.settings


def _set_faults(world: World, told: Told) -> Told:
    if told.pop("reset", False):
        world.faults.reset()
    world.faults.update(told)
    if "large_text_bytes" in told:
        world.payloads.clear()
    return world.faults.settings


def _reset_faults(world: World, told: Told) -> Told:
    world.faults.reset()
    return world.faults.settings


def _deliver(world: World, told: Told) -> Told:
    account = outside.known_account(world, told)
    raw = told["bytes"] if "bytes" in told else decode_base64(told["raw"].encode())
    names = told.get("labels")
    if isinstance(names, str):
        names = [name for name in names.split(",") if name]
    row = outside.deliver(
        world,
        account,
        raw,
        names=names,
        date_ms=int(told["internal_date"]) if "internal_date" in told else None,
        thread=ids.read(told["thread_id"]) if told.get("thread_id") else None,
    )
    return outside.shown(row)


def _act(world: World, told: Told) -> Told:
    account = outside.known_account(world, told)
    return outside.act(world, account, told["action"], told)


def _expire_history(world: World, told: Told) -> Told:
    account = outside.known_account(world, told)
    history.expire(world, account)
    return {"history_id": str(history.current(world, account))}


def _expire_tokens(world: World, told: Told) -> Told:
    """Access tokens only; refresh tokens too with `refresh`: true."""
    kinds = ("access", "refresh" if told.get("refresh") else "access")
    world.tokens.clear()
    cursor = world.store.execute(
        "UPDATE tokens SET expires_at = 0 WHERE ? IN ('', account) AND kind IN (?, ?)",
        (told.get("account", "").lower(), *kinds),
    )
    return {"expired": cursor.rowcount}


def _revoke_tokens(world: World, told: Told) -> Told:
    """The account's owner withdraws the grant."""
    rows = world.store.all(
        "SELECT client_id, account FROM consents WHERE ? IN ('', account) "
        "UNION SELECT client_id, account FROM tokens WHERE ? IN ('', account)",
        (told.get("account", "").lower(),) * 2,
    )
    for client_id, account in rows:
        token_endpoint.revoke_grant(world, client_id, account)
    return {"revoked": len(rows)}


def _ledger(world: World, told: Told) -> Told:
    with_raw = str(told.get("raw", "1")) not in ("0", "false")
    return {"entries": ledger.entries(world, told.get("account", ""), with_raw=with_raw)}


def _log(world: World, told: Told) -> Told:
    found = world.log.as_dict(int(told.get("limit", 1000)), told.get("method", ""))
    # Apart from `errors`, where the refusals of `part_errors` bear the same names.
    return {**found, "quota_refusals": world.quota.refusals}


def _clear_log(world: World, told: Told) -> Told:
    world.log.clear()
    return {"ok": True}


def _state(world: World, told: Told) -> Told:
    """The truth about an account, for comparing a mirror with."""
    account = outside.known_account(world, told)
    rows = world.store.all(
        "SELECT id, thread, labels, internal_date, size, history_id, message_id FROM messages "
        "WHERE account = ? ORDER BY internal_date, id",
        (account,),
    )
    return {
        "account": account,
        "history_id": str(history.current(world, account)),
        "messages": [
            {
                "id": ids.show(number),
                "threadId": ids.show(thread),
                "labelIds": json.loads(labels_json),
                "internalDate": str(date),
                "sizeEstimate": size,
                "historyId": str(changed),
                "message_id": message_id,
            }
            for number, thread, labels_json, date, size, changed, message_id in rows
        ],
        "drafts": [
            {"id": draft, "message_id": ids.show(message)}
            for draft, message in world.store.all(
                "SELECT id, message FROM drafts WHERE account = ? ORDER BY message", (account,)
            )
        ],
        "labels": [
            {"id": label, "name": name, "background": background, "text_color": foreground}
            for label, name, background, foreground in world.store.all(
                "SELECT id, name, background, text_color FROM labels WHERE account = ? "
                "ORDER BY name",
                (account,),
            )
        ],
    }


def _raw(world: World, told: Told) -> Told:
    account = outside.known_account(world, told)
    row = mailbox.find(world, account, ids.read(told["id"]))
    return {"raw": base64.urlsafe_b64encode(mailbox.raw(world, row.id)).decode("ascii")}


def _fill(world: World, told: Told) -> Told:
    """The benchmark's mailbox (fill.py); answers when it is full."""
    account = told["account"].lower()
    messages, seed = int(told["messages"]), int(told.get("seed", 1))
    count = fill.load(world, account, messages, seed)
    return {"messages": messages, "conversations": count}


def _import(world: World, told: Told) -> Told:
    """Files of this machine, as `python -m sandbox --import` loads them."""
    result = importer.import_path(world, told["account"], Path(told["path"]))
    return {"files": result.files, "messages": result.messages}


def _clock(world: World, told: Told) -> Told:
    world.clock.advance(float(told.get("advance_s", 0)))
    return {"now": world.clock.now()}


def _health(world: World, told: Told) -> Told:
    count = world.store.value("SELECT count(*) FROM messages")
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "ok": True,
        "messages": count,
        "accounts": len(accounts.names(world)),
        "database": "memory" if world.store.path is None else str(world.store.path),
        "validate": world.validate,
        "pid": os.getpid(),
        "cpu_s": round(used.ru_utime + used.ru_stime, 3),
        "peak_mib": round(used.ru_maxrss / 1024, 1),  # Linux counts in KiB
    }


CALLS: dict[tuple[str, str], Callable[[World, Told], Told]] = {
    ("POST", "/admin/reset"): _reset,
    ("GET", "/admin/accounts"): _list_accounts,
    ("POST", "/admin/accounts"): _create_account,
    ("POST", "/admin/clients"): _create_client,
    ("POST", "/admin/grant"): _grant,
    ("POST", "/admin/token"): _token,
    ("GET", "/admin/faults"): _faults,
    ("POST", "/admin/faults"): _set_faults,
    ("DELETE", "/admin/faults"): _reset_faults,
    ("POST", "/admin/deliver"): _deliver,
    ("POST", "/admin/act"): _act,
    ("POST", "/admin/history/expire"): _expire_history,
    ("POST", "/admin/tokens/expire"): _expire_tokens,
    ("POST", "/admin/tokens/revoke"): _revoke_tokens,
    ("GET", "/admin/ledger"): _ledger,
    ("GET", "/admin/log"): _log,
    ("DELETE", "/admin/log"): _clear_log,
    ("GET", "/admin/state"): _state,
    ("GET", "/admin/raw"): _raw,
    ("POST", "/admin/fill"): _fill,
    ("POST", "/admin/import"): _import,
    ("POST", "/admin/clock"): _clock,
    ("GET", "/admin/health"): _health,
}
