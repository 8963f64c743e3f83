"""The mail programs in use, with their habits, Message-IDs and boundaries.

The habits are those seen in Japanese support mail: Becky! and the carriers write ISO-2022-JP,
Outlook writes CP50221 under that name and puts file names into RFC 2047 words inside parameters
(which RFC 2231 forbids), Thunderbird writes RFC 2231 continuations, the iPhone base64 UTF-8, old
web forms ISO-2022-JP or Shift_JIS.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")


@dataclass(frozen=True, slots=True)
class Mailer:
    """The habits of one program; `agent` is its X-Mailer or User-Agent line."""

    agent: tuple[str, str] | None
    charset: str
    transfer: str
    quote: str
    order: str  # which headers first: "classic" (Date, From), "web" (MIME-Version first)
    names: str  # attachment names: "2231", "2047" or "both"
    html: str = ""  # adds an HTML twin of the text: "gmail", "outlook", "apple" or nothing
    kind: str = "B"
    zone: str = "+0900"


MAILERS: dict[str, Mailer] = {
    "becky": Mailer(
        ("X-Mailer", "Becky! ver. 2.81.05 [ja]"),
        "ISO-2022-JP",
        "7bit",
        "becky",
        "classic",
        "2047",
    ),
    "outlook": Mailer(
        ("X-Mailer", "Microsoft Outlook 16.0"),
        "iso-2022-jp",
        "7bit",
        "outlook-ja",
        "classic",
        "2047",
        html="outlook",
    ),
    "outlook-en": Mailer(
        ("X-Mailer", "Microsoft Outlook 16.0"),
        "utf-8",
        "quoted-printable",
        "outlook",
        "classic",
        "2047",
        kind="Q",
    ),
    "iphone": Mailer(
        ("X-Mailer", "iPhone Mail (23B85)"), "utf-8", "base64", "iphone", "web", "2231"
    ),
    "gmail": Mailer(None, "UTF-8", "base64", "gmail", "web", "both", html="gmail"),
    "thunderbird": Mailer(
        ("User-Agent", "Mozilla Thunderbird"),
        "UTF-8",
        "8bit",
        "thunderbird",
        "classic",
        "2231",
        kind="Q",
    ),
    "applemail": Mailer(
        ("X-Mailer", "Apple Mail (2.3864.200.81)"),
        "utf-8",
        "quoted-printable",
        "gmail",
        "web",
        "2231",
        html="apple",
    ),
    "yahoo": Mailer(
        ("X-Mailer", "YahooMailWebService/0.8.111_66"),
        "iso-2022-jp",
        "7bit",
        "yahoo",
        "web",
        "2047",
    ),
    "docomo": Mailer(None, "Shift_JIS", "base64", "carrier", "classic", "2047"),
    "au": Mailer(None, "iso-2022-jp", "7bit", "carrier", "classic", "2047"),
    "softbank": Mailer(
        ("X-Mailer", "PHOTO MAIL 1.1"),
        "Shift_JIS",
        "8bit",
        "carrier",
        "classic",
        "2047",
    ),
    "mew": Mailer(
        ("X-Mailer", "Mew version 6.9 on Emacs 29.4"),
        "euc-jp",
        "8bit",
        "becky",
        "classic",
        "2047",
    ),
    "shuriken": Mailer(
        ("X-Mailer", "Shuriken 2018"), "Shift_JIS", "8bit", "becky", "classic", "2047"
    ),
    "webform": Mailer(
        ("X-Mailer", "PHP/8.3.14"), "ISO-2022-JP", "7bit", "gmail", "classic", "2047"
    ),
    "webform-old": Mailer(
        ("X-Mailer", "FormMail 3.16"), "Shift_JIS", "8bit", "gmail", "classic", "2047"
    ),
    "system": Mailer(
        ("X-Mailer", "ShopCart Notifier 4.2"), "UTF-8", "base64", "gmail", "web", "2231"
    ),
    "bulk": Mailer(
        ("X-Mailer", "MailHaishin/7.1"),
        "UTF-8",
        "quoted-printable",
        "gmail",
        "web",
        "2231",
    ),
    "postmaster": Mailer(None, "us-ascii", "7bit", "gmail", "classic", "2231"),
    "desk": Mailer(None, "UTF-8", "base64", "gmail", "web", "both"),
}


def new_id(mailer: str, address: str, at: datetime, rng: random.Random) -> str:
    """Return a Message-ID (without brackets) of the shape that this program gives."""
    host = address.rpartition("@")[2]
    utc = at.astimezone(UTC)
    word = f"{rng.getrandbits(64):016X}"
    match mailer:
        case "becky":
            local = at.astimezone(JST)
            return f"{local:%Y%m%d%H%M%S}.{word[:4]}.{word[4:12]}@{host}"
        case "outlook" | "outlook-en":
            return f"00{word[:2].lower()}01dc{word[2:6].lower()}${word[6:14].lower()}$@{host}"
        case "iphone" | "applemail":
            return f"{word[:8]}-{word[8:12]}-4{word[12:15]}-A{word[1:4]}-{word[3:15]}@{host}"
        case "gmail" | "desk":
            letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
            local_part = "".join(rng.choice(letters) for _ in range(40))
            return f"CA{local_part}=w@mail.gmail.example"
        case "thunderbird":
            low = word.lower()
            return f"{low[:8]}-{low[8:12]}-4{low[12:15]}-9{low[1:4]}-{low[3:15]}@{host}"
        case "yahoo":
            number = rng.randrange(10**5, 10**6)
            return f"{number}.{rng.randrange(10**4, 10**5)}.qm@web{number % 900 + 100}.{host}"
        case "docomo" | "au" | "softbank":
            return f"{utc:%y%m%d%H%M%S}{word[:10].lower()}@{host}"
        case _:
            return f"{utc:%Y%m%d%H%M%S}.{word.lower()[:12]}@{host}"


def boundary(mailer: str, rng: random.Random) -> str:
    word = f"{rng.getrandbits(80):020X}"
    match mailer:
        case "becky":
            return f"------_{word[:8]}_{word[8:12]}_MULTIPART_MIXED_"
        case "outlook" | "outlook-en":
            return f"----=_NextPart_000_{word[:4]}_01DC{word[4:8]}.{word[8:16]}"
        case "gmail" | "desk":
            return f"0000000000{word.lower()[:14]}"
        case "iphone" | "applemail":
            return f"Apple-Mail-{word[:8]}-{word[8:12]}-{word[12:16]}"
        case _:
            return f"----=_Part_{word[:12]}"
