"""Which declarations and rules of a mail's styles are let through."""

import re

import pytest

from callcenter.richtext import sanitize
from callcenter.richtext.css import clean_declarations
from callcenter.richtext.images import Images

pytestmark = pytest.mark.spec("M11a")


def clean(style: str, *, allow_remote: bool = False) -> str:
    images = Images(
        allow_remote=allow_remote, cid_url=lambda cid: f"/inline/{cid}" if cid == "known" else None
    )
    return clean_declarations(style, images.source)


@pytest.mark.parametrize(
    "style",
    [
        "color:red",
        "color:#ff0000;background-color:rgba(0,0,0,0.5)",
        "color:hsl(120deg 50% 50% / 0.5)",
        "font-family:'ＭＳ Ｐゴシック','MS PGothic',sans-serif",
        "font:14px/1.5 'Hiragino Sans'",
        "margin:0 auto;padding:4px 8px",
        "width:calc(100% - (2px*3))",
        "display:none;max-height:0px;overflow:hidden",
        "border-collapse:collapse;mso-table-lspace:0pt".partition(";")[0],
        "text-indent:-18pt",
        "line-height:1.7;text-align:center;vertical-align:top",
        "border:1px solid #CCCCCC",
    ],
)
def test_a_mails_look_is_kept(style: str) -> None:
    assert clean(style) == style


@pytest.mark.parametrize(
    "style",
    [
        "position:fixed",
        "position:absolute;top:0;left:0;z-index:9",
        "background-image:image-set('https://leak.example/a' 1x)",
        "background:-webkit-image-set(url(https://leak.example/a) 1x)",
        "background:cross-fade(url(https://leak.example/a),red)",
        "background:image(url(https://leak.example/a))",
        "background:src('https://leak.example/a')",
        "background:paint(x)",
        "background:element(#x)",
        "list-style:url(https://leak.example/a)",
        "list-style-image:url(https://leak.example/a)",
        "cursor:url(https://leak.example/a),auto",
        "content:url(https://leak.example/a)",
        "border-image:url(https://leak.example/a) 1",
        "mask:url(https://leak.example/a)",
        "filter:url(https://leak.example/a#f)",
        "clip-path:url(https://leak.example/a#c)",
        "shape-outside:url(https://leak.example/a)",
        "--x:url(https://leak.example/a)",
        "color:var(--x)",
        "color:env(x)",
        "width:attr(data-x px)",
        "width:expression(alert(1))",
        "behavior:url(x.htc)",
        "-moz-binding:url(x.xml#x)",
        "-o-link:'javascript:alert(1)'",
        "font-family:'</style><img src=x>'",
        "font-family:'a\\27;background:url(https://leak.example/a)'",
        "background:url('https://leak.example/a",
        "margin-left:-9999px",
        "text-indent:-9999px",
        "width:1e30px",
        "color:calc(url(https://leak.example/a))",
        "width:calc(calc(calc(calc(calc(1px)))))",
        "display:contents",
        "transform:scale(9)",
        "animation:x 1s",
        "@import 'https://leak.example/a'",
        "color:red}*{background:url(https://leak.example/a)".partition("}")[2],
        "&{color:red}",
        "quotes:'<' '>'",
        "",
        "}{",
        "color",
        "color:",
    ],
)
def test_what_fetches_covers_or_is_unknown_is_dropped(style: str) -> None:
    assert clean(style) == ""
    assert clean(style, allow_remote=True) in ("", "background:")


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("color:red;position:fixed;margin:0", "color:red;margin:0"),
        ("COLOR:RED!important", "color:red"),
        ("c\\6f lor:r\\65 d", "color:red"),
        ("color:/**/red/**/", "color:red"),
        ("background:#eee url(https://leak.example/a) no-repeat", "background:#eee no-repeat"),
        ("background-image:url(https://leak.example/a)", "background-image:none"),
        ("background:url(https://leak.example/a) top", "background:top;background-image:none"),
        ("background:url(cid:known)", "background:url('/inline/known')"),
        ("background:#eee url(cid:unknown)", "background:#eee"),
        ("margin:+.50em", "margin:0.5em"),
        ("color:red;font-family:'a;b';margin:0", "color:red;margin:0"),
    ],
)
def test_declarations_are_written_anew(style: str, expected: str) -> None:
    assert clean(style) == expected
    assert clean(expected) == expected or "/inline/" in expected


def test_addresses_cannot_break_out_of_their_url() -> None:
    cleaned = clean(
        """background:url("https://a.example/'),url(https://leak.example/b)\\"(\\\\x")""",
        allow_remote=True,
    )

    assert re.fullmatch(r"background:url\('https://a\.example/[^'()\"\\\s]*'\)", cleaned)


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("p.MsoNormal{margin:0cm}", ".mail p.x_MsoNormal{margin:0cm}"),
        ("<!-- p{color:red} -->", ".mail p{color:red}"),
        ("body{background:#eee}", ".mail{background:#eee}"),
        ("body > p, html body td{color:red}", ".mail p,.mail td{color:red}"),
        (".a > .b td{display:none}", ".mail .x_a > .x_b td{display:none}"),
        ("p, #x, a:hover{color:red}", ".mail p{color:red}"),
        ("@import 'https://leak.example/a';p{color:red}", ".mail p{color:red}"),
        ("@media screen{p{color:red}}", ""),
        ("@font-face{font-family:x;src:url(https://leak.example/a)}", ""),
        ("p{background:url(https://leak.example/a)}", ".mail p{background-image:none}"),
        ("[title^=a]{color:red}", ""),
        ("p::after{content:'x'}", ""),
        ("p{color:red;& b{color:blue}}", ".mail p{color:red}"),
        ("svg, script{color:red}", ""),
        (".a\\3c b{color:red}", ""),
    ],
)
def test_style_blocks_are_scoped(sheet: str, expected: str) -> None:
    safe = sanitize(f"<style>{sheet}</style><p>x</p>")

    assert safe.stylesheet == expected
    assert safe == "<p>x</p>"
