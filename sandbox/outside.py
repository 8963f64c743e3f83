"""The outside world: mail that arrives, and a person who works in Gmail itself.

Each action is what somebody could do in Gmail's own screens, so it leaves the same traces (history
records, new message ids, ledger entries marked `person`).
"""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Any

from sandbox import (
    accounts,
    bouncing,
    drafts,
    headers,
    ids,
    labels,
    mailbox,
    mime,
    rewriting,
    sending,
    text,
)
from sandbox.errors import invalid
from sandbox.history import Journal
from sandbox.mailbox import Row
from sandbox.world import World

Action = Callable[[World, str, dict[str, Any]], dict[str, Any]]


def deliver(
    world: World,
    account: str,
    raw: bytes,
    *,
    names: list[str] | None = None,
    date_ms: int | None = None,
    thread: int | None = None,
) -> Row:
    """A mail arrives. `names` are label names or ids; without them it lands unread in the inbox.

    One without a Message-ID gets one, as Gmail's mail exchangers do (only then is its raw changed).
    """
    fields, _ = headers.split(raw)
    if not headers.first(fields, "Message-ID").strip():
        token = f"{world.random.getrandbits(80):020x}.SMTPIN_ADDED_MISSING@mx.google.com"
        raw = rewriting.with_fields(raw, [("Message-ID", f"<{token}>")])
    wanted = (
        sending.DELIVERED if names is None else [labels.id_of(world, account, n) for n in names]
    )
    return mailbox.insert(world, account, raw, labels=wanted, date_ms=date_ms, force_thread=thread)


def act(world: World, account: str, action: str, told: dict[str, Any]) -> dict[str, Any]:
    """Carries one action out; answers with the ids that it touched."""
    found = ACTIONS.get(action)
    if found is None:
        raise invalid(f"unknown action {action}; there are {', '.join(sorted(ACTIONS))}")
    with world.store.transaction():
        return found(world, account, told)


def shown(row: Row) -> dict[str, Any]:
    return {
        "id": ids.show(row.id),
        "threadId": ids.show(row.thread),
        "labelIds": row.labels,
        "message_id": row.message_id,
    }


def _rows(world: World, account: str, told: dict[str, Any]) -> list[Row]:
    if "thread_id" in told:
        return mailbox.of_thread(world, account, ids.read(told["thread_id"]))
    wanted = told.get("ids") or [told["message_id"]]
    return [mailbox.find(world, account, ids.read(entry)) for entry in wanted]


def _draft(world: World, account: str, told: dict[str, Any]) -> str:
    if told.get("draft_id"):
        found: str = told["draft_id"]
        return found
    value = world.store.value(
        "SELECT id FROM drafts WHERE account = ? AND message = ?",
        (account, ids.read(told["message_id"])),
    )
    if value is None:
        raise invalid("that message is no draft")
    draft: str = value
    return draft


