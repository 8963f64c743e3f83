"""Date headers in the forms that mail programs write, standard or not.

RFC 5322 with comments and folding, two-digit years, no zone, a wrong weekday, zone names, asctime,
ISO 8601, slashes and 年月日. What cannot be read is no date; nothing is invented but the zone (UTC
when there is none, with a notice).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from mail.mime.model import NoticeBook

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
# Hours from UTC. Letters of the military zones are unreliable (RFC 5322): as UTC.
_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "bst": 1,
    "cet": 1, "cest": 2, "met": 1, "mest": 2, "eet": 2, "eest": 3, "msk": 3, "ist": 5.5,
    "hkt": 8, "sgt": 8, "kst": 9, "jst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip

_COMMENT = re.compile(r"\([^()]*\)")
_TIME = re.compile(
    r"(?<![\d.])(\d{1,2})\s*[:時.]\s*(\d{1,2})(?:\s*[:分.]\s*(\d{1,2})(?:[.,](\d{1,9}))?)?\s*秒?"
    r"(?:\s*([AaPp])\.?[Mm]\b\.?)?"
)
_OFFSET = re.compile(r"([+-])\s?(\d{2}):?(\d{2})(?!\d)")
_DAY_MONTH_YEAR = re.compile(
    r"(?<!\d)(\d{1,2})[\s\-./,]*([A-Za-z]{3})[a-z]*\.?[\s\-./,]*(\d{2,4})(?![\d:])"
)
_MONTH_DAY = re.compile(r"([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?![\d:])")
_YEAR = re.compile(r"(?<![\d:+\-])(\d{4})(?![\d:])")
_NUMERIC = re.compile(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_ZONE_NAME = re.compile(r"\b([A-Za-z]{1,5})\b")


def parse_date(value: str, book: NoticeBook | None = None) -> datetime | None:
    """The moment that a Date header names, aware; None (and a notice) when it names none."""
    notices = book if book is not None else NoticeBook()
    text = _without_comments(value[:300])
    if not text:
        notices.add("date_missing")
        return None
    calendar = _calendar(text)
    if calendar is None:
        notices.add("date_unreadable", value)
        return None
    day, rest = calendar
    clock = _clock(rest)
    if clock is None:
        notices.add("date_unreadable", value)
        return None
    hour, minute, second, after = clock
    zone = _zone(after, notices)
    try:
        moment = datetime(*day, hour, minute, second, tzinfo=zone)
        moment.astimezone(UTC)  # year 1 and year 9999 can leave the calendar
    except (ValueError, OverflowError):
        notices.add("date_unreadable", value)
        return None
    if not 1970 <= moment.year <= 2100:
        notices.add("date_implausible", value)
    return moment


def _without_comments(value: str) -> str:
    while True:
        text = _COMMENT.sub(" ", value)
        if text == value:
            return " ".join(text.split())
        value = text


def _calendar(text: str) -> tuple[tuple[int, int, int], str] | None:
    """Year, month and day, and the text without them."""
    numeric = _NUMERIC.search(text)
    if numeric is not None:
        year, month, day = (int(group) for group in numeric.groups())
        rest = text[numeric.end() :].lstrip("日T ")
        return (year, month, day), rest
    named = _DAY_MONTH_YEAR.search(text)
    if named is not None and named.group(2).lower() in _MONTHS:
        day, month = int(named.group(1)), _MONTHS[named.group(2).lower()]
        return (_full_year(named.group(3)), month, day), text[named.end() :]
    for found in _MONTH_DAY.finditer(text):  # asctime: the year comes last
        if found.group(1).lower() in _MONTHS:
            rest = text[found.end() :]
            year_found = _YEAR.search(rest)
            if year_found is None:
                return None
            rest = rest[: year_found.start()] + rest[year_found.end() :]
            month, day = _MONTHS[found.group(1).lower()], int(found.group(2))
            return (int(year_found.group(1)), month, day), rest
    return None


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 2:  # RFC 5322, 4.3
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _clock(text: str) -> tuple[int, int, int, str] | None:
    """Hour, minute and second, and the text after them; midnight when there is no time at all."""
    found = _TIME.search(text)
    if found is None:
        return None if re.search(r"\d", text) else (0, 0, 0, text)
    hour, minute, second = (int(group or 0) for group in found.group(1, 2, 3))
    half = (found.group(5) or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    return hour, minute, min(second, 59), text[: found.start()] + " " + text[found.end() :]


def _zone(text: str, book: NoticeBook) -> timezone:
    text = text.strip()
    offset = _OFFSET.search(text)
    if offset is not None:
        delta = timedelta(hours=int(offset.group(2)), minutes=int(offset.group(3)))
        if delta < timedelta(hours=24):
            return timezone(-delta if offset.group(1) == "-" else delta)
        book.add("date_zone_unknown", text)
        return UTC
    names = [name.lower() for name in _ZONE_NAME.findall(text)]
    for name in names:
        if name in _ZONES:
            return timezone(timedelta(hours=_ZONES[name])) if _ZONES[name] else UTC
    if re.search(r"[A-Za-z0-9]", text):
        book.add("date_zone_unknown", text)
    else:
        book.add("date_without_zone")
    return UTC
