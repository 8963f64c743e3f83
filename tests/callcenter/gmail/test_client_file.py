from __future__ import annotations

import json
from typing import Any

import pytest

from callcenter.gmail.auth import OAuthClient
from callcenter.gmail.client_file import LARGEST, ClientFileError, parse_client_file

WEB = {
    "client_id": "123-abc.apps.googleusercontent.com",
    "project_id": "shop-mail",
    "auth_uri": "https://accounts.google.com/o/oauth2/auth",
    "token_uri": "https://oauth2.googleapis.com/token",
    "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
    "client_secret": "GOCSPX-x",
    "redirect_uris": ["https://mail.shop.example/auth/gmail/callback"],
}


def dumped(document: Any) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.spec("S2")
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n "])
def test_googles_file(before: bytes) -> None:
    assert parse_client_file(before + dumped({"web": WEB})) == OAuthClient(
        "123-abc.apps.googleusercontent.com",
        "GOCSPX-x",
        ("https://mail.shop.example/auth/gmail/callback",),
    )


@pytest.mark.parametrize("uris", [None, "https://x", [1, "https://y"]])
def test_odd_redirect_uris_do_no_harm(uris: Any) -> None:
    found = parse_client_file(dumped({"web": {**WEB, "redirect_uris": uris}})).redirect_uris
    assert found == (("https://y",) if isinstance(uris, list) else ())


@pytest.mark.spec("S2")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_json"),
        (b"\x89PNG\r\n\x1a\n\x00", "not_json"),
        (b"client_id=1", "not_json"),
        (b"[" * 50_000, "not_json"),
        (b" " * (LARGEST + 1), "too_large"),
        (dumped([]), "not_a_client"),
        (dumped({}), "not_a_client"),
        (dumped({"type": "authorized_user", "client_id": "x"}), "not_a_client"),
        (dumped({"installed": WEB}), "installed"),
        (dumped({"type": "service_account", "private_key": "x"}), "service_account"),
        (dumped({"web": "text"}), "incomplete"),
        (dumped({"web": {**WEB, "client_secret": ""}}), "incomplete"),
        (dumped({"web": {**WEB, "client_id": 5}}), "incomplete"),
    ],
)
def test_the_wrong_file_is_told_what_it_is(content: bytes, code: str) -> None:
    with pytest.raises(ClientFileError) as caught:
        parse_client_file(content)
    assert caught.value.code == code