def _edit_draft(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    """Gmail writes an edited draft anew; the product's own X- headers do not survive that."""
    draft = _draft(world, account, told)
    old = mailbox.raw(world, drafts.message_of(world, account, draft).id)
    if "raw" in told:
        raw = headers.decode_base64(told["raw"].encode())
    else:
        fields, _ = headers.split(old)
        message = _message(
            account,
            to=told.get("to", headers.decode(headers.first(fields, "To"))),
            cc=headers.decode(headers.first(fields, "Cc")),
            subject=told.get("subject", headers.decode(headers.first(fields, "Subject"))),
            body=told.get("text", text.body_text(mime.parse(old))),
            message_id=headers.decode(headers.first(fields, "Message-ID")),
        )
        for name in (
            "In-Reply-To",
            "References",
            *(["X-Outbox-Id"] if told.get("keep_headers") else []),
        ):
            value = headers.decode(headers.first(fields, name))
            if value:
                message[name] = value
        raw = message.as_bytes()
    row = drafts.replace(world, account, draft, raw, None)
    return {"draft_id": draft, **shown(row)}


def _create_draft(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    """In the conversation of the mail `message_id`, where one is told; `raw` is the whole mail."""
    thread = None
    if told.get("message_id"):
        thread = mailbox.find(world, account, ids.read(told["message_id"])).thread
    if "raw" in told:
        raw = headers.decode_base64(told["raw"].encode())
    else:
        raw = _message(
            account,
            to=told.get("to", ""),
            cc=told.get("cc", ""),
            subject=told.get("subject", ""),
            body=told.get("text", ""),
        ).as_bytes()
    draft, row = drafts.file(world, account, raw, thread)
    return {"draft_id": draft, **shown(row)}


def _send_draft(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    draft = _draft(world, account, told)
    return shown(drafts.dispatch(world, account, draft, via="person"))


def _delete_draft(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    draft = _draft(world, account, told)
    mailbox.delete(world, drafts.message_of(world, account, draft))
    return {"draft_id": draft}


def _reply(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    row = mailbox.find(world, account, ids.read(told["message_id"]))
    fields, _ = headers.split(mailbox.raw(world, row.id))
    to = headers.decode(headers.first(fields, "Reply-To") or headers.first(fields, "From"))
    subject = headers.decode(headers.first(fields, "Subject"))
    message = _message(
        account,
        to=told.get("to", to),
        cc=headers.decode(headers.first(fields, "Cc")) if told.get("reply_all") else "",
        subject=subject if subject.lower().startswith("re:") else f"Re: {subject}",
        body=told.get("text", "承知いたしました。"),
    )
    if row.message_id:
        references = headers.decode(headers.first(fields, "References")).split()
        message["In-Reply-To"] = f"<{row.message_id}>"
        message["References"] = " ".join([*references, f"<{row.message_id}>"])
    sent = sending.send(world, account, message.as_bytes(), via="person", force_thread=row.thread)
    return shown(sent)


def _compose(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    message = _message(
        account,
        to=told["to"],
        cc=told.get("cc", ""),
        subject=told.get("subject", ""),
        body=told.get("text", ""),
    )
    return shown(sending.send(world, account, message.as_bytes(), via="person"))


def _message(
    account: str, *, to: str, subject: str, body: str, cc: str = "", message_id: str = ""
) -> EmailMessage:
    message = EmailMessage(policy=SMTP.clone(utf8=False))
    message["From"] = account
    for name, value in (("To", to), ("Cc", cc)):
        people = headers.addresses(value)
        if people:
            message[name] = ", ".join(sending.mailbox_text(p.name, p.address) for p in people)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate()
    if message_id:
        message["Message-ID"] = message_id
    message.set_content(body, charset="utf-8", cte="base64")
    return message


def _modify(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    add = [labels.id_of(world, account, name) for name in told.get("add", [])]
    remove = [labels.id_of(world, account, name) for name in told.get("remove", [])]
    rows = _rows(world, account, told)
    journal = Journal(world, account)
    return {
        "messages": [
            shown(mailbox.set_labels(world, row, add=add, remove=remove, journal=journal))
            for row in rows
        ]
    }


def _preset(add: list[str], remove: list[str]) -> Action:
    return lambda world, account, told: _modify(
        world, account, {**told, "add": add, "remove": remove}
    )


def _delete(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    rows = _rows(world, account, told)
    journal = Journal(world, account)
    for row in rows:
        mailbox.delete(world, row, journal=journal)
    return {"ids": [ids.show(row.id) for row in rows]}


def _bounce(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    """A delivery report comes back for a sent mail."""
    row = mailbox.find(world, account, ids.read(told["message_id"]))
    raw = mailbox.raw(world, row.id)
    fields, _ = headers.split(raw)
    recipient = told.get("recipient") or sending.envelope(fields)[0]
    report = bouncing.report(world, account, raw, recipient)
    return shown(mailbox.insert(world, account, report, labels=sending.DELIVERED))


def _create_label(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    label = labels.create_label(
        world,
        account,
        told["name"],
        background=told.get("background", ""),
        text_color=told.get("text_color", ""),
    )
    return {"label_id": label}


def _rename_label(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    label = labels.id_of(world, account, told["label"])
    labels.change(world, account, label, told)
    return {"label_id": label}


def _delete_label(world: World, account: str, told: dict[str, Any]) -> dict[str, Any]:
    label = labels.id_of(world, account, told["label"])
    labels.remove(world, account, label)
    return {"label_id": label}


ACTIONS: dict[str, Action] = {
    "edit_draft": _edit_draft,
    "create_draft": _create_draft,
    "send_draft": _send_draft,
    "delete_draft": _delete_draft,
    "reply": _reply,
    "compose": _compose,
    "modify": _modify,
    "mark_read": _preset([], ["UNREAD"]),
    "mark_unread": _preset(["UNREAD"], []),
    "star": _preset(["STARRED"], []),
    "unstar": _preset([], ["STARRED"]),
    "archive": _preset([], ["INBOX"]),
    "trash": _preset(["TRASH"], []),
    "untrash": _preset(["INBOX"], ["TRASH"]),
    "spam": _preset(["SPAM"], ["INBOX"]),
    "unspam": _preset(["INBOX"], ["SPAM"]),
    "delete": _delete,
    "bounce": _bounce,
    "create_label": _create_label,
    "edit_label": _rename_label,
    "delete_label": _delete_label,
}


def known_account(world: World, told: dict[str, Any]) -> str:
    account: str = str(told.get("account", "")).lower()
    if not accounts.exists(world, account):
        raise invalid(f"no such account: {account}")
    return account
