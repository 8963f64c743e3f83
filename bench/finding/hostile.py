"""What reading a query costs, whatever is typed: CPU time over random and hostile strings."""

from __future__ import annotations

import random
import time

from mail.search import parse

_SCRAPS = (
    *(
        "(",
        "{",
        ")",
        "}",
        '"',
        "-",
        "+",
        ":",
        "：",
        "　",
        " ",
        "*",
        "＊",
        "\0",
        "\ud800",
        "é",
        "🙂",
    ),
    *(
        "from:",
        "subject:(",
        "OR ",
        "AND ",
        "AROUND 3 ",
        "a ",
        "返品",
        "期間:",
        "2019/02/07-",
        "in:",
    ),
    *("label:", "larger:", "9" * 20, "x" * 50, "-(a ", "{a -{b "),
)


def reading(number: int = 100_000) -> dict[str, float]:
    """Milliseconds of CPU; a string that cannot be read raises."""
    dice = random.Random(1)
    times = []
    for _ in range(number):
        text = _text(dice)
        begin = time.process_time()
        parse(text)
        times.append((time.process_time() - begin) * 1000)
    times.sort()
    return {
        "strings": number,
        "median_ms": round(times[number // 2], 3),
        "p999_ms": round(times[int(number * 0.999)], 2),
        "worst_ms": round(times[-1], 2),
    }


def _text(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.5:
        most = 200 if kind < 0.05 else 30
        return "".join(dice.choice(_SCRAPS) for _ in range(dice.randint(0, most)))
    if kind < 0.9:
        return "".join(chr(dice.randint(0, 0x10FFFF)) for _ in range(dice.randint(0, 60)))
    return dice.choice(_SCRAPS) * dice.randint(1, 3000)
