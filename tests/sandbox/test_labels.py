"""users.labels: names, colours, counts, and Gmail's refusals."""

from __future__ import annotations

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.google import ME, connected, mail, refusal
from tests.sandbox_server import Sandbox

RED = {"backgroundColor": "#fb4c2f", "textColor": "#ffffff"}


def make(me: Any, name: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = me.labels().create(userId="me", body={"name": name, **more}).execute()
    return found


def test_create_get_list(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    made = make(me, "対応/急ぎ", color=RED, labelListVisibility="labelShowIfUnread")
    assert made == {
        "id": "Label_1",
        "name": "対応/急ぎ",
        "type": "user",
        "messageListVisibility": "show",
        "labelListVisibility": "labelShowIfUnread",
        "color": RED,
    }
    for n in range(2):
        names = ["INBOX", "対応/急ぎ"] + (["UNREAD"] if n else [])
        sandbox.admin.deliver(ME, mail(f"m{n}"), labels=names)
    told = me.labels().get(userId="me", id="Label_1").execute()
    counts = ("messagesTotal", "messagesUnread", "threadsTotal", "threadsUnread")
    assert [told[name] for name in counts] == [2, 1, 2, 1]
    assert told["color"] == RED
    listed = {label["id"]: label for label in me.labels().list(userId="me").execute()["labels"]}
    # Neither colour nor counts in the list.
    assert set(listed["Label_1"]) == {
        "id", "name", "type", "messageListVisibility", "labelListVisibility",
    }  # fmt: skip
    assert listed["INBOX"] == {"id": "INBOX", "name": "INBOX", "type": "system"}
    assert {"SENT", "DRAFT", "TRASH", "SPAM", "STARRED", "UNREAD", "IMPORTANT"} <= set(listed)
    assert me.labels().get(userId="me", id="INBOX").execute()["messagesTotal"] == 2


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("", 400, "invalidArgument"),
        ("  ", 400, "invalidArgument"),
        ("Inbox", 400, "invalidArgument"),
        ("Muted", 400, "invalidArgument"),
        ("category_social", 400, "invalidArgument"),
        ("/a", 400, "invalidArgument"),
        ("a//b", 400, "invalidArgument"),
        ("a/", 400, "invalidArgument"),
        ("x" * 226, 400, "invalidArgument"),
        ("既存", 409, "aborted"),
        ("ORDERS", 409, "aborted"),
    ],
)
def test_refused_names(sandbox: Sandbox, name: str, status: int, reason: str) -> None:
    me = connected(sandbox)
    make(me, "既存")
    other = make(me, "orders")["id"]
    with pytest.raises(HttpError) as error:
        make(me, name)
    assert refusal(error.value) == (status, reason)
    if name != "ORDERS":
        with pytest.raises(HttpError) as error:
            me.labels().patch(userId="me", id=other, body={"name": name}).execute()
        assert refusal(error.value) == (status, reason)


@pytest.mark.parametrize(
    "color",
    [
        {"backgroundColor": "#fb4c2f"},
        {"textColor": "#ffffff"},
        {"backgroundColor": "#123456", "textColor": "#ffffff"},
        {"backgroundColor": "red", "textColor": "#ffffff"},
    ],
)
def test_refused_colours(sandbox: Sandbox, color: dict[str, str]) -> None:
    me = connected(sandbox)
    with pytest.raises(HttpError) as error:
        make(me, "色", color=color)
    assert refusal(error.value) == (400, "invalidArgument")


def test_patch_changes_what_is_named_and_update_the_whole(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    label = make(me, "前", color=RED, messageListVisibility="hide")["id"]
    patched = me.labels().patch(userId="me", id=label, body={"name": "後"}).execute()
    assert (patched["name"], patched["color"]) == ("後", RED)
    assert patched["messageListVisibility"] == "hide"
    same = me.labels().patch(userId="me", id=label, body={"name": "後"}).execute()
    assert same == patched
    updated = me.labels().update(userId="me", id=label, body={"id": label, "name": "新"}).execute()
    assert "color" not in updated
    assert updated["messageListVisibility"] == "show"


@pytest.mark.parametrize("label", ["INBOX", "SPAM"])
def test_system_labels_stay(sandbox: Sandbox, label: str) -> None:
    me = connected(sandbox)
    for call in (
        me.labels().patch(userId="me", id=label, body={"name": "x"}),
        me.labels().delete(userId="me", id=label),
    ):
        with pytest.raises(HttpError) as error:
            call.execute()
        assert refusal(error.value) == (400, "invalidArgument")


def test_deleting_takes_it_off_silently(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    label = make(me, "一時")["id"]
    message = sandbox.admin.deliver(ME, mail(), labels=["INBOX", "一時"])["id"]
    before = me.getProfile(userId="me").execute()["historyId"]
    me.labels().delete(userId="me", id=label).execute()
    assert me.messages().get(userId="me", id=message).execute()["labelIds"] == ["INBOX"]
    history = me.history().list(userId="me", startHistoryId=before).execute()
    assert history == {"historyId": before}
    with pytest.raises(HttpError) as error:
        me.labels().get(userId="me", id=label).execute()
    assert refusal(error.value) == (404, "notFound")
