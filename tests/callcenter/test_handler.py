"""The web process's handler: pages on threads that stay, streams in the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core import signals
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path, reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from callcenter import urls
from callcenter.handler import THREADS, UNASKED, PageHandler

Message = dict[str, Any]
ended = threading.Event()


@login_not_required
@csrf_exempt
def page(request: HttpRequest) -> HttpResponse:
    if request.GET.get("language"):
        translation.activate(request.GET["language"])
    words = request.POST.get("words", "") or request.GET.get("words", "")
    return HttpResponse(f"{threading.current_thread().name}|{translation.get_language()}|{words}")


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


async def _forever() -> AsyncIterator[str]:
    try:
        yield "begun\n"
        await asyncio.Event().wait()
    finally:
        ended.set()


@login_not_required
async def endless(request: HttpRequest) -> HttpResponseBase:
    await asyncio.sleep(0)
    return StreamingHttpResponse(_forever())


@login_not_required
def torn(request: HttpRequest) -> HttpResponseBase:
    async def pieces() -> AsyncIterator[str]:
        yield "half"
        raise RuntimeError("in the middle")

    return StreamingHttpResponse(pieces())


urlpatterns = [
    path("page/", page),
    path("broken/", broken),
    path("endless/", endless),
    path("torn/", torn),
    *urls.urlpatterns,  # what the pages for errors point to
]


@dataclass
class Visit:
    """One request; `leave_after` messages the browser is gone."""

    path: str
    query: str = ""
    body: bytes = b""
    leave_after: int = 0
    heard: list[Message] = field(default_factory=list)

    async def to(self, handler: PageHandler) -> Visit:
        form = b"application/x-www-form-urlencoded"
        scope = {
            "type": "http",
            "method": "POST" if self.body else "GET",
            "path": self.path,
            "query_string": self.query.encode(),
            "headers": [
                (b"host", b"127.0.0.1:8000"),
                *([(b"content-type", form)] if self.body else []),
                (b"content-length", str(len(self.body)).encode()),
            ],
        }
        asked = iter([{"type": "http.request", "body": self.body}])
        left = asyncio.Event()

        async def receive() -> Message:
            message = next(asked, None)
            if message is not None:
                return message
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            self.heard.append(message)
            if len(self.heard) == self.leave_after:
                left.set()

        await asyncio.wait_for(handler(scope, receive, send), timeout=30)
        return self

    @property
    def status(self) -> int:
        return int(self.heard[0]["status"])

    @property
    def content(self) -> str:
        return b"".join(each.get("body", b"") for each in self.heard).decode()


@pytest.fixture
def handler(settings: Any) -> PageHandler:
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    return PageHandler()


def run(visit: Callable[[], Any]) -> Any:
    return asyncio.run(visit())


def test_a_page_is_made_whole_on_one_of_a_few_threads(handler: PageHandler) -> None:
    over: list[str] = []

    def note(**_: Any) -> None:
        over.append(threading.current_thread().name)

    signals.request_finished.connect(note)
    try:

        async def visits() -> list[Visit]:
            some = [Visit("/page/", f"words={n}").to(handler) for n in range(THREADS * 3)]
            return await asyncio.gather(*some)

        found = run(visits)
    finally:
        signals.request_finished.disconnect(note)
    made_on = [each.content.partition("|")[0] for each in found]
    assert {each.status for each in found} == {200}
    assert [each.content.rpartition("|")[2] for each in found] == [
        str(n) for n in range(len(found))
    ]
    assert all(name.startswith("page_") for name in made_on)
    assert len(set(made_on)) <= THREADS
    assert sorted(over) == sorted(made_on)  # each ended where it was made: with its connections


def test_a_page_leaves_its_thread_as_it_found_it(handler: PageHandler) -> None:
    async def one_after_the_other() -> list[str]:
        queries = ["language=en"] * THREADS + [""] * THREADS
        return [(await Visit("/page/", query).to(handler)).content for query in queries]

    languages = [content.split("|")[1] for content in run(one_after_the_other)]
    assert languages == ["en"] * THREADS + ["ja"] * THREADS


def test_what_is_posted_arrives(handler: PageHandler) -> None:
    body = b"words=" + b"x" * 300_000
    visit = run(lambda: Visit("/page/", body=body).to(handler))
    assert visit.status == 200
    assert visit.content.endswith("x" * 300_000)


def test_a_view_that_fails_is_a_page_of_its_own(handler: PageHandler) -> None:
    assert run(lambda: Visit("/broken/").to(handler)).status == 500
    assert run(lambda: Visit("/page/").to(handler)).status == 200


def test_a_stream_ends_when_its_browser_leaves(handler: PageHandler) -> None:
    ended.clear()
    visit = run(lambda: Visit("/endless/", leave_after=2).to(handler))
    assert visit.status == 200
    assert visit.content == "begun\n"
    assert ended.wait(5)


def test_a_stream_that_breaks_is_not_taken_for_whole(handler: PageHandler) -> None:
    visit = Visit("/torn/")
    with pytest.raises(RuntimeError, match="in the middle"):
        run(lambda: visit.to(handler))
    assert visit.heard[-1].get("more_body")


def test_nothing_but_http_is_served(handler: PageHandler) -> None:
    async def knock() -> None:
        await handler({"type": "websocket"}, None, None)

    with pytest.raises(ValueError, match="websocket"):
        run(knock)


def test_what_pages_ask_by_themselves_takes_no_thread_from_what_people_ask(
    handler: PageHandler,
) -> None:
    assert {reverse(name) for name in ("mail:rows", "mail:nav", "mail:live_poll")} == UNASKED
    seen: dict[str, str] = {}

    def note(scope: Any, **_: Any) -> None:
        seen[scope["path"]] = threading.current_thread().name

    signals.request_started.connect(note)
    try:
        for asked in ("/page/", *UNASKED):
            run(partial(Visit(asked).to, handler))
    finally:
        signals.request_started.disconnect(note)
    assert seen.pop("/page/").startswith("page")
    assert set(seen) == UNASKED
    assert all(name.startswith("unasked") for name in seen.values())
