"""The frame's document and its policy."""

import base64
import hashlib
import re

import pytest

from callcenter.richtext import (
    FRAME_POLICY,
    FRAME_POLICY_REMOTE,
    FRAME_SANDBOX,
    frame_document,
    frame_policy,
    sanitize,
)

pytestmark = pytest.mark.spec("M11a")


def directives(policy: str) -> dict[str, str]:
    parts = (part.partition(" ") for part in policy.split("; "))
    return {name: value for name, _, value in parts}


def test_the_policy_lets_nothing_in_but_embedded_images() -> None:
    found = directives(FRAME_POLICY)

    assert found["default-src"] == "'none'"
    assert found["img-src"] == "data:"
    assert found["form-action"] == found["base-uri"] == "'none'"
    assert found["style-src-elem"] == "'none'"
    assert found["sandbox"] == FRAME_SANDBOX
    assert not {"script-src", "connect-src", "frame-src", "font-src", "media-src"} & set(found)


def test_images_on_request_open_images_only() -> None:
    closed, opened = directives(FRAME_POLICY), directives(FRAME_POLICY_REMOTE)

    assert opened["img-src"] == "data: https: http:"
    assert {**opened, "img-src": ""} == {**closed, "img-src": ""}


def test_the_sandbox_lets_links_open_and_nothing_else() -> None:
    assert FRAME_SANDBOX.split() == ["allow-popups", "allow-popups-to-escape-sandbox"]


def test_own_images_are_named_in_full() -> None:
    policy = frame_policy(own_images="https://mail.shop.example/inline/")

    assert directives(policy)["img-src"] == "data: https://mail.shop.example/inline/"


@pytest.mark.parametrize("source", ["*", "'self'", "https:", "https://a.example/; script-src *"])
def test_own_images_cannot_widen_the_policy(source: str) -> None:
    with pytest.raises(ValueError, match="address prefix"):
        frame_policy(own_images=source)


def test_only_our_style_sheet_applies() -> None:
    safe = sanitize("<style>p.a{color:red}</style><p class=a>x</p>")
    frame = frame_document(safe, lang="en")
    sheets = re.findall(r"<style>(.*?)</style>", frame.html, re.DOTALL)

    assert len(sheets) == 1
    assert ".mail p.x_a{color:red}" in sheets[0]
    digest = base64.b64encode(hashlib.sha256(sheets[0].encode()).digest()).decode()
    assert directives(frame.policy)["style-src-elem"] == f"'sha256-{digest}'"


def test_the_document_carries_its_policy_twice() -> None:
    frame = frame_document(sanitize("<p>x</p>"), lang="en", title="<b>")

    assert frame.html.startswith('<!doctype html><html lang="en">')
    assert "<title>&lt;b&gt;</title>" in frame.html
    assert frame.headers["Content-Security-Policy"] == frame.policy
    inline = re.search(r'Content-Security-Policy" content="([^"]*)"', frame.html)
    assert inline is not None
    assert inline.group(1) in frame.policy
    assert "sandbox" not in inline.group(1)


def test_an_odd_language_is_not_written() -> None:
    assert '<html lang="ja">' in frame_document(sanitize(""), lang='"><script>').html
