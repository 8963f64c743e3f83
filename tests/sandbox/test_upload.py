"""Media upload in its three ways, by Google's library."""

from __future__ import annotations

import io

import pytest
import requests
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseUpload

from tests.sandbox.google import ME, connected, mail, raw, unraw
from tests.sandbox_server import Sandbox


def media(data: bytes, **more: object) -> MediaIoBaseUpload:
    return MediaIoBaseUpload(io.BytesIO(data), mimetype="message/rfc822", **more)


def test_media_alone_and_with_its_resource(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    source = mail("plain", "no file")  # the library takes 7-bit mail only
    plain = me.messages().insert(userId="me", media_body=media(source)).execute()
    both = (
        me.messages()
        .insert(userId="me", body={"labelIds": ["INBOX"]}, media_body=media(source))
        .execute()
    )
    assert "labelIds" not in plain
    assert both["labelIds"] == ["INBOX"]
    for made in (plain, both):
        told = me.messages().get(userId="me", id=made["id"], format="raw").execute()
        assert unraw(told["raw"]) == source


def test_resumable_in_chunks(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    thread = sandbox.admin.deliver(ME, mail("件", message_id="a@x"))["threadId"]
    source = mail("Re: 件", "長い" * 300_000, sender=ME, to="a@x.jp", reply_to="a@x")
    upload = media(source, chunksize=256 * 1024, resumable=True)
    call = me.drafts().create(
        userId="me", body={"message": {"threadId": thread}}, media_body=upload
    )
    done = None
    steps = 0
    while done is None:
        _, done = call.next_chunk()
        steps += 1
    assert steps > 3
    assert done["message"]["threadId"] == thread
    me.drafts().send(userId="me", body={"id": done["id"]}).execute()
    [entry] = sandbox.admin.ledger()
    assert unraw(entry["raw"]).endswith(source.replace(b"\n", b"\r\n")[-1000:])


def test_drafts_update_and_send_by_upload(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    source = mail(sender=ME, to="a@x.jp")
    draft = me.drafts().create(userId="me", body={"message": {"raw": raw(source)}}).execute()
    new = mail("新", sender=ME, to="b@x.jp")
    me.drafts().update(userId="me", id=draft["id"], media_body=media(new)).execute()
    me.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    me.messages().send(userId="me", media_body=media(source)).execute()
    assert [e["recipients"] for e in sandbox.admin.ledger()] == [["b@x.jp"], ["a@x.jp"]]


def test_too_large(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    with pytest.raises(HttpError) as error:
        me.messages().insert(userId="me", media_body=media(b"x" * 36_700_161)).execute()
    assert error.value.resp.status == 413


def test_methods_without_upload_and_lost_sessions(sandbox: Sandbox) -> None:
    connected(sandbox)
    headers = {"Authorization": f"Bearer {sandbox.admin.connect(ME)['access_token']}"}
    root = f"{sandbox.api_root}upload/gmail/v1/users/me"
    refused = requests.post(f"{root}/labels?uploadType=media", headers=headers, timeout=10)
    assert refused.status_code == 404
    lost = requests.put(
        f"{root}/messages?uploadType=resumable&upload_id=lost", headers=headers, timeout=10
    )
    assert lost.status_code == 404
