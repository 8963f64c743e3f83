"""The document that shows a mail's HTML, and the policy that holds without the sanitiser.

A mail is shown in an `<iframe sandbox>` whose document carries its own content policy. Which layer
stops what stands in docs/mail-rendering.md; in short: the policy and the sandbox alone stop
scripts, requests, forms, plugins, refreshes and navigation of the page around; the sanitiser alone
stops the same, and also what no policy governs (name look-ups by `dns-prefetch` and `preconnect`,
a nested frame's host, deceiving links).

The document has no nonce to keep: its only style sheet is allowed by its hash, so that a mail's own
`<style>` would not apply even if the sanitiser let it pass. Style attributes are allowed, there is
nothing they could fetch.
"""

import base64
import hashlib
import re
from typing import NamedTuple

from callcenter.richtext.safe import SafeHtml, escape

# The iframe's `sandbox`. Not allow-scripts, allow-forms, allow-same-origin, allow-top-navigation,
# allow-downloads. Popups are the links that open apart, and those must be whole pages.
FRAME_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"

FRAME_STYLE = """
:root{color-scheme:light}
html,body{margin:0;padding:0;background:#fff;color:#1f2328}
body{padding:12px 16px;font:14.5px/1.7 "Hiragino Sans","Yu Gothic UI","Noto Sans CJK JP",\
"Noto Sans JP",Meiryo,sans-serif;overflow-wrap:anywhere}
.mail img{max-width:100%}
.mail img:not([width]):not([height]){height:auto}
.mail img[data-blocked],.mail img[data-cid]{display:inline-block;box-sizing:border-box;\
overflow:hidden;min-width:1px;background:#f3f4f6;outline:1px dashed #9ca3af;outline-offset:-1px;\
color:#4b5563;font-size:12px;line-height:1.3}
.mail table{max-width:100%}
.mail pre{white-space:pre-wrap}
.plain{white-space:pre-wrap;overflow-wrap:anywhere}
blockquote.quoted,blockquote[data-quote]{margin:4px 0 4px 4px;padding-left:10px;\
border-left:3px solid #d0d7de;color:#57606a}
details.quote-fold{margin-top:10px}
details.quote-fold>summary{display:inline-block;cursor:pointer;padding:2px 10px;border:1px solid \
#d0d7de;border-radius:10px;background:#f6f8fa;color:#424a53;font:12px/1.6 system-ui,sans-serif}
details.quote-fold>summary:focus-visible{outline:2px solid #0969da;outline-offset:2px}
details.quote-fold[open]>summary{margin-bottom:8px}
.mail [data-blocked="background"]{background-color:#767676}
a[data-warning]::before{all:initial!important;content:"[" attr(data-host) "] "!important;\
unicode-bidi:isolate!important;direction:ltr!important;color:#9a3412!important;\
background:#fff!important;font:bold 12px/1.4 ui-monospace,monospace!important}
""".strip()

_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*\Z")
_OWN_IMAGES = re.compile(r"https?://[a-zA-Z0-9.\[\]:-]+(?:/[\w./~-]*)?\Z", re.ASCII)


class Frame(NamedTuple):
    """A document and the headers that it must be answered with."""

    html: str
    policy: str

    @property
    def headers(self) -> dict[str, str]:
        """Response headers; the policy among them holds also when opened outside of its iframe."""
        return {
            "Content-Security-Policy": self.policy,
            "Content-Type": "text/html; charset=utf-8",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-DNS-Prefetch-Control": "off",
        }


def frame_policy(*, allow_remote: bool = False, own_images: str = "", styles: str = "") -> str:
    """The content policy of a mail's document.

    `own_images` is the address prefix of inline images (scheme, host and path; a path that ends in
    `/` covers what lies below): named in full, since `'self'` means nothing in a sandbox.
    `allow_remote` lets images of the web in, and nothing else. `styles` are the style sheets'
    hashes as sources.
    """
    if own_images and _OWN_IMAGES.match(own_images) is None:
        raise ValueError(f"not an address prefix for images: {own_images!r}")
    images = " ".join(
        source for source in ("data:", own_images, "https: http:" if allow_remote else "") if source
    )
    return "; ".join(
        (
            "default-src 'none'",
            f"img-src {images}",
            # For browsers before style-src-attr; where a hash stands they ignore 'unsafe-inline'
            # for elements.
            f"style-src {styles} 'unsafe-inline'" if styles else "style-src 'unsafe-inline'",
            f"style-src-elem {styles}" if styles else "style-src-elem 'none'",
            "style-src-attr 'unsafe-inline'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
            f"sandbox {FRAME_SANDBOX}",
        )
    )


# The policy in its strictest form: no image but embedded ones, no style sheet at all.
FRAME_POLICY = frame_policy()
FRAME_POLICY_REMOTE = frame_policy(allow_remote=True)


def frame_document(
    safe: SafeHtml,
    *,
    lang: str = "ja",
    allow_remote: bool = False,
    own_images: str = "",
    title: str = "",
) -> Frame:
    """Build the whole document for the sandboxed frame, with the policy to answer it with."""
    style = f"{FRAME_STYLE}\n{safe.stylesheet}" if safe.stylesheet else FRAME_STYLE
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = frame_policy(
        allow_remote=allow_remote, own_images=own_images, styles=f"'sha256-{digest}'"
    )
    language = lang if _LANGUAGE.match(lang) else "ja"
    # The policy stands in the document too (but for the two directives that only a header may
    # carry): a copy that was saved, or a proxy that drops headers, does not open it.
    inline = policy.partition("; frame-ancestors")[0]
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(inline)}">'
        '<meta http-equiv="x-dns-prefetch-control" content="off">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f'<body><div class="mail">{safe}</div></body></html>'
    )
    return Frame(html, policy)
