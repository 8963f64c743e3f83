"""認証設定 leads somebody who has never done it through the Google side."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from tests.mail import cast

pytestmark = pytest.mark.django_db


def seen(language: str) -> str:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(cast.person("admin", role="admin", language=language))
    page = client.get(reverse("mailboxes:settings"))
    assert page.status_code == 200
    return str(page.content.decode())


def words(html: str) -> str:
    return " ".join(strip_tags(html).split())


@pytest.mark.spec("S1")
@pytest.mark.parametrize(
    ("language", "steps"),
    [
        ("ja", ["プロジェクトを作成", "Gmail API を有効", "同意画面を設定", "クライアント ID"]),
        ("en", ["Create a project", "Enable the Gmail API", "consent screen", "OAuth client ID"]),
    ],
)
def test_the_steps_at_google_stand_in_their_order(language: str, steps: list[str]) -> None:
    page = seen(language)
    [listed] = re.findall(r'<ol class="steps">(.*?)</ol>', page, re.S)
    # The consent screen's own list of what to enter stands within its step.
    found = [each for each in re.split(r'<li class="step-|<li class="">', listed) if each.strip()]
    assert len(found) == len(steps)
    for words_of_step, step in zip(steps, found, strict=True):
        assert words_of_step in words(step)
        [(address, rest)] = re.findall(
            r'<a href="https://console\.cloud\.google\.com(/\S+)"(.*?)>', step
        )
        assert address
        assert 'rel="noopener noreferrer"' in rest


@pytest.mark.spec("S1")
def test_of_the_consent_screen_each_field_is_told() -> None:
    page = seen("en")
    [details] = re.findall(r"<details>(.*?)</details>", page, re.S)
    told = words(details)
    assert "App name and support mail address" in told
    assert "Internal (Google Workspace), or External. External in test mode ends" in told
    assert "https://mail.google.com/" in told
    assert 'data-copy="https://mail.google.com/"' in details
    assert "Authorised domain: the domain of this installation, http://127.0.0.1:8000" in told
    assert "no renewal every 7 days, no review by Google" in words(page)


@pytest.mark.spec("S1")
def test_the_redirect_uri_is_this_installations_own_with_a_button_to_copy_it(settings: Any) -> None:
    settings.PUBLIC_URL = "https://mail.callcenter.example"
    page = seen("ja")
    [field] = re.findall(r'<input[^>]*id="redirect-uri"[^>]*>', page)
    assert 'value="https://mail.callcenter.example/auth/gmail/callback"' in field
    assert "readonly" in field
    assert re.search(r'<button[^>]*data-copy-from="#redirect-uri"', page)
    assert "ウェブ アプリケーション" in words(page)
