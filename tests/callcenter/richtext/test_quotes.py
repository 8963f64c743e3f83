"""What is fresh in a mail, and what is the history that it quotes."""

import pytest

from callcenter.richtext import fold_quotes, sanitize, split_quote

pytestmark = pytest.mark.spec("M11b")
OUTLOOK = "差出人: 高橋\n送信日時: 2026年11月22日 14:28\n宛先: 店\n件名: 注文\n\n本文"


@pytest.mark.parametrize(
    ("fresh", "quoted"),
    [
        ("返事です", "2026年11月22日(日) 14:28 高橋 <t@x.example>:\n> 質問\n"),
        ("返事です", "2026/11/22 14:28、高橋 <t@x.example>のメール：\n\n> 質問"),
        ("返事です", "On Sun, Nov 22, 2026 at 2:28 PM Takahashi\n<t@x.example> wrote:\n> q"),
        ("返事です", "2026/11/22 14:28, 高橋 wrote:\n> q"),
        ("返事です", "> 質問\n>\n> です"),
        ("返事です", "＞質問"),
        ("返事です", "-----Original Message-----\nFrom: a\nSubject: b\n\nold"),
        ("返事です", "----- 元のメッセージ -----\nold"),
        ("返事です", OUTLOOK),
        ("Reply", "From: A\nSent: Sunday\nTo: B\nSubject: C\n\nold"),
    ],
)
def test_history_at_the_end_is_told_apart(fresh: str, quoted: str) -> None:
    assert split_quote(f"{fresh}\n\n{quoted}") == (fresh, quoted)


@pytest.mark.parametrize(
    "text",
    [
        "ただの本文です",
        "> 質問です\n答えです",
        "前\n> 質問です\n答えです",
        "> 質問だけ",
        OUTLOOK,
        "FYI\n\n---------- Forwarded message ---------\nFrom: a\nDate: b\nTo: c\n\n本文",
        "お名前: 高橋\n件名: 注文について\n内容: 本文",
        "次の通りです:\n一つ目",
        "",
    ],
)
def test_in_doubt_nothing_is_history(text: str) -> None:
    assert split_quote(text) == (text, "")


FOLD = '<details class="quote-fold"><summary>履歴</summary>'


@pytest.mark.parametrize(
    ("html", "before", "inside"),
    [
        ("fresh<div class=gmail_quote>old</div><br>", "fresh", "old"),
        ("<p>fresh</p><blockquote type=cite>old</blockquote>", "fresh", "old"),
        ("fresh<hr><div id=divRplyFwdMsg>From: x</div><div>old</div>", "fresh<hr>", "old"),
        ("fresh<br>-----Original Message-----<br>From: x<br>old", "fresh", "old"),
        ("<p>On 2026/11/22 14:28, A wrote:</p><blockquote>old</blockquote>", "wrote:", "old"),
        (
            "<p>fresh</p><div><div style='border-top:solid #E1E1E1 1pt'><p><b>差出人:</b> x<br>"
            "<b>送信日時:</b> y<br><b>宛先:</b> z<br><b>件名:</b> s</p></div></div><p>old</p>",
            "fresh",
            "old",
        ),
    ],
)
def test_html_history_is_folded(html: str, before: str, inside: str) -> None:
    folded = fold_quotes(sanitize(html), label="履歴")
    head, mark, tail = folded.partition(FOLD)

    assert mark
    assert before in head
    assert inside not in head
    assert inside in tail
    assert folded.replace(FOLD, "").replace("</details>", "") == sanitize(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>only fresh</p>",
        "<blockquote type=cite>question</blockquote><p>answer</p>",
        "<p>fresh</p><div class=gmail_quote>old</div><p>answer below</p>",
        "<div class=gmail_quote>nothing stands before</div>",
        "<p>FYI</p><div class=gmail_quote>---------- Forwarded message ---------<br>old</div>",
        "<p>said he</p><blockquote>a citation</blockquote>",
        "<p>fresh <b>From:</b> x<br>Sent: y<br>To: z</p>",
    ],
)
def test_html_is_left_open_in_doubt(html: str) -> None:
    safe = sanitize(html)

    assert fold_quotes(safe, label="履歴") == safe


def test_folding_keeps_the_findings() -> None:
    safe = sanitize("<img src=https://t.example/a>fresh<div class=gmail_quote>old</div>")

    assert fold_quotes(safe, label="x").blocked_remote == 1
