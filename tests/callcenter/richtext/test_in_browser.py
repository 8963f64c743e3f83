"""Every vector in a real browser: the sanitiser alone, the frame's policy alone, both together.

And each vector raw and unprotected, which proves that the harness would see it.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from callcenter.richtext import FRAME_POLICY, FRAME_SANDBOX, frame_document, sanitize
from callcenter.richtext.frame import FRAME_STYLE
from callcenter.richtext.safe import SafeHtml
from tests.callcenter.richtext.harness import (
    CHROMIUM,
    NO_CHROMIUM,
    Document,
    Findings,
    dump,
    observe,
)
from tests.callcenter.richtext.vectors import OWN, all_vectors

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.spec("M11a"),
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
]
VECTORS = {vector.name: vector.html for vector in all_vectors()}
# Of our own vectors, those that Chromium of today runs or fetches when nothing protects.
FIRE = {
    "run-script",
    "run-script-svg",
    "run-img-onerror",
    "run-svg-onload",
    "run-a-javascript",
    "run-iframe-srcdoc-parent",
    "run-declarative-shadow",
    "run-mxss-noscript",
    "run-svg-p-style",
    "run-details-ontoggle",
    "run-body-onload",
    "run-animation-event",
}
FETCH = {
    "fetch-img",
    "fetch-img-srcset",
    "fetch-input-image",
    "fetch-video-poster",
    "fetch-table-background",
    "fetch-style-background",
    "fetch-style-image-set",
    "fetch-style-element-import",
    "fetch-link-stylesheet",
    "fetch-link-prefetch",
    "fetch-svg-image",
}


def page(body: str) -> str:
    return f"<!doctype html><meta charset=utf-8><body>{body}"


def test_the_harness_sees_raw_vectors_fire(tmp_path: Path) -> None:
    findings = observe(
        {name: Document(page(html)) for name, html in VECTORS.items()},
        sandbox="allow-scripts allow-same-origin allow-forms allow-modals",
        folder=tmp_path,
    )

    assert set(findings.scripts) >= FIRE
    assert set(findings.wanted) >= FETCH
    assert "GET frame.leak.example/a" in findings.requests
    assert "GET leak.example/a.png" in findings.requests
    assert "leak.dns.example" in findings.lookups
    assert findings.contacts
    own = {vector.name for vector in OWN}
    assert len(own & (set(findings.scripts) | set(findings.wanted))) > len(own) / 2


def groups(size: int, *, allow_remote: bool = False) -> dict[str, list[SafeHtml]]:
    """Many sanitised vectors a document: each is well-formed, and cannot swallow the next."""
    parts = {name: sanitize(html, allow_remote=allow_remote) for name, html in VECTORS.items()}
    names = list(parts)
    return {
        f"{names[first]} and what follows": [parts[name] for name in names[first : first + size]]
        for first in range(0, len(names), size)
    }


def assert_untouched(findings: Findings, cases: Mapping[str, Document]) -> None:
    assert findings.loaded == set(cases)
    assert not findings.scripts, dump(findings)
    assert not findings.wanted, dump(findings)
    assert not findings.requests, dump(findings)
    assert not findings.contacts, dump(findings)
    assert not findings.lookups, dump(findings)


def test_sanitised_html_is_inert_without_policy_or_sandbox(tmp_path: Path) -> None:
    cases = {
        name: Document(page("".join(f"<div>{part}</div>" for part in parts)))
        for name, parts in groups(5).items()
    }

    assert_untouched(observe(cases, sandbox=None, folder=tmp_path), cases)


def test_sanitised_html_is_inert_when_a_script_inserts_it(tmp_path: Path) -> None:
    """Parsing as a fragment (`innerHTML`) differs from parsing a document."""
    parts = [str(sanitize(html)) for html in VECTORS.values()]
    templates = "".join(f"<textarea>{_text(part)}</textarea>" for part in parts)
    insert = """<div id=here></div><script>
      for (const source of document.querySelectorAll("textarea")) {
        for (const holder of ["div", "td", "p"]) {
          const target = document.createElement(holder);
          document.getElementById("here").append(target);
          target.innerHTML = source.value;
          target.innerHTML = target.innerHTML;
        }
      }
      console.debug("fired", "harness");
    </script>"""
    findings = observe(
        {"inserted": Document(page(templates + insert))}, sandbox=None, folder=tmp_path
    )

    assert findings.scripts == {"harness": ["ran"]}, dump(findings)
    assert not findings.wanted, dump(findings)
    assert not findings.requests, dump(findings)
    assert not findings.contacts, dump(findings)
    assert not findings.lookups, dump(findings)


def test_raw_html_is_inert_under_the_policy_and_sandbox_alone(tmp_path: Path) -> None:
    """No script and no request; connections in advance are what only the sanitiser stops."""
    findings = observe(
        {
            name: Document(page(html), {"Content-Security-Policy": FRAME_POLICY})
            for name, html in VECTORS.items()
        },
        sandbox=FRAME_SANDBOX,
        folder=tmp_path,
    )

    assert findings.loaded == set(VECTORS)
    assert not findings.scripts, dump(findings)
    assert not findings.requests, dump(findings)


def test_both_together_are_inert(tmp_path: Path) -> None:
    cases = {}
    for name, parts in groups(20).items():
        together = SafeHtml(
            "".join(f"<div>{part}</div>" for part in parts),
            stylesheet="\n".join(part.stylesheet for part in parts),
        )
        frame = frame_document(together)
        cases[name] = Document(frame.html, frame.headers)

    assert_untouched(observe(cases, sandbox=FRAME_SANDBOX, folder=tmp_path), cases)


def test_images_on_request_are_images_and_nothing_else(tmp_path: Path) -> None:
    cases = {}
    for name, parts in groups(20, allow_remote=True).items():
        frame = frame_document(
            SafeHtml("".join(f"<div>{part}</div>" for part in parts)), allow_remote=True
        )
        cases[name] = Document(frame.html, frame.headers)
    findings = observe(cases, sandbox=FRAME_SANDBOX, folder=tmp_path)

    wanted = {what for urls in findings.wanted.values() for what in urls}
    assert "image http://leak.example/a.png" in wanted
    assert {what.partition(" ")[0] for what in wanted} == {"image"}
    assert "GET leak.example/a.png" in findings.requests
    assert not findings.scripts, dump(findings)


SENTENCES = {
    "form": "<form>one<fieldset><legend>two</legend><label>three</label></fieldset></form>",
    "controls": "<button>one</button><select><option>two</select><textarea>three</textarea>",
    "fallbacks": "<noscript>one</noscript><object>two</object><canvas>three</canvas>",
    "foreign": "<svg width=200 height=50><text y=20>one</text></svg><math><mi>two</mi></math>",
    "details": "<details open><summary>one</summary>two</details>",
    "raw": "<xmp>one <b></xmp><plaintext>two <i>",
    "unknown": "<o:p>one</o:p><x-foo>two</x-foo><marquee>three</marquee>",
    "tables": "<table><tr><td>one<td>two<table><tr><td>three</table></table><td>four",
    "misnested": "<b><p>one</b>two</p><a href=x>three<a href=y>four</a><i>five",
    "comments": "<!-- no -->one<!--[if mso]>no<![endif]--><![if !mso]>two<![endif]>",
    "odd": "one < two <3 three </ four> &lt;five <!six> seven",
    "control characters": "<\x08!one <\x08?two",
    "hidden for phones": "<style>.m{display:none}</style><p class=m>no</p><p>one</p>",
    "coloured": "<body bgcolor=#000 text=#fff>one<table background=x><tr><td>two",
    "lists": "<ul><li>one<li>two<ol><li>three</ol></ul><dl><dt>four<dd>five</dl>",
    "head": "<html><head><title>no</title></head><body>one</body></html>two",
}


@pytest.mark.spec("M11b")
def test_a_browser_shows_every_line_that_it_shows_of_the_raw_mail() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_context(java_script_enabled=False, offline=True).new_page()
        try:
            for name, html in SENTENCES.items():
                safe = sanitize(html)
                lines = _shown(tab, html)
                shown = "".join(
                    _shown(
                        tab, f"<style>{FRAME_STYLE}{safe.stylesheet}</style><div class=mail>{safe}"
                    )
                )
                assert lines, name
                assert [line for line in lines if line not in shown] == [], name
        finally:
            browser.close()


def _shown(tab: Page, html: str) -> list[str]:
    """The lines that a person can read of a document, without blanks."""
    tab.set_content(html, wait_until="commit")
    text = tab.evaluate("document.documentElement.innerText")
    assert isinstance(text, str)
    return [line for part in text.splitlines() if (line := re.sub(r"[\s\x00-\x1f]+", "", part))]


def _text(html: str) -> str:
    return html.replace("&", "&amp;").replace("<", "&lt;")
