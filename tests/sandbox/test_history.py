"""users.history: what it tells, how untidily, and what it never tells."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.google import ME, connected, mail, raw, refusal
from tests.sandbox_server import Sandbox

TIDY = {"repeat": 0, "reorder": 0, "empty_page": 0, "bare": 0, "drop": 0}


def now(me: Any) -> str:
    found: str = me.getProfile(userId="me").execute()["historyId"]
    return found


def walk(me: Any, start: str, **more: Any) -> list[dict[str, Any]]:
    """Every page as it came."""
    pages = []
    token = None
    while True:
        page = (
            me.history().list(userId="me", startHistoryId=start, pageToken=token, **more).execute()
        )
        pages.append(page)
        token = page.get("nextPageToken")
        if token is None:
            return pages


def records(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record for page in pages for record in page.get("history", [])]


def test_what_each_change_tells(sandbox: Sandbox) -> None:
    sandbox.admin.faults(history=TIDY)
    me = connected(sandbox)
    start = now(me)
    assert walk(me, start) == [{"historyId": start}]
    message = sandbox.admin.deliver(ME, mail(), labels=["INBOX", "UNREAD"])["id"]
    me.messages().modify(
        userId="me", id=message, body={"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]}
    ).execute()
    me.messages().trash(userId="me", id=message).execute()
    me.messages().delete(userId="me", id=message).execute()
    added, starred, binned, deleted = records(walk(me, start))
    short = {"id": message, "threadId": message}
    assert added["messages"] == [short]
    assert added["messagesAdded"] == [{"message": {**short, "labelIds": ["INBOX", "UNREAD"]}}]
    assert starred["labelsAdded"][0]["labelIds"] == ["STARRED"]
    assert starred["labelsAdded"][0]["message"]["labelIds"] == ["INBOX", "STARRED"]
    assert starred["labelsRemoved"][0]["labelIds"] == ["UNREAD"]
    assert binned["labelsAdded"][0]["labelIds"] == ["TRASH"]
    assert binned["labelsRemoved"][0]["labelIds"] == ["INBOX"]
    assert deleted["messagesDeleted"][0]["message"]["id"] == message
    ids = [int(r["id"]) for r in (added, starred, binned, deleted)]
    assert ids == sorted(ids)
    assert int(now(me)) == ids[-1]


def test_nothing_changed_tells_nothing(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    message = sandbox.admin.deliver(ME, mail(), labels=["INBOX"])["id"]
    start = now(me)
    body = {"addLabelIds": ["INBOX"], "removeLabelIds": ["STARRED"]}
    me.messages().modify(userId="me", id=message, body=body).execute()
    assert now(me) == start


def test_label_edits_are_never_told(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    start = now(me)
    label = me.labels().create(userId="me", body={"name": "a"}).execute()["id"]
    me.labels().patch(userId="me", id=label, body={"name": "b"}).execute()
    sandbox.admin.act(ME, "delete_label", label="b")
    assert now(me) == start


def test_a_draft_update_is_one_in_one_out(sandbox: Sandbox) -> None:
    sandbox.admin.faults(history=TIDY)
    me = connected(sandbox)
    body = {"message": {"raw": raw(mail(sender=ME))}}
    draft = me.drafts().create(userId="me", body=body).execute()
    start = now(me)
    updated = me.drafts().update(userId="me", id=draft["id"], body=body).execute()
    [record] = records(walk(me, start))
    assert record["messagesAdded"][0]["message"]["id"] == updated["message"]["id"]
    assert record["messagesDeleted"][0]["message"]["id"] == draft["message"]["id"]


def test_types_and_label(sandbox: Sandbox) -> None:
    sandbox.admin.faults(history=TIDY)
    me = connected(sandbox)
    start = now(me)
    one = sandbox.admin.deliver(ME, mail(), labels=["INBOX"])["id"]
    sandbox.admin.deliver(ME, mail("x"), labels=["SPAM"])
    me.messages().modify(userId="me", id=one, body={"addLabelIds": ["STARRED"]}).execute()
    only = records(walk(me, start, historyTypes=["messageAdded"]))
    assert [set(r) for r in only] == [{"id", "messages", "messagesAdded"}] * 2
    starred = records(walk(me, start, labelId="STARRED"))
    assert len(starred) == 1


@pytest.mark.parametrize("rate", [0.3, 1.0])
def test_untidy_but_complete(sandbox: Sandbox, rate: float) -> None:
    """Repeats, swaps, empty pages and gaps; whoever reads all touched ids misses nothing."""
    untidy = {"repeat": rate, "reorder": rate, "empty_page": rate, "bare": rate}
    sandbox.admin.faults(history=untidy, seed=3)
    me = connected(sandbox)
    start = now(me)
    made = [sandbox.admin.deliver(ME, mail(f"m{n}"))["id"] for n in range(40)]
    pages = walk(me, start, maxResults=7)
    told = records(pages)
    touched = {m["id"] for r in told for m in r["messages"]}
    assert touched == set(made)
    ids = [int(r["id"]) for r in told]
    assert len(ids) > len(set(ids))  # repeated
    assert ids != sorted(ids)  # out of order
    ordered = sorted(set(ids))
    assert any(b - a > 1 for a, b in pairwise(ordered))  # gaps
    if rate == 1.0:  # at a lower one, the few pages of this walk may all be full
        assert any("history" not in page and "nextPageToken" in page for page in pages)
    assert any("messagesAdded" not in r for r in told)
    assert walk(me, start, maxResults=7) == pages  # the same twice


def test_dropped_records(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    start = now(me)
    for n in range(20):
        sandbox.admin.deliver(ME, mail(f"m{n}"))
    sandbox.admin.faults(history={**TIDY, "drop": 0.5})
    assert 0 < len(records(walk(me, start))) < 20


def test_an_expired_start(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    start = now(me)
    sandbox.admin.deliver(ME, mail())
    sandbox.admin.expire_history(ME)
    fresh = now(me)
    for refused in (start, str(int(fresh) - 1), str(int(fresh) + 1), "1"):
        with pytest.raises(HttpError) as error:
            walk(me, refused)
        assert refusal(error.value) == (404, "notFound")
    assert walk(me, fresh) == [{"historyId": fresh}]
    for wrong in ("", "abc"):
        with pytest.raises(HttpError) as error:
            walk(me, wrong)
        assert error.value.resp.status == 400
