"""Plain text to a page, a page to plain text, and addresses in text."""

import re

import pytest

from callcenter.richtext import html_to_text, linkify, lost_text, text_to_html, visible_text_lost

pytestmark = pytest.mark.spec("M11b")


def links(text: str) -> list[tuple[str, str]]:
    return re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', linkify(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://shop.example/", [("https://shop.example/", "https://shop.example/")]),
        (
            "詳細はhttps://shop.example/a?b=1&c=2をご覧ください。",
            [("https://shop.example/a?b=1&amp;c=2", "https://shop.example/a?b=1&amp;c=2")],
        ),
        ("（https://shop.example/）", [("https://shop.example/", "https://shop.example/")]),
        ("「https://shop.example/a」、", [("https://shop.example/a", "https://shop.example/a")]),
        ("https://shop.example/　次", [("https://shop.example/", "https://shop.example/")]),
        ("https://shop.example。", [("https://shop.example/", "https://shop.example")]),
        ("https://shop.example/a.", [("https://shop.example/a", "https://shop.example/a")]),
        ("(https://shop.example/a)", [("https://shop.example/a", "https://shop.example/a")]),
        (
            "https://shop.example/a_(b)",
            [("https://shop.example/a_(b)", "https://shop.example/a_(b)")],
        ),
        ("<https://shop.example/a>", [("https://shop.example/a", "https://shop.example/a")]),
        ("HTTP://SHOP.example/A", [("http://shop.example/A", "HTTP://SHOP.example/A")]),
        ("www.shop.example/a、", [("https://www.shop.example/a", "www.shop.example/a")]),
        ("info@shop.example。", [("mailto:info@shop.example", "info@shop.example")]),
        (
            "<taro.yamada+x@mail.shop.example>",
            [("mailto:taro.yamada+x@mail.shop.example", "taro.yamada+x@mail.shop.example")],
        ),
        ("https://日本語.jp/", [("https://xn--wgv71a119e.jp/", "https://日本語.jp/")]),
        ("javascript:alert(1)", []),
        ("xhttps://shop.example", []),
        ("http://", []),
        ("@shop.example", []),
        ("a@b", []),
        ("www.", []),
    ],
)
def test_addresses_become_links(text: str, expected: list[tuple[str, str]]) -> None:
    assert links(text) == expected


def test_text_is_escaped() -> None:
    assert linkify("<b>&\"'") == "&lt;b&gt;&amp;&quot;'"
    assert "<img" not in linkify('https://a.example/"><img src=x>')


def test_deceiving_addresses_are_marked() -> None:
    assert 'data-warning="host"' in linkify("https://bank.example@evil.example/")
    assert 'data-host="evil.example"' in linkify("https://bank.example@evil.example/")


def test_lines_and_quotations_are_kept() -> None:
    assert text_to_html("a\r\n  b\n\n> c\n>> d\n> e\nf") == (
        '<div class="plain">a<br>  b<br><blockquote class="quoted">c'
        '<blockquote class="quoted">d</blockquote>e</blockquote>f</div>'
    )


def test_text_of_any_kind_can_be_written_out() -> None:
    assert text_to_html("a\x1b$B\x00\ud800b").encode() == b'<div class="plain">a$Bb</div>'


def test_history_at_the_end_is_folded_under_a_label() -> None:
    html = text_to_html(
        "返事\n\n2026年11月22日(日) 14:28 高橋 <t@x.example>:\n> 質問", fold_label="履歴 <3"
    )

    assert html.startswith('<div class="plain">返事<br></div><details class="quote-fold">')
    assert "<summary>履歴 &lt;3</summary>" in html
    assert html.count("質問") == 1


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a <b>b</b>\n c</p><p>d</p>", "a b c\n\nd"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<h1>t</h1>x", "t\n\nx"),
        ("<table><tr><td>1<td>2<tr><td>3</table>", "1\t2\n3"),
        ("<ul><li>a<li>b</ul>", "・a\n・b"),
        ("a<blockquote>b<br>c<blockquote>d</blockquote></blockquote>", "a\n\n> b\n> c\n\n>> d"),
        ("<pre> a\n   b</pre>", " a\n   b"),
        ("&lt;b&gt; &amp; &nbsp;x", "<b> & \xa0x"),
        ("<script>s</script><style>s</style><title>s</title>x", "x"),
        ("<img alt=ロゴ src=x> x", "ロゴ x"),
        ("<form><input value=v><textarea>t</textarea></form>", "v\n\nt"),
        ("<!-- c -->x<![endif]>", "x"),
        ("", ""),
    ],
)
def test_html_to_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_lost_text_is_reported() -> None:
    html = "<p>one <b>two</b></p><form>three</form><script>four</script>"

    assert not visible_text_lost(html, "<p>one two</p>three")
    assert lost_text(html, "<p>one</p>") == ("two", "three")
