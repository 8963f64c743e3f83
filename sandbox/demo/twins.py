"""The HTML that mail programs add to a plain text of their own accord."""

from __future__ import annotations

import html as html_escape


def twin(text: str, style: str) -> str:
    """Write a plain text as the HTML that this kind of program adds to it."""
    shown = [html_escape.escape(line, quote=False) for line in text.rstrip().split("\n")]
    if style == "outlook":
        body = "\n".join(f'<p class="MsoNormal">{line or "&nbsp;"}</p>' for line in shown)
        return (
            '<html lang="ja">\n<head>\n<meta name="Generator" content="Microsoft Word 15">\n'
            "<style><!--\np.MsoNormal {margin:0mm; font-size:10.5pt; font-family:游ゴシック;}\n"
            f'--></style>\n</head>\n<body lang="JA">\n<div class="WordSection1">\n{body}\n'
            "</div>\n</body>\n</html>\n"
        )
    if style == "apple":
        body = "".join(f"<div>{line or '<br>'}</div>" for line in shown)
        return f'<html><head></head><body dir="auto">{body}</body></html>\n'
    own: list[str] = []
    history: list[str] = []
    for line in shown:
        (history if history or line.endswith("&gt;:") else own).append(line)
    while own and not own[-1]:
        own.pop()
    head = '<div dir="ltr">' + "<br>\n".join(own) + "</div>"
    if not history:
        return head + "\n"
    past = "<br>\n".join(line.removeprefix("&gt; ").removeprefix("&gt;") for line in history[1:])
    return (
        f'{head}<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{history[0]}<br>'
        f'</div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px '
        f'solid rgb(204,204,204);padding-left:1ex">{past}</blockquote></div>\n'
    )
