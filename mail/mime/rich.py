"""The HTML half of a mail that is written with formatting: text, signature and quotation as HTML.

Other programs get few and plain elements, with their looks on the element itself: many drop style
sheets. The text half is made from the same parts, so that both say the same.
"""

from __future__ import annotations

from html import escape

_QUOTE = "margin:0 0 0 .8ex;padding-left:1ex;border-left:1px solid #ccc"


def document(html: str, *, signature: str = "", signature_html: str = "", quoted: str = "") -> str:
    """The whole HTML: what was written (harmless already), the signature, the quotation last.

    `signature_html` (harmless, too) stands instead of the signature's text where there is one.
    """
    parts = [f"<div>{html}</div>"] if html.strip() else []
    if signature_html.strip():
        parts.append(f"<div>{signature_html}</div>")
    elif signature.strip():
        parts.append(f"<div>{lines(signature.strip(chr(10)))}</div>")
    if quoted.strip():
        parts.append(f"<div>{quotation(quoted.strip(chr(10)))}</div>")
    return "<br>\n".join(parts) + "\n"


def lines(text: str) -> str:
    """Plain text as HTML: every line on its own, runs of blanks kept."""
    return "<br>\n".join(
        escape(line, quote=False).replace("  ", " \u00a0") for line in text.split("\n")
    )


def quotation(text: str) -> str:
    """Text whose lines begin with `>` where they are quoted, as nested blockquotes."""
    parts: list[str] = []
    run: list[str] = []
    at = 0

    def end_run() -> None:
        if run:
            parts.append(lines("\n".join(run)))
            run.clear()

    for line in text.split("\n"):
        depth, rest = _depth(line)
        if depth != at:
            end_run()
            parts.extend([f'<blockquote style="{_QUOTE}">'] * (depth - at))
            parts.extend(["</blockquote>"] * (at - depth))
            at = depth
        run.append(rest)
    end_run()
    parts.extend(["</blockquote>"] * at)
    return "".join(parts)


def _depth(line: str) -> tuple[int, str]:
    depth, rest = 0, line
    while rest.startswith(">") and depth < 20:
        depth, rest = depth + 1, rest[1:]
    return depth, rest.removeprefix(" ") if depth else rest
