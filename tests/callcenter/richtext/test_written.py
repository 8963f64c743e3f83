"""HTML that is written here: the few elements of the editor, and nothing else."""

from __future__ import annotations

import pytest

from callcenter.richtext import SafeHtml, html_to_text, rewritten, written


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<div>本文<br><strong>太字</strong></div>", "<div>本文<br><strong>太字</strong></div>"),
        ("<ul><li>一</li></ul>", "<ul><li>一</li></ul>"),
        ('<a href="https://x.example/">店</a>', '<a href="https://x.example/">店</a>'),
        ('<a href="javascript:alert(1)">店</a>', "<a>店</a>"),
        ("<div onclick=alert(1) style=color:red class=x>a</div>", "<div>a</div>"),
        ("a<script>alert(1)</script><style>b{}</style>", "a"),
        ('<img src="https://track.example/p.png">店', "店"),
        ("<iframe src=//evil.example></iframe>店", "店"),
        ("<svg><a xlink:href='javascript:x'>店</a></svg>", ""),
        ("<div><!--block-->a</div>", "<div>a</div>"),
    ],
)
def test_what_an_agent_may_write(html: str, kept: str) -> None:
    assert written(html) == kept
    assert written(written(html)) == kept
    assert isinstance(written(html), SafeHtml)


@pytest.mark.parametrize("html", ["", "<div><br></div>", "<div>&nbsp;</div>", "<p></p>"])
def test_what_says_nothing_is_nothing(html: str) -> None:
    assert written(html) == ""


def test_the_text_half_says_the_same() -> None:
    html = "<div>お世話になります。<br><br><strong>至急</strong></div>"
    html += "<ul><li>一</li><li>二</li></ul>"
    assert html_to_text(html) == "お世話になります。\n\n至急\n\n・一\n・二"


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        # As Gmail's own page writes a mail without any formatting: plain text says the same.
        ('<div dir="ltr">一行目<div>二行目<br></div><p>三</p></div>', ""),
        ('<div>明日<b style="color:red">必ず</b></div>', "<div>明日<b>必ず</b></div>"),
        ("<a href='https://x.example/'>店</a>", '<a href="https://x.example/">店</a>'),
        # A table is no table any more, and its words still stand where they stood.
        (
            "<i>表</i><table><tbody><tr><td>品名<td>数</td></tr><tr><th>箱</th></tr></tbody></table>後",
            "<i>表</i><div><div><div>品名 &nbsp;数</div><div>箱</div></div></div>後",
        ),
        ("<b>a</b><script>alert(1)</script><img src=//t.example/p.png onerror=x>", "<b>a</b>"),
        ("<table><tr><td><script>alert(1)</script></td></tr></table>", ""),
        ("", ""),
    ],
)
def test_what_was_begun_elsewhere_is_gone_on_with(html: str, kept: str) -> None:
    assert rewritten(html) == kept
    assert written(rewritten(html)) == kept
