from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.gmail.types import (
    decode_base64url,
    encode_base64url,
    header_values,
    raw_bytes,
    touched_ids,
    touched_messages,
)


def test_all_that_history_names_is_touched() -> None:
    records: list[dict[str, Any]] = [
        {"id": "1", "messages": [{"id": "a", "threadId": "t"}]},
        {"id": "2", "messagesAdded": [{"message": {"id": "b", "threadId": "u"}}]},
        {"id": "3", "messagesDeleted": [{"message": {"id": "c"}}]},
        {"id": "4", "labelsAdded": [{"message": {"id": "d", "threadId": "w"}, "labelIds": ["X"]}]},
        {"id": "5", "labelsRemoved": [{"message": {"id": "e", "threadId": "x"}}, {}]},
        {"id": "6", "messages": [{"id": "a"}]},
        {"id": "7"},
    ]
    assert touched_messages(records) == {"a": "t", "b": "u", "c": "", "d": "w", "e": "x"}
    assert touched_ids(records) == {"a", "b", "c", "d", "e"}
    assert touched_ids([]) == set()


def test_header_names_ignore_case_and_repeat() -> None:
    message = {
        "payload": {
            "headers": [
                {"name": "X-Outbox-ID", "value": "7"},
                {"name": "Received", "value": "a"},
                {"name": "received", "value": "b"},
            ]
        }
    }
    assert header_values(message, "x-outbox-id") == ["7"]
    assert header_values(message, "Received") == ["a", "b"]
    assert header_values({}, "Received") == []


@given(st.binary(max_size=200))
def test_base64url_with_and_without_padding(data: bytes) -> None:
    text = encode_base64url(data)
    assert decode_base64url(text) == data
    assert raw_bytes({"raw": text.rstrip("=")}) == data
    assert base64.urlsafe_b64decode(text) == data


@pytest.mark.parametrize("text", ["a", "ab*c", "あ", "ab cd"])
def test_what_is_not_base64url_is_told(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (any of base64's)
        decode_base64url(text)
