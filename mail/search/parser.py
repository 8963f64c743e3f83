"""Tokens -> tree, by recursive descent. Nothing fails: what cannot be read as written is read in
some other way, and a caution says which.

    query  = { group }                     all of them; in braces, one of them at least
    group  = part { OR part }              OR binds tighter than the blank, as in Gmail
    part   = [-] [+] [operator:] ( word | "phrase" | (query) | {query} )
    near   = word AROUND number word
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeGuard

from mail.search.formatter import format_tree, quoted
from mail.search.lexer import Kind, Token, tokens
from mail.search.nodes import (
    Everything,
    Has,
    In,
    Is,
    Near,
    Node,
    Term,
    conjunction,
    disjunction,
    negation,
)
from mail.search.operators import operator_named
from mail.search.values import BadValueError, node_of
from mail.search.words import units

LONGEST = 4000  # characters; the search box takes half of it, for a query may grow when written out
MOST_TERMS = 100
MOST_TOKENS = 600  # terms with all of their signs and brackets
DEEPEST = 20  # brackets within brackets
FARTHEST = 100  # words, of AROUND
_NEAR_IN_QUOTES = re.compile(r"(.+?) AROUND (\d{1,4}) (.+)", re.A)
_NOT_TOLD_BY_GMAIL = frozenset({Is("snoozed"), Is("muted"), In("snoozed")})


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that was not read as it was written.

    `code` is told in words by `mail.search.cautions`; `typed` is what was written; `reading` how it
    was read, as the text of a query, "" where it was left out.
    """

    code: str
    typed: str
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was understood."""

    tree: Node
    warnings: tuple[Caution, ...] = ()


def parse(text: str, operator: str = "") -> Query:
    """Read a query. Linear in its length; never raises.

    Args:
        operator: what plain words are words of, as if the text stood in `operator:(…)`; what is
            wrong with its brackets stays within it.
    """
    return _Parser(text, operator).run()


class _Parser:
    def __init__(self, text: str, operator: str) -> None:
        self.operator = operator
        self.cautions: dict[Caution, None] = {}
        # A broken emoji's half is nothing that a database takes.
        text = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
        if len(text) > LONGEST:
            self._say("too_long", f"…{text[LONGEST : LONGEST + 20]}…")
            text = text[:LONGEST]
        self.tokens = tokens(text)
        if len(self.tokens) > MOST_TOKENS:
            self._say("too_many_terms", self.tokens[MOST_TOKENS].text)
            del self.tokens[MOST_TOKENS:]
        self.place = 0
        self.depth = 0
        self.ignored = 0  # open brackets that were too deep to count
        self.terms = 0

    def run(self) -> Query:
        nodes = []
        while self.place < len(self.tokens):
            nodes.append(self._sequence(self.operator, closing=""))
            if self.place < len(self.tokens):
                # Only a closing bracket without its opening one ends a sequence here.
                self._say("stray_bracket", self.tokens[self.place].text)
                self.place += 1
        return Query(conjunction(nodes), tuple(self.cautions))

    def _say(self, code: str, typed: str, reading: Node | None = None) -> None:
        if len(self.cautions) < 20:
            text = "" if reading is None else format_tree(reading)
            self.cautions[Caution(code, typed, text)] = None

    def _peek(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _sequence(self, operator: str, *, closing: str) -> Node:
        """Groups until the closing bracket, which stays; joined by AND, within braces by OR."""
        groups: list[Node] = []
        while (token := self._peek()) is not None:
            if token.kind is Kind.CLOSE:
                if self.ignored:
                    self.ignored -= 1
                    self.place += 1
                    continue
                break
            if token.kind is Kind.AND:
                # The blank says the same; within braces it cannot.
                if closing == "}":
                    self._say("and_in_braces", token.text)
                self.place += 1
                continue
            groups.append(self._group(operator))
        return disjunction(groups) if closing == "}" else conjunction(groups)

    def _group(self, operator: str) -> Node:
        parts: list[Node] = []
        pending = False  # an OR that waits for what follows it
        while (token := self._peek()) is not None and token.kind not in (Kind.CLOSE, Kind.AND):
            if token.kind is Kind.OR:
                if not parts or pending:
                    self._say("dangling_or", token.text)
                else:
                    pending = True
                self.place += 1
                continue
            if parts and not pending:
                break
            if token.kind is Kind.AROUND:
                self._say("dangling_around", token.text)
                self.place += 1
                continue
            parts.append(self._near(operator, self._part(operator)))
            pending = False
        if pending:
            self._say("dangling_or", "OR")
        return disjunction(parts)

    def _near(self, operator: str, left: Node) -> Node:
        token = self._peek()
        if token is None or token.kind is not Kind.AROUND:
            return left
        self.place += 1
        after = self._peek()
        if after is None or after.kind not in (Kind.WORD, Kind.QUOTED):
            self._say("dangling_around", token.text)
            return left
        right = self._part(operator)
        if not (_is_plain(left) and _is_plain(right)):
            both = conjunction((left, right))
            self._say("dangling_around", token.text, both)
            return both
        if token.number < 0 or token.number > FARTHEST:
            near = Near(left.text, FARTHEST if token.number > 0 else 10, right.text)
            self._say("around_distance", token.text, near)
            return near
        return Near(left.text, token.number, right.text)

    def _part(self, operator: str) -> Node:
        """One term or bracket with its signs. Always moves on."""
        negated = exact = False
        while (token := self._peek()) is not None:
            self.place += 1
            if token.kind is Kind.MINUS:
                negated = not negated
            elif token.kind is Kind.PLUS:
                exact = True
            else:
                node = self._read(operator, token, exact=exact)
                return negation(node) if negated else node
        return Everything()

    def _read(self, operator: str, token: Token, *, exact: bool) -> Node:
        if token.kind is Kind.OPEN:
            return self._bracket(operator, token)
        if token.kind is Kind.OPERATOR:
            return self._operator(token)
        if token.kind is Kind.QUOTED and not token.closed:
            self._say("unclosed_quote", f'"{token.text}', Term(token.text) if token.text else None)
        if token.kind in (Kind.WORD, Kind.QUOTED):
            return self._value(operator, token, exact=exact)
        # A sign before OR, AND, AROUND or a closing bracket signs nothing.
        self.place -= 1
        return Everything()

    def _bracket(self, operator: str, token: Token) -> Node:
        if self.depth >= DEEPEST:
            self._say("too_deep", token.text)
            self.ignored += 1
            return Everything()
        closing = ")" if token.text == "(" else "}"
        self.depth += 1
        node = self._sequence(operator, closing=closing)
        self.depth -= 1
        if (end := self._peek()) is None:
            # One reading is enough, and the inner ones are parts of it.
            self._say("unclosed_bracket", token.text, None if self.depth else node)
        else:
            if end.text != closing:
                self._say("other_bracket", end.text)
            self.place += 1
        return node

    def _operator(self, token: Token) -> Node:
        value = self._peek()
        exact = False
        if value is not None and value.kind is Kind.PLUS:
            self.place += 1
            exact, value = True, self._peek()
        if value is not None and value.kind in (Kind.WORD, Kind.QUOTED, Kind.OPEN):
            self.place += 1
            return self._read(token.text, value, exact=exact)
        self._say("empty_operator", f"{token.typed}:")
        return Everything()

    def _value(self, operator: str, token: Token, *, exact: bool) -> Node:
        if self.terms >= MOST_TERMS:
            self._say("too_many_terms", token.text)
            return Everything()
        self.terms += 1
        is_quoted = token.kind is Kind.QUOTED
        if is_quoted and not operator and (found := _NEAR_IN_QUOTES.fullmatch(token.text)):
            left, distance, right = found.groups()
            if units(left) and units(right):
                return Near(left, min(int(distance), FARTHEST), right, ordered=True)
        typed = token.text
        if not operator and not is_quoted:
            self._unknown_operator(typed)
        try:
            node = node_of(operator, typed, quoted=is_quoted, exact=exact)
        except BadValueError:
            return self._bad_value(operator, typed)
        if node in _NOT_TOLD_BY_GMAIL:
            self._say("not_told_by_gmail", f"{operator}:{typed}", node)
        elif isinstance(node, Has) and node.what.endswith(("-star", "-bang", "-guillemet")):
            self._say("one_star", f"{operator}:{typed}", Is("starred"))
        return node

    def _unknown_operator(self, typed: str) -> None:
        name, colon, rest = typed.replace("：", ":").partition(":")
        # 12:30, https://…, "Re:" are no operators to anybody.
        is_name = colon and rest and name.isalpha() and not rest.startswith("//")
        if is_name and not operator_named(name):
            self._say("unknown_operator", f"{name}:", Term(typed) if units(typed) else None)

    def _bad_value(self, operator: str, typed: str) -> Node:
        """Looked for as text: an agent who mistypes a date should not get all mail instead."""
        if not units(typed):
            self._say("no_letters", f"{operator}:{typed}" if operator else typed)
            return Everything()
        text = Term(f"{operator}:{typed}")
        self._say("bad_value", f"{operator}:{quoted(typed)}", text)
        return text


def _is_plain(node: Node) -> TypeGuard[Term]:
    return isinstance(node, Term) and not node.field and not node.prefix
