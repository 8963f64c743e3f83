"""Conversations: what belongs together, and what is put apart without a word."""

from __future__ import annotations

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.google import ME, connected, get, mail, raw, refusal
from tests.sandbox_server import Sandbox


def test_replies_join_by_reference_and_subject(sandbox: Sandbox) -> None:
    connected(sandbox)
    first = sandbox.admin.deliver(ME, mail("注文", message_id="a@x"))
    reply = sandbox.admin.deliver(ME, mail("RE: 注文", message_id="b@x", reply_to="a@x"))
    later = sandbox.admin.deliver(ME, mail("返信: 注文", reply_to="b@x"))
    other_subject = sandbox.admin.deliver(ME, mail("別の話", reply_to="a@x"))
    no_reference = sandbox.admin.deliver(ME, mail("Re: 注文"))
    assert first["threadId"] == first["id"]
    assert reply["threadId"] == later["threadId"] == first["id"]
    assert other_subject["threadId"] == other_subject["id"]
    assert no_reference["threadId"] == no_reference["id"]


@pytest.mark.parametrize(
    ("subject", "reply_to", "joins"),
    [
        ("Re: 注文", "a@x", True),
        ("別の話", "a@x", False),
        ("Re: 注文", "", False),
        ("Re: 注文", "unknown@x", False),
    ],
)
def test_a_wished_thread_needs_reference_and_subject(
    sandbox: Sandbox, subject: str, reply_to: str, joins: bool
) -> None:
    me = connected(sandbox)
    thread = sandbox.admin.deliver(ME, mail("注文", message_id="a@x"))["threadId"]
    source = mail(subject, sender=ME, to="taro@customer.example", reply_to=reply_to)
    body = {"raw": raw(source), "threadId": thread}
    sent = me.messages().send(userId="me", body=body).execute()
    assert (sent["threadId"] == thread) is joins


def test_an_unknown_thread_is_refused(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    for thread, expected in (("123456789abcdef0", 404), ("no thread", 400)):
        body = {"raw": raw(mail(sender=ME)), "threadId": thread}
        with pytest.raises(HttpError) as error:
            me.messages().send(userId="me", body=body).execute()
        assert error.value.resp.status == expected


def conversation(sandbox: Sandbox) -> tuple[str, list[str]]:
    made = []
    for n in range(3):
        reply_to = f"m{n - 1}@x" if n else ""
        source = mail("Re: 件" if n else "件", f"本文{n}", message_id=f"m{n}@x", reply_to=reply_to)
        when = 1_700_000_000_000 + n
        made.append(sandbox.admin.deliver(ME, source, internal_date=when)["id"])
    return made[0], made


def test_get_and_list(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    thread, messages = conversation(sandbox)
    single = sandbox.admin.deliver(ME, mail("別件"))["id"]
    found = me.threads().get(userId="me", id=thread).execute()
    assert [m["id"] for m in found["messages"]] == messages
    assert all(m["threadId"] == thread and m["payload"]["body"]["data"] for m in found["messages"])
    assert found["historyId"] == found["messages"][-1]["historyId"]
    listed = me.threads().list(userId="me").execute()
    assert [t["id"] for t in listed["threads"]] == [single, thread]
    assert listed["threads"][1]["snippet"] == "本文2"
    page = me.threads().list(userId="me", maxResults=1).execute()
    rest = me.threads().list(userId="me", pageToken=page["nextPageToken"]).execute()
    assert [t["id"] for t in rest["threads"]] == [thread]
    short = me.threads().get(userId="me", id=thread, format="minimal").execute()
    assert "payload" not in short["messages"][0]
    with pytest.raises(HttpError) as error:
        me.threads().get(userId="me", id="123456789abcdef0").execute()
    assert refusal(error.value) == (404, "notFound")


def test_threads_have_no_raw_format(sandbox: Sandbox) -> None:
    connected(sandbox)
    thread, _ = conversation(sandbox)
    answer = get(sandbox, f"threads/{thread}?format=raw")
    assert answer.status_code == 400
    assert "'format'" in answer.json()["error"]["message"]


def test_changes_reach_every_message(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    thread, messages = conversation(sandbox)

    def labels() -> list[list[str]]:
        return [m["labelIds"] for m in sandbox.admin.state(ME)["messages"]]

    body = {"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD", "CATEGORY_PERSONAL"]}
    changed: dict[str, Any] = me.threads().modify(userId="me", id=thread, body=body).execute()
    assert [m["id"] for m in changed["messages"]] == messages
    assert labels() == [["INBOX", "STARRED"]] * 3
    me.threads().trash(userId="me", id=thread).execute()
    assert labels() == [["STARRED", "TRASH"]] * 3
    me.threads().untrash(userId="me", id=thread).execute()
    assert labels() == [["STARRED"]] * 3
    me.threads().delete(userId="me", id=thread).execute()
    assert labels() == []
