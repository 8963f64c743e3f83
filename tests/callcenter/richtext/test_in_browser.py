"""Every vector in a real browser: the sanitiser alone, the frame's policy alone, both together.

And each vector raw and unprotected, which proves that the harness would see it.
"""

from pathlib import Path

import pytest

from callcenter.richtext import FRAME_POLICY, FRAME_SANDBOX, frame_document, sanitize
from callcenter.richtext.safe import SafeHtml
from tests.callcenter.richtext.harness import CHROMIUM, NO_CHROMIUM, Document, dump, observe
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


def test_sanitised_html_is_inert_without_policy_or_sandbox(tmp_path: Path) -> None:
    findings = observe(
        {name: Document(page(str(sanitize(html)))) for name, html in VECTORS.items()},
        sandbox=None,
        folder=tmp_path,
    )

    assert findings.loaded == set(VECTORS)
    assert not findings.scripts, dump(findings)
    assert not findings.wanted, dump(findings)
    assert not findings.requests, dump(findings)
    assert not findings.contacts, dump(findings)
    assert not findings.lookups, dump(findings)


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
    """Many vectors a document: what is sanitised is well-formed and cannot swallow the next."""
    names = list(VECTORS)
    cases = {}
    for first in range(0, len(names), 20):
        parts = [sanitize(VECTORS[name]) for name in names[first : first + 20]]
        frame = frame_document(
            SafeHtml(
                "".join(f"<div>{part}</div>" for part in parts),
                stylesheet="".join(part.stylesheet for part in parts),
            )
        )
        cases[f"{names[first]} and what follows"] = Document(frame.html, frame.headers)
    findings = observe(cases, sandbox=FRAME_SANDBOX, folder=tmp_path)

    assert findings.loaded == set(cases)
    assert not findings.scripts, dump(findings)
    assert not findings.wanted, dump(findings)
    assert not findings.requests, dump(findings)
    assert not findings.contacts, dump(findings)
    assert not findings.lookups, dump(findings)


def _text(html: str) -> str:
    return html.replace("&", "&amp;").replace("<", "&lt;")
