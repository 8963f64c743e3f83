"""Date headers, as they should be and as they are."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from mail.mime.dates import parse_date
from mail.mime.model import NoticeBook


def at(
    year: int,
    month: int,
    day: int,
    hour: int = 0,
    minute: int = 0,
    second: int = 0,
    *,
    zone: float = 0,
) -> datetime:
    there = timezone(timedelta(hours=zone))
    return datetime(year, month, day, hour, minute, second, tzinfo=there)


TABLE = [
    ("Fri, 21 Nov 1997 09:55:06 -0600", at(1997, 11, 21, 9, 55, 6, zone=-6), []),
    ("21 Nov 97 09:55:06 GMT", at(1997, 11, 21, 9, 55, 6), []),
    ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", at(1997, 11, 21, 9, 55, 6, zone=-6), []),
    ("Thu, 13 Feb 1997 23:32 -0330 (Newfoundland (Time))", at(1997, 2, 13, 23, 32, zone=-3.5), []),
    ("Mon, 22 Nov 2026 10:00:00 +0900", at(2026, 11, 22, 10, zone=9), []),  # it was a Sunday
    ("22 Nov 2026 10:00:00 +09:00", at(2026, 11, 22, 10, zone=9), []),
    ("22 Nov 2026 10:00:00 GMT+0900", at(2026, 11, 22, 10, zone=9), []),
    ("Sun, 22 Nov 2026 10:00:00 JST", at(2026, 11, 22, 10, zone=9), []),
    ("Sun, 22 Nov 2026 10:00:00 EDT", at(2026, 11, 22, 10, zone=-4), []),
    ("22-Nov-2026 10:00:00 Z", at(2026, 11, 22, 10), []),
    ("22 November 2026 10:00 UT", at(2026, 11, 22, 10), []),
    ("Sun, 22 Nov 26 10:00:00 -0000", at(2026, 11, 22, 10), []),
    ("22 Nov 126 10:00:00 +0000", at(2026, 11, 22, 10), []),  # years since 1900
    ("Sun Nov 22 10:00:00 2026", at(2026, 11, 22, 10), ["date_without_zone"]),
    ("Sun Nov 22 10:00:00 JST 2026", at(2026, 11, 22, 10, zone=9), []),
    ("Sun Nov 22 10:00:00 +0900 2026", at(2026, 11, 22, 10, zone=9), []),
    ("Sun, Nov 22, 2026 10:00 PM +0900", at(2026, 11, 22, 22, zone=9), []),
    ("2026-11-22T10:00:00+09:00", at(2026, 11, 22, 10, zone=9), []),
    ("2026-11-22T10:00:00.123Z", at(2026, 11, 22, 10), []),
    ("2026-11-22 10:00:00", at(2026, 11, 22, 10), ["date_without_zone"]),
    ("2026/11/22 10:00:00 +0900", at(2026, 11, 22, 10, zone=9), []),
    ("2026年11月22日(日) 10:00:00 +0900", at(2026, 11, 22, 10, zone=9), []),
    ("Sun, 22 Nov 2026 10:00:60 +0900", at(2026, 11, 22, 10, 0, 59, zone=9), []),
    ("Tue, 12 Oct 2010 16:21:05 H0500", at(2010, 10, 12, 16, 21, 5), ["date_zone_unknown"]),
    ("Tue, 12 Oct 2010 16:21:05 +9900", at(2010, 10, 12, 16, 21, 5), ["date_zone_unknown"]),
    ("Mon, 30 Jun 3609 15:33:50 +0600", at(3609, 6, 30, 15, 33, 50, zone=6), ["date_implausible"]),
    ("22 Nov 2026", at(2026, 11, 22), ["date_without_zone"]),
    ("", None, ["date_missing"]),
    ("yesterday", None, ["date_unreadable"]),
    ("Pn, 29 paX 2007 21:13:00 +0100", None, ["date_unreadable"]),
    ("Wed, 15 Dec 2010    59:10 -0500", None, ["date_unreadable"]),
    ("31 Feb 2026 10:00:00 +0900", None, ["date_unreadable"]),
    ("1 Jan 0001 00:00:00 +2359", None, ["date_unreadable"]),
    ("31 Dec 9999 23:59:59 -2359", None, ["date_unreadable"]),
]


@pytest.mark.parametrize(("value", "moment", "notices"), TABLE)
def test_dates(value: str, moment: datetime | None, notices: list[str]) -> None:
    book = NoticeBook()
    parsed = parse_date(value, book)
    assert parsed == moment
    assert parsed is None or parsed.utcoffset() == moment.utcoffset()  # type: ignore[union-attr]
    assert [notice.code for notice in book.as_tuple()] == notices
