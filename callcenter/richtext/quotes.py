"""Tell what a mail says anew from the history it quotes, and fold the history.

Folded is never gone: a `<details>` with a visible handle, whose label the caller gives (it is
translated there). In doubt nothing is folded: not when text follows the quotation (an answer below
or between the lines), not when nothing stands before it, and never what was forwarded, since that
is what the mail is about.
"""

import re
from collections.abc import Sequence

# A line that says «the following was written by …», in the words of common mail programs.
_DATE = (
    r"(?:\d{4}\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?"
    r"|\d{1,2}[ /.-][A-Za-z0-9]{1,9}[ /.,-]+\d{4})"
)
_ADDRESS = r"[<＜(\[]?[^\s<>＜＞@]{1,64}@[^\s<>＜＞@]{1,253}[>＞)\]]?"
_INTRO = re.compile(
    rf"""\s*(?:
        (?:on|am|le|el)\b.{{1,300}}\b(?:wrote|schrieb|a\ écrit|escribió)\s*[:：]
      | .{{0,200}}{_DATE}.{{0,200}}(?:{_ADDRESS}|wrote|さん|様|のメール|書きました).{{0,40}}[:：]
      | .{{0,200}}{_ADDRESS}.{{0,20}}(?:wrote|さん(?:は|が)?(?:書きました)?|の?メール)\s*[:：]
      | .{{1,100}}(?:さん(?:は|が)書きました|wrote)\s*[:：]
    )\s*\Z""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_INTRO_START = re.compile(rf"\s*(?:(?:on|am|le|el)\s|{_DATE})", re.IGNORECASE)
_ORIGINAL = re.compile(
    r"\s*[-_=*＿－ー]{2,}\s*"
    r"(?:original\s+message|元のメッセージ|元のメール|オリジナル\s*メッセージ|返信元のメッセージ"
    r"|original\s+appointment|ursprüngliche\s+nachricht)"
    r"\s*[-_=*＿－ー]{2,}\s*\Z",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"(?:\s*[-_=*＿－ー]{2,}\s*|\s*begin\s+)"
    r"(?:forwarded\s+message|forwarded\s+by|転送(?:された)?メッセージ|転送メール|転送元のメッセージ)",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"[\s>*]*(?:(?P<sender>from|差出人|送信者|送信元)|(?P<sent>sent|date|送信日時|日時|日付|送信日)"
    r"|(?P<to>to|宛先)|(?P<subject>subject|件名)|cc|ＣＣ)\s*\*?\s*[:：]",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[ \t]{0,3}[>＞]")


def split_quote(text: str) -> tuple[str, str]:
    """Split plain text into what is fresh and the history at its end ("" when there is none)."""
    lines = text.split("\n")
    start = quote_start(lines)
    if start is None:
        return text, ""
    return "\n".join(lines[:start]).rstrip(), "\n".join(lines[start:])


def quote_start(lines: Sequence[str]) -> int | None:
    """The index of the line where quoted history begins that lasts to the end of the mail."""
    tail = _with_intro(lines, _quoted_tail(lines))
    for index, line in enumerate(lines):
        if index == tail:
            return _accepted(lines, index)
        if not line.strip():
            continue
        if _FORWARDED.match(line):
            return None
        if _ORIGINAL.match(line) or is_header_block(lines[index : index + 12]):
            return _accepted(lines, index)
    return None


def _with_intro(lines: Sequence[str], tail: int) -> int:
    """Where the introduction of the `>` lines at `tail` begins, or `tail` when there is none."""
    last = tail - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    if last < 0 or lines[last].rstrip()[-1:] not in (":", "："):
        return tail
    # Long introductions are wrapped: «On … Takahashi\n<…> wrote:».
    for first in range(max(0, last - 2), last + 1):
        text = "\n".join(lines[first : last + 1])
        if lines[first].strip() and _INTRO_START.match(text) and is_intro(text):
            return first
    return last if is_intro(lines[last]) else tail


def is_intro(text: str) -> bool:
    """Whether a line (or a few wrapped ones) introduces a quotation."""
    return len(text) <= 600 and _INTRO.match(text.strip()) is not None


def is_forwarded(text: str) -> bool:
    """Whether text begins as a forwarded message."""
    return _FORWARDED.match(text.lstrip()) is not None


def is_original_mark(text: str) -> bool:
    """Whether a line is «-----Original Message-----» in one of its languages."""
    return len(text) < 200 and _ORIGINAL.match(text) is not None


def is_header_block(lines: Sequence[str]) -> bool:
    """Whether lines begin with the header block that Outlook puts above what it quotes."""
    found: set[str] = set()
    for index, line in enumerate(lines):
        if not line.strip():
            if index and found:
                break
            continue
        match = _HEADER.match(line[:200])
        if match is None:
            if not found:
                return False
            continue
        if not found and match.lastgroup != "sender":
            return False
        if match.lastgroup:
            found.add(match.lastgroup)
    return "sender" in found and len(found & {"sent", "to", "subject"}) >= 2


def _quoted_tail(lines: Sequence[str]) -> int:
    """Where the run of `>` lines begins that ends the text, -1 when it does not end so."""
    first = -1
    for index in range(len(lines) - 1, -1, -1):
        if _QUOTED.match(lines[index]):
            first = index
        elif lines[index].strip():
            break
    return first


def _accepted(lines: Sequence[str], start: int) -> int | None:
    return start if any(line.strip() for line in lines[:start]) else None
