"""Form and text are two views of one query: each turned into the other asks the same."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from mail.search import format_tree, parse
from mail.search import nodes as n
from mail.search.sheet import Sheet, sheet_of, written

_PARTS = (
    *("返品", "cat*", '"a b"', "+word", "-下書き", "a OR b", "{a -b}", "a AROUND 5 b"),
    *("subject:返品", 'subject:"a b"', "subject:(a OR b)", "-subject:x", "subject:(a -(b c))"),
    *("from:me", "from:(aoi@customer.example OR 井上)", "to:x", "cc:x", "bcc:x", "to:-x"),
    *("filename:pdf", "filename:見積*", "has:attachment", "-has:attachment", "has:drive"),
    *("status:open", "status:done", "-status:done", "period:2019/02/07-2019/02/08"),
    *("period:2019/02/07-", "period:-2019/02/08", "period:2019/02/07", "after:2019/02/07"),
    *("before:2019/02/09", "after:1550000000", "older_than:3m", "label:至急", "label:a/b"),
    *('label:"VIP 客"', "label:★", "(label:a OR label:b)", "{label:c label:d}", "-label:e"),
    *("(subject:a OR from:b)", "subject:a OR subject:b", "body:x", "comment:x", "in:trash"),
    *('subject:"OR"', 'subject:"x:y"', "subject:12:30", 'subject:"a AROUND 3 b"', "larger:5M"),
)


def meaning(tree: n.Node) -> object:
    """A query without the order of what it asks; whole days after and before are a period."""
    parts = list(tree.members) if isinstance(tree, n.And) else [tree]
    begins = [p for p in parts if isinstance(p, n.After) and isinstance(p.when, date)]
    ends = [p for p in parts if isinstance(p, n.Before) and isinstance(p.when, date)]
    if not any(isinstance(p, n.Period) for p in parts) and len(begins) < 2 and len(ends) < 2:
        first = begins[0].when if begins else None
        end = ends[0].when if ends else None
        if first != end:
            assert not isinstance(first, int)
            assert not isinstance(end, int)
            parts = [p for p in parts if p not in (*begins, *ends)] + [n.Period(first, end)]
    return sorted(map(repr, parts))


@pytest.mark.spec("M2c")
@pytest.mark.parametrize("text", _PARTS)
def test_a_query_turned_into_a_form_and_back_asks_the_same(text: str) -> None:
    tree = parse(text).tree
    back = written(sheet_of(tree))
    assert back.cautions == ()
    assert meaning(parse(back.text).tree) == meaning(tree)


@pytest.mark.spec("M2c")
def test_so_does_any_query() -> None:
    dice = random.Random(3)
    for _ in range(3000):
        text = " ".join(dice.choice(_PARTS) for _ in range(dice.randint(1, 6)))
        if dice.random() < 0.2:
            text = f"-({text})" if dice.random() < 0.5 else f"({text}) OR x"
        tree = parse(text).tree
        sheet = sheet_of(tree)
        back = written(sheet)
        assert meaning(parse(back.text).tree) == meaning(tree), text
        # And what the form says does not wander from field to field.
        assert sheet_of(parse(back.text).tree) == sheet, text


@pytest.mark.spec("M2a")
@pytest.mark.parametrize(
    ("sheet", "text"),
    [
        (Sheet(words="返品 -下書き"), "返品 -下書き"),
        (Sheet(words="from:aoi@customer.example"), "from:aoi@customer.example"),
        (Sheet(subject="返品 不良"), "subject:返品 subject:不良"),
        (Sheet(sender="a OR b"), "from:a OR from:b"),
        (Sheet(to="x"), "to:x"),
        (Sheet(cc="x"), "cc:x"),
        (Sheet(bcc="x"), "bcc:x"),
        (Sheet(filename="pdf"), "filename:pdf"),
        (Sheet(attachment=True), "has:attachment"),
        (Sheet(status="open"), "status:open"),
        (Sheet(status="in_progress"), "status:in_progress"),
        (Sheet(status="done"), "status:done"),
        (Sheet(period="2019/02/07-2019/02/08"), "period:2019/02/07-2019/02/08"),
        (Sheet(labels=("至急", "VIP 客")), 'label:至急 label:"VIP 客"'),
        (Sheet(labels=("至急", "VIP 客"), any_label=True), 'label:至急 OR label:"VIP 客"'),
        (
            Sheet(words="a OR b", subject="c", labels=("d", "e"), any_label=True),
            "(a OR b) subject:c (label:d OR label:e)",
        ),
        (Sheet(), ""),
    ],
)
def test_each_field_has_its_text(sheet: Sheet, text: str) -> None:
    assert written(sheet).text == text
    assert written(sheet).cautions == ()
    assert written(sheet_of(parse(text).tree)).text == text


@pytest.mark.spec("M2b")
@pytest.mark.parametrize(
    ("typed", "first", "end"),
    [
        ("2019/02/07-2019/02/08", date(2019, 2, 7), date(2019, 2, 8)),
        ("2019/02/07", date(2019, 2, 7), date(2019, 2, 7)),
        ("2019/02/07-2019/02/07", date(2019, 2, 7), date(2019, 2, 7)),
        ("2019/02/07-", date(2019, 2, 7), None),
        ("-2019/02/08", None, date(2019, 2, 8)),
        ("２０１９／０２／０７　－　２０１９／０２／０８", date(2019, 2, 7), date(2019, 2, 8)),
    ],
)
def test_a_period_of_the_form(typed: str, first: date | None, end: date | None) -> None:
    found = written(Sheet(period=typed))
    assert found.cautions == ()
    assert parse(found.text).tree == n.Period(first, end)


@pytest.mark.spec("M3c")
@pytest.mark.parametrize(
    ("sheet", "where"),
    [
        (Sheet(words='"返品'), "words"),
        (Sheet(words="foo:返品", subject="x"), "words"),
        (Sheet(subject="(返品"), "subject"),
        (Sheet(period="2019/13/45"), "period"),
    ],
)
def test_what_a_field_cannot_mean_is_told_there(sheet: Sheet, where: str) -> None:
    found = written(sheet)
    assert {field for field, _caution in found.cautions} == {where}
    assert found.text


def test_what_was_typed_badly_stays_as_it_was_typed() -> None:
    """So that the list tells of it; and it swallows nothing of the other fields."""
    found = written(Sheet(words='OR "返品', subject="x"))
    tree = parse(found.text).tree
    assert isinstance(tree, n.And)
    assert n.Term("x", n.Field.SUBJECT) in tree.members
    assert {each.code for each in parse(found.text).warnings} == {"dangling_or", "unclosed_quote"}


def test_hostile_forms_are_read_all_the_same() -> None:
    dice = random.Random(9)
    scraps = ("(", ")", "{", "}", '"', "-", "+", ":", "*", "　", "\0", "a", "返品", "OR", "from:")

    def junk() -> str:
        return "".join(dice.choice(scraps) for _ in range(dice.randint(0, 8)))

    for _ in range(2000):
        sheet = Sheet(
            words=junk(),
            subject=junk(),
            sender=junk(),
            filename=junk(),
            period=junk(),
            labels=tuple(filter(None, (junk(), junk()))),
            any_label=dice.random() < 0.5,
        )
        text = written(sheet).text
        tree = parse(text).tree
        assert parse(format_tree(tree)).tree == tree
        assert meaning(parse(written(sheet_of(tree)).text).tree) == meaning(tree)


def test_two_of_one_kind_leave_the_form_what_it_can_hold() -> None:
    sheet = sheet_of(parse("status:open status:done label:a (label:b OR label:c)").tree)
    assert sheet.status == "done"
    assert sheet.labels == ("a",)
    assert not sheet.any_label
    assert sheet.words == "status:open (label:b OR label:c)"


def test_days_after_and_before_are_a_period() -> None:
    sheet = sheet_of(parse("after:2019/02/07 before:2019/02/08 x").tree)
    assert (sheet.period, sheet.words) == ("2019/02/07-2019/02/08", "x")
    day = date(2019, 2, 7)
    nothing = n.And((n.After(day), n.Before(day)))
    assert sheet_of(nothing).period == ""
    assert sheet_of(n.And((n.After(day), n.Before(day + timedelta(days=1))))).period
