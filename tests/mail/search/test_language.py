"""The query language: every operator by name, what is read otherwise, and there and back again."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mail.search import Query, format_tree, parse
from mail.search.nodes import (
    After,
    Age,
    And,
    Assigned,
    Before,
    Category,
    Everything,
    Field,
    Handling,
    Has,
    In,
    InMailbox,
    Is,
    Labelled,
    Locked,
    MessageId,
    Near,
    Node,
    Not,
    Or,
    Period,
    Size,
    Term,
    conjunction,
    disjunction,
    negation,
)
from mail.search.operators import OPERATORS, aliases
from mail.search.parser import DEEPEST, LONGEST, MOST_TERMS
from mail.search.values import CATEGORIES, HAS, IN, IS
from scripts.services import ROOT

A, B, C = Term("a"), Term("b"), Term("c")
DAY = date(2026, 11, 22)

# One row an operator at least; the test's id is the operator's name.
_TABLE: list[tuple[str, str, Node]] = [
    ("from", "from:amy@shop.example", Term("amy@shop.example", Field.FROM)),
    ("from", "差出人：井上", Term("井上", Field.FROM)),
    ("from", "from:me", Term("me", Field.FROM)),
    ("to", "to:(a b)", And((Term("a", Field.TO), Term("b", Field.TO)))),
    ("cc", "ＣＣ：a", Term("a", Field.CC)),
    ("bcc", "Bcc:a", Term("a", Field.BCC)),
    ("deliveredto", "deliveredto:a@b.example", Term("a@b.example", Field.DELIVERED_TO)),
    ("subject", "subject:dinner", Term("dinner", Field.SUBJECT)),
    ("subject", 'subject:"a b"', Term("a b", Field.SUBJECT)),
    ("subject", "subject:{a b}", Or((Term("a", Field.SUBJECT), Term("b", Field.SUBJECT)))),
    ("subject", "件名:返品*", Term("返品", Field.SUBJECT, prefix=True)),
    ("body", "本文:請求", Term("請求", Field.BODY)),
    ("label", "label:至急/返品", Labelled("至急/返品")),
    ("label", 'ラベル:"二 語"', Labelled("二 語")),
    ("label", "label:(a OR b)", Or((Labelled("a"), Labelled("b")))),
    ("label", "-label:a-b", Not(Labelled("a-b"))),
    ("has", "has:attachment", Has("attachment")),
    ("has", "has:nouserlabels", Has("nouserlabels")),
    ("has", "添付:あり", Has("attachment")),
    ("has", "添付:なし", Not(Has("attachment"))),
    ("list", "list:info@example.com", Term("info@example.com", Field.LIST)),
    ("filename", "filename:pdf", Term("pdf", Field.FILENAME)),
    ("filename", '添付:"なし"', Term("なし", Field.FILENAME)),
    ("filename", "添付:+無", Term("無", Field.FILENAME, exact=True)),
    ("filename", "添付:無*", Term("無", Field.FILENAME, prefix=True)),
    ("filename", "添付:見積書.xlsx", Term("見積書.xlsx", Field.FILENAME)),
    ("in", "in:anywhere", In("anywhere")),
    ("in", "in:bin", In("trash")),
    ("in", "in:ゴミ箱", In("trash")),
    ("in", "in:my-label", Labelled("my-label")),
    ("is", "is:unread", Is("unread")),
    ("is", "is:スター付き", Is("starred")),
    ("after", "after:2026/11/22", After(DAY)),
    ("after", "after:1388552400", After(1388552400)),
    ("after", "newer:2026-11-22", After(DAY)),
    ("before", "before:11/22/2026", Before(DAY)),
    ("before", "older:2026年11月22日", Before(DAY)),
    ("before", "before:2026/11", Before(date(2026, 11, 1))),
    ("period", "期間:2019/02/07-2019/02/08", Period(date(2019, 2, 7), date(2019, 2, 8))),
    ("period", "period:2019-02-07-2019-02-08", Period(date(2019, 2, 7), date(2019, 2, 8))),
    ("period", "期間:2019/02/07", Period(date(2019, 2, 7), date(2019, 2, 7))),
    ("period", "期間:2019/02/07-", Period(date(2019, 2, 7), None)),
    ("period", "期間:-2019/02/08", Period(None, date(2019, 2, 8))),
    (
        "period",
        "期間:２０１９／０２／０７〜２０１９／０２／０８",
        Period(date(2019, 2, 7), date(2019, 2, 8)),
    ),
    ("older_than", "older_than:1y", Age(True, 1, "y")),
    ("newer_than", "newer_than:2D", Age(False, 2, "d")),
    ("larger", "larger:10M", Size(True, 10 * 1024**2)),
    ("smaller", "smaller:100kb", Size(False, 100 * 1024)),
    ("size", "size:1000000", Size(True, 1000000)),
    ("rfc822msgid", "rfc822msgid:<20:1@mail.example>", MessageId("20:1@mail.example")),
    ("category", "category:promotions", Category("promotions")),
    ("status", "status:open", Handling("open")),
    ("status", "ステータス:作業中", Handling("in_progress")),
    ("status", "status:全て", Everything()),
    ("assignee", "assignee:me", Assigned("me")),
    ("assignee", "担当:なし", Assigned("none")),
    ("assignee", "担当:田中", Assigned("田中")),
    ("comment", "comment:折り返し", Term("折り返し", Field.COMMENT)),
    ("customer", "顧客:aoi@customer.example", Term("aoi@customer.example", Field.CUSTOMER)),
    ("mailbox", "mailbox:support@shop.example", InMailbox("support@shop.example")),
    ("locked", "locked:yes", Locked("yes")),
    ("locked", "locked:me", Locked("me")),
]


@pytest.mark.spec("M3a", "M4")
@pytest.mark.parametrize(
    ("text", "tree"), [pytest.param(q, t, id=f"{n}-{q}") for n, q, t in _TABLE]
)
def test_operator(text: str, tree: Node) -> None:
    assert parse(text) == Query(tree)


def test_every_operator_stands_in_the_table() -> None:
    assert {name for name, _, _ in _TABLE} == set(OPERATORS)


@pytest.mark.spec("M3a")
@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a OR b c", And((Or((A, B)), C))),
        ("a b OR c", And((A, Or((B, C))))),
        ("{a b}", Or((A, B))),
        ("-{a b}", Not(Or((A, B)))),
        ("-a", Not(A)),
        ("-(a b)", Not(And((A, B)))),
        ("--a", A),
        ("+a", Term("a", exact=True)),
        ("a*", Term("a", prefix=True)),
        ('"a*"', Term("a*")),
        ('"a  b"', Term("a b")),
        ("“a b”", Term("a b")),
        ("((a) (b (c)))", And((A, B, C))),
        ("a AROUND 3 b", Near("a", 3, "b")),
        ('"a AROUND 3 b"', Near("a", 3, "b", ordered=True)),
        ("（a　ＯＲ　b）　－c", And((Or((A, B)), Not(C)))),
        ("｛a　b｝", Or((A, B))),
        ("a-b", Term("a-b")),
        ("or", Term("or")),
        ("12:30", Term("12:30")),
        ("", Everything()),
        ("　", Everything()),
        ("subject:(a from:b)", And((Term("a", Field.SUBJECT), Term("b", Field.FROM)))),
    ],
)
def test_joining(text: str, tree: Node) -> None:
    assert parse(text) == Query(tree)


@pytest.mark.spec("M3c")
@pytest.mark.parametrize(
    ("text", "code", "reading"),
    [
        ("foo:bar", "unknown_operator", '"foo:bar"'),
        ('a "b c', "unclosed_quote", '"b c"'),
        ("(a b", "unclosed_bracket", "a b"),
        ("a)", "stray_bracket", "a"),
        ("(a}", "other_bracket", "a"),
        ("a OR", "dangling_or", "a"),
        ("OR a", "dangling_or", "a"),
        ("a AROUND", "dangling_around", "a"),
        ("AROUND 3 a", "dangling_around", "a"),
        ("a AROUND b", "around_distance", "a AROUND 10 b"),
        ("a AROUND 3 subject:b", "dangling_around", "a"),
        ("subject:", "empty_operator", ""),
        ("after:2026/13/45", "bad_value", '"after:2026/13/45"'),
        ("period:-", "no_letters", ""),
        ("larger:big", "bad_value", '"larger:big"'),
        ("status:とても", "bad_value", '"status:とても"'),
        ("is:happy", "bad_value", '"is:happy"'),
        ("a !!!", "no_letters", "a"),
        ("{a AND b}", "and_in_braces", "a OR b"),
        ("is:snoozed", "not_told_by_gmail", "is:snoozed"),
        ("has:red-star", "one_star", "has:red-star"),
        ("a " * LONGEST, "too_long", None),
        ("a " * (MOST_TERMS + 1), "too_many_terms", None),
        ("(" * (DEEPEST + 3) + "a" + ")" * (DEEPEST + 3) + "", "too_deep", "a"),
    ],
)
def test_read_otherwise(text: str, code: str, reading: str | None) -> None:
    """Nothing fails: the caution names what was typed, and the tree is the reading."""
    query = parse(text)
    assert code in {caution.code for caution in query.warnings}
    if reading is not None and code not in {"unclosed_quote", "dangling_around"}:
        assert format_tree(query.tree) == reading
    if code == "unclosed_quote":
        assert query.warnings[0].reading == reading


def test_what_was_understood_is_no_caution() -> None:
    for text in ("Re: 返品", "https://shop.example/a", "12:30", "a - b"):
        assert "unknown_operator" not in {caution.code for caution in parse(text).warnings}


@pytest.mark.parametrize("operator", OPERATORS)
def test_aliases_mean_the_same(operator: str) -> None:
    value = {"period": "2026/11/22", "in": "inbox", "is": "read", "has": "attachment"}.get(
        operator, "2026/11/22"
    )
    for alias in aliases(operator):
        canonical = {"newer": "after", "older": "before"}.get(alias, operator)
        assert parse(f"{alias}:{value}").tree == parse(f"{canonical}:{value}").tree


def _as_read(text: str) -> str:
    """A term's text as reading leaves it."""
    tree = parse(f'"{text}"').tree
    return tree.text if isinstance(tree, Term) else "無"


