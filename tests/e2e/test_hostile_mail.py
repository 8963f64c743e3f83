"""Hostile HTML on the real page: every vector as a mail, opened as an agent does, and printed."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.callcenter.richtext.vectors import Vector, all_vectors
from tests.e2e.conftest import Stage
from tests.e2e.letters import CUSTOMER
from tests.e2e.watch import Watch, provoke, watched
from tests.waiting import until

REMOTE = Vector("remote", "<img src=http://leak.example/a.png>")
PER_MAIL = 12
# Ends whatever a vector left open, so that none swallows the one after it; that every mark of a
# mail is shown proves it. One by one they are tried in tests/callcenter/richtext.
_END = "\"'>-->]]>" + "".join(
    f"</{name}>"
    for name in (
        *("script", "style", "title", "textarea", "noscript", "noembed", "noframes", "xmp"),
        *("iframe", "template", "option", "select", "svg", "math", "table", "button", "form"),
        *("object", "a"),
    )
)


def mails() -> dict[str, list[Vector]]:
    """Subjects with the vectors that stand in the mail; the newest last."""
    vectors = [vector for vector in all_vectors() if vector.html != REMOTE.html]
    several = {
        f"vectors {first} to {first + len(some) - 1}": some
        for first in range(0, len(vectors), PER_MAIL)
        if (some := vectors[first : first + PER_MAIL])
    }
    return several | {REMOTE.name: [REMOTE]}


def as_mail(to: str, subject: str, vectors: list[Vector]) -> bytes:
    """A mail whose HTML is these vectors, byte for byte, each with its mark behind it."""
    html = "".join(f"{vector.html}{_END}<p>[{number}]</p>" for number, vector in enumerate(vectors))
    body = base64.encodebytes(html.encode("utf-8", "surrogatepass")).decode("ascii")
    head = (
        f"From: <{CUSTOMER}>\nTo: <{to}>\nSubject: {subject}\n"
        f"Message-ID: <{subject.replace(' ', '-')}@customer.example>\nMIME-Version: 1.0\n"
        "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    )
    return (head + body).replace("\n", "\r\n").encode("ascii")


@pytest.mark.spec("M11a")
def test_every_vector_is_inert_on_the_mails_page_and_on_paper(stage: Stage, tmp_path: Path) -> None:
    every = mails()
    assert sum(len(vectors) for vectors in every.values()) > 200
    address = stage.account()
    for subject, vectors in every.items():
        stage.sandbox.admin.deliver(address, as_mail(address, subject, vectors))
    person = stage.person("田中 健一")
    stage.connect(address, person, open_days=1)
    until(
        lambda: stage.settled(address) and stage.mirrors_all(address),
        timeout=90,
        what=f"{len(every)} mails are mirrored",
    )
    with watched(stage, person, "田中 健一", tmp_path) as watch:
        provoke(watch)
        desk, page = watch.desk, watch.desk.page
        desk.go("/mail/")
        newest = page.locator("#rows").get_by_role("row").first
        newest.locator(".sub").get_by_role("link").click()
        expect(page.locator("iframe.mail-frame")).to_be_attached()
        seen = through_all(watch, every)
        assert seen == set(every)
        watch.expect_quiet()

        # Before consent the picture is not fetched; after it, the trap gets the request.
        watch.show("after consent")
        desk.go("/mail/")
        desk.open_mail(REMOTE.name)
        expect(page.get_by_text("外部画像 1 件を非表示にしています")).to_be_visible()
        watch.expect_quiet()
        page.get_by_role("link", name="表示する", exact=True).click()
        until(lambda: watch.trap.requests, what="the picture was asked for")
        assert watch.trap.requests == ["GET leak.example/a.png"]
        assert not watch.fired
    assert watch.looked_up() <= {"leak.example", "control.leak.example"}


def through_all(watch: Watch, every: dict[str, list[Vector]]) -> set[str]:
    """From the newest mail to the oldest by 「古いメール」, each printed too; their subjects."""
    page = watch.desk.page
    paper = watch.desk.new_tab()
    subject = page.get_by_role("heading", level=1)
    older = page.get_by_role("link", name="古いメール", exact=True)
    seen: set[str] = set()
    while True:
        name = subject.inner_text()
        marks = [f"[{number}]" for number in range(len(every[name]))]
        watch.show(f"{name}: {[vector.name for vector in every[name]]}")
        expect(page.frame_locator("iframe.mail-frame").get_by_text(marks[-1])).to_be_attached()
        frame = page.locator("iframe.mail-frame").element_handle().content_frame()
        assert frame is not None
        frame.wait_for_load_state("load")
        assert "/body/" in frame.url, f"{watch.at} went to {frame.url}"
        assert not frame.child_frames, watch.at
        shown = frame.locator("body").text_content() or ""
        assert [mark for mark in marks if mark not in shown] == [], watch.at
        path = page.url.partition("?")[0]
        paper.goto(f"{path}print/")
        expect(paper.get_by_text(marks[-1])).to_be_attached()
        assert paper.url == f"{path}print/", watch.at
        seen.add(name)
        if not older.count():
            break
        older.click()
        expect(subject).not_to_have_text(name)
    paper.close()
    return seen
