"""What must hold for any input whatever."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.richtext import (
    fold_quotes,
    html_to_text,
    lost_text,
    policy,
    sanitize,
    split_quote,
    text_to_html,
)
from tests.callcenter.richtext.vectors import SAMPLES_ABSENT, Vector, all_vectors, shared_vectors

pytestmark = pytest.mark.spec("M11a")

OURS = {
    "a": {"data-host", "rel", "target"},
    "img": {"referrerpolicy"},
}
NAMES = sorted(
    policy.TAGS
    | set(policy.RENAMED)
    | policy.UNSEEN
    | policy.words("svg math noscript textarea select input foo mtext foreignObject")
)
ATTRIBUTES = [
    'href="https://a.example/x y"',
    "href=//b.example",
    "href=javascript:alert(1)",
    'href="https://u@аb.example"',
    'style="color:red;background:url(https://t.example)"',
    "style='font-family:\"x\";width:calc(1px + 2px)'",
    "class='a gmail_quote'",
    "id=divRplyFwdMsg",
    "src=https://t.example/a",
    "src=cid:a",
    'title="<b>&quot;"',
    "colspan=99999",
    "onclick=alert(1)",
    "x='",
]
TEXTS = [
    "x",
    "a < b",
    "&lt;",
    "&amp;lt;",
    "\n",
    " ",
    "日本",
    "&nbsp;",
    "<!--c-->",
    "<",
    "</",
    "<!x>",
]
FRAGMENTS = st.one_of(
    st.builds(
        lambda name, attributes: f"<{' '.join([name, *attributes])}>",
        st.sampled_from(NAMES),
        st.lists(st.sampled_from(ATTRIBUTES), max_size=2),
    ),
    st.sampled_from(NAMES).map(lambda name: f"</{name}>"),
    st.sampled_from(TEXTS),
)
HTML = st.one_of(
    st.lists(FRAGMENTS, max_size=25).map("".join),
    st.lists(st.sampled_from([vector.html for vector in all_vectors()]), max_size=3).map("".join),
    st.text(alphabet=st.characters(), max_size=60),
    st.text(alphabet="<>/=\"'!-&;ab \t\n\x00", max_size=60),
)


class Auditor(HTMLParser):
    """Notes everything in the output that the policy does not know."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.complaints: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in policy.TAGS:
            self.complaints.append(f"<{tag}>")
        for name, value in attrs:
            if not policy.is_allowed(tag, name) and name not in OURS.get(tag, ()):
                self.complaints.append(f"<{tag} {name}>")
            if name == "style" and re.search(r"url|@|\\|expression|var\(|position", value or ""):
                self.complaints.append(f"<{tag} style={value!r}>")
            if name == "src" and not (value or "").startswith("data:image/"):
                self.complaints.append(f"<{tag} src={value!r}>")
            if name == "href" and not re.match(r"(https?://[^/@]+/|mailto:|tel:)", value or ""):
                self.complaints.append(f"<{tag} href={value!r}>")

    def handle_comment(self, data: str) -> None:
        self.complaints.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.complaints.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.complaints.append(f"<?{data}>")


def complaints(html: str) -> list[str]:
    auditor = Auditor()
    auditor.feed(html)
    auditor.close()
    return auditor.complaints


@given(HTML)
@settings(max_examples=300, deadline=None)
def test_only_the_policy_is_left(html: str) -> None:
    assert complaints(sanitize(html)) == []


@given(HTML)
@settings(max_examples=300, deadline=None)
def test_sanitising_twice_changes_nothing(html: str) -> None:
    once = sanitize(html)
    assert sanitize(once) == once


@given(HTML)
@settings(max_examples=200, deadline=None)
def test_no_visible_text_is_lost(html: str) -> None:
    assert lost_text(html, sanitize(html)) == ()


@given(HTML)
@settings(max_examples=100, deadline=None)
def test_folding_loses_no_text(html: str) -> None:
    safe = sanitize(html)
    folded = fold_quotes(safe, label="")
    assert html_to_text(folded).split() == html_to_text(safe).split()


@given(st.text(alphabet=st.characters(), max_size=200))
@settings(max_examples=200, deadline=None)
def test_plain_text_stays_text(text: str) -> None:
    html = text_to_html(text, fold_label="…")
    text_only = re.sub(r"</?(?:a|blockquote|br|details|div|summary)\b[^>]*>", "", html)
    assert "<" not in text_only
    fresh, quoted = split_quote(text)
    assert (fresh + quoted).split() == text.split()


@pytest.mark.parametrize("vector", all_vectors(), ids=lambda vector: vector.name)
def test_every_vector_is_inert_by_its_letters(vector: Vector) -> None:
    safe = sanitize(vector.html)

    assert complaints(safe) == []
    assert sanitize(safe) == safe
    assert not re.search(r"<[^>]*(?:leak\.example|javascript:)[^>]*>", _without_links(safe))


def test_the_shared_vectors_are_all_read() -> None:
    if not shared_vectors():
        pytest.skip(SAMPLES_ABSENT)
    assert len(shared_vectors()) >= 139 + 60


BOMBS = {
    "depth": "<div>" * 60_000,
    "formatting": "<b>" * 60_000,
    "different formatting": "".join(f"<font color=c{n}>" for n in range(5_000)) + "<p>x" * 20_000,
    "misnested": "<b><div>" * 20_000 + "</b>" * 20_000,
    "scope": "<p><table><td>" + "<span>" * 190 + "<div></div>" * 10_000,
    "tables": "<table><tr><td>" * 20_000,
    "unclosed comments": "<!--" * 60_000,
    "unclosed quotes": "<p a='" * 40_000,
    "unclosed styles": "<style>" * 40_000,
    "attributes": "<p " + "x=1 " * 60_000 + ">",
    "blanks in tags": "<p" + " " * 200_000 + "x",
    "angles": "<" * 150_000,
    "ampersands": "&" * 60_000,
    "styles": "".join(f"<p style='margin:{n}px;color:#{n:06x}'>x" for n in range(8_000)),
    "nested functions": f"<p style='width:{'calc(' * 1_500}'>",
    "paragraphs": "<p>x" * 80_000,
    "header blocks": "x" + "<br>From: a" * 20_000,
    "style sheet": f"<style>{'a,' * 60_000}a{{color:red}}</style>",
    "links": "<a href=https://a.example>a.example" * 8_000,
    "host names": f"<a href=https://a.example>{'a.b-' * 40_000}",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_time_is_linear(bomb: str) -> None:
    """The parser alone needs minutes for some of these; a few seconds of processor are plenty."""
    started = time.process_time()
    safe = sanitize(bomb)
    html_to_text(bomb)
    fold_quotes(safe, label="…")

    assert time.process_time() - started < 10


def _without_links(html: str) -> str:
    return re.sub(r"<a [^>]*>", "", html)