_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(_as_read)
_words = st.one_of(
    st.sampled_from(["a", "返品", "a-b", "-x", "OR", "a b", "re:x", "(z)", "x*"]), _text
)
_name = _words.filter(lambda each: '"' not in each)
_plain = st.sampled_from(["foo", "返品", "a.b", "x_1"])
_days = st.dates()
_leaf: st.SearchStrategy[Node] = st.one_of(
    st.builds(Term, _words, st.sampled_from(list(Field)), st.booleans()),
    st.builds(lambda text, field: Term(text, field, prefix=True), _plain, st.sampled_from(Field)),
    st.builds(Near, _plain, st.integers(0, 100), _plain, st.booleans()),
    st.builds(Labelled, _name),
    st.builds(Category, st.sampled_from(list(CATEGORIES))),
    st.builds(Has, st.sampled_from(list(HAS))),
    st.builds(Is, st.sampled_from(list(IS))),
    st.builds(In, st.sampled_from(list(IN))),
    st.builds(After, st.one_of(_days, st.integers(10**8, 10**11 - 1))),
    st.builds(Before, _days),
    st.builds(Period, _days, st.none() | _days),
    st.builds(Period, st.none(), _days),
    st.builds(Age, st.booleans(), st.integers(0, 99999), st.sampled_from("hdwmy")),
    st.builds(Size, st.booleans(), st.integers(0, 10**12 - 1)),
    st.builds(MessageId, _plain),
    st.builds(Handling, st.sampled_from(["open", "in_progress", "done"])),
    st.builds(Assigned, st.sampled_from(["me", "none", "田中", "田中 花子"])),
    st.builds(InMailbox, _plain),
    st.builds(Locked, st.sampled_from(["yes", "no", "me", "田中"])),
)
_trees = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(conjunction),
        st.lists(inner, min_size=2, max_size=4).map(disjunction),
        inner.map(negation),
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(_trees)
@example(Term("無", Field.FILENAME))
@example(Term("有", Field.FILENAME, exact=True))
@example(Term("なし", Field.FILENAME, prefix=True))
def test_written_out_and_read_again(tree: Node) -> None:
    assert parse(format_tree(tree)).tree == tree


_scraps = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *'(){}（）｛｝"”-－+:：*＊',
                "OR",
                " AND ",
                "AROUND 3",
                "from:",
                "件名：",
                "期間:-",
                "　",
                " ",
            ]
        ),
        st.text(max_size=6),
    ),
    max_size=40,
).map("".join)


@settings(max_examples=600, deadline=None)
@given(st.one_of(_scraps, st.text(max_size=300)))
def test_any_text_has_a_reading_that_can_be_written_out(text: str) -> None:
    query = parse(text)
    written = format_tree(query.tree)
    assert parse(written).tree == query.tree
    for caution in query.warnings:
        assert parse(caution.reading).tree is not None


def test_hostile_texts_are_read_in_linear_time() -> None:
    """Each is as long as a query may be; none of them makes the reader deep or slow."""
    for scrap in (
        "(",
        "{",
        "-",
        '"',
        "subject:(",
        "a OR ",
        "-(",
        "AROUND 3 ",
        "a AROUND 1 ",
        "：",
        "\0",
    ):
        query = parse(scrap * (LONGEST // len(scrap)))
        assert len(format_tree(query.tree)) <= 4 * LONGEST


def test_reading_a_query_needs_no_django() -> None:
    """Other programs may read queries without settings, models or a database."""
    program = "import sys, mail.search as s; s.parse('返品'); sys.exit('django' in sys.modules)"
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment, cwd=ROOT)
