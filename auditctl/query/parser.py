"""From the text of a query to its tree, by recursive descent.

::

    query = or
    or    = and { ("OR" | "||") and }
    and   = not { ["AND" | "&&"] not }
    not   = ("NOT" | "-" | "!") not | atom
    atom  = "(" or ")" | "has:" field | "missing:" field | field ":" value | word | phrase
    value = operator item | list
    list  = "(" item { ("," | "OR" | "||") item } ")" | item { "," item }
    item  = "/" regex "/" ["i"] | text [".." [text]] | ".." text
    text  = characters with * and ? | quoted

Every fault is a QueryError with its place; :func:`auditctl.query.caret.render_error` shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditctl.query.conditions import OPERATORS, Condition
from auditctl.query.lexer import Piece, Scanner
from auditctl.query.text import words
from auditctl.query.tree import EVERYTHING, Has, Node, Not, Words, both, either

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditctl.query.conditions import Times

MAX_NESTING = 100  # brackets inside brackets

_OR = ("OR", "||")
_AND = ("AND", "&&")
_SYMBOLS = tuple(operator.symbol for operator in OPERATORS)
_QUOTE = "put the text in quotation marks if it has spaces, brackets, commas or quotation marks"


def parse(text: str, *, times: Callable[[str], tuple[int, int]]) -> Node:
    """Return the tree of a query.

    Args:
        text: The query; only white space is the query that everything matches.
        times: Returns the range ``[start, end)``, in milliseconds since 1970, that the text of a
            time names; raises ``auditctl.errors.TimeError`` for other text.

    Raises:
        QueryError: The text is no query; the error has the place and says what would be right.
    """
    return _Parser(text, times).query()


class _Parser:
    """One method for each rule of the grammar."""

    def __init__(self, text: str, times: Times) -> None:
        self._scanner = Scanner(text)
        self._times = times
        self._depth = 0

    def query(self) -> Node:
        scanner = self._scanner
        scanner.skip_space()
        if scanner.position == len(scanner.query):
            return EVERYTHING
        node = self._or()
        if scanner.at(")"):
            start = scanner.position
            scanner.fail("this bracket closes nothing", start, hint=_QUOTE)
        return node

    def _or(self) -> Node:
        items = [self._and()]
        while (keyword := self._keyword(_OR)) is not None:
            self._need_operand(keyword)
            items.append(self._and())
        return either(*items)

    def _and(self) -> Node:
        scanner = self._scanner
        self._refuse_leading_keyword()
        items = [self._not()]
        while True:
            scanner.skip_space()
            if scanner.position == len(scanner.query) or scanner.at(")"):
                return both(*items)
            if scanner.peek_word() in _OR:
                return both(*items)
            keyword = self._keyword(_AND)
            if keyword is not None:
                self._need_operand(keyword)
                self._refuse_leading_keyword()
            items.append(self._not())

    def _keyword(self, spellings: tuple[str, ...]) -> Piece | None:
        """Read a keyword if it stands here as a word of its own."""
        self._scanner.skip_space()
        if self._scanner.peek_word() in spellings:
            return self._scanner.take_word()
        return None

    def _need_operand(self, keyword: Piece) -> None:
        scanner = self._scanner
        scanner.skip_space()
        if scanner.position == len(scanner.query) or scanner.at(")"):
            scanner.fail(
                f"{keyword.text} needs a condition after it",
                keyword.start,
                keyword.end,
                hint=_word_hint(keyword.text),
            )

    def _refuse_leading_keyword(self) -> None:
        scanner = self._scanner
        scanner.skip_space()
        word = scanner.peek_word()
        if word in _OR or word in _AND:
            start = scanner.position
            scanner.fail(
                f"{word} needs a condition before it",
                start,
                start + len(word),
                hint=_word_hint(word),
            )

    def _not(self) -> Node:
        """Read a condition with any number of negations before it; two of them are none."""
        negated = False
        while (sign := self._negation()) is not None:
            negated = not negated
            self._need_operand(sign)
            self._refuse_leading_keyword()
        atom = self._atom()
        return Not(atom) if negated else atom

    def _negation(self) -> Piece | None:
        scanner = self._scanner
        scanner.skip_space()
        if scanner.peek_word() == "NOT":
            return scanner.take_word()
        start = scanner.position
        if not (scanner.take("-") or scanner.take("!")):
            return None
        if scanner.at_boundary():
            sign = scanner.query[start]
            hint = f"no space between them: {sign}action:user.login"
            scanner.fail(f"{sign} stands directly before what it negates", start, hint=hint)
        return Piece(scanner.query[start], start, start + 1)

    def _atom(self) -> Node:
        scanner = self._scanner
        if scanner.at("("):
            return self._group()
        if scanner.at('"'):
            return self._phrase()
        name = scanner.take_field()
        if name is None:
            return self._free_word()
        if name.text in ("has", "missing"):
            return self._presence(name)
        condition = Condition(name, scanner.query, self._times)
        node = self._value(condition)
        if not scanner.at_boundary():
            self._fail_after_value(condition)
        return node

    def _group(self) -> Node:
        scanner = self._scanner
        start = scanner.position
        scanner.take("(")
        self._depth += 1
        if self._depth > MAX_NESTING:
            scanner.fail(f"more than {MAX_NESTING} brackets inside each other", start)
        scanner.skip_space()
        if scanner.at(")"):
            scanner.fail("there is nothing between these brackets", start, scanner.position + 1)
        if scanner.position == len(scanner.query):
            scanner.fail("this bracket is not closed", start)
        node = self._or()
        if not scanner.take(")"):
            scanner.fail("this bracket is not closed", start)
        self._depth -= 1
        return node

    def _phrase(self) -> Node:
        scanner = self._scanner
        piece = scanner.take_quoted()
        prefix = scanner.take("*")
        if not scanner.at_boundary():
            hint = "put a space after the closing quotation mark"
            scanner.fail("text directly after a quoted text", scanner.position, hint=hint)
        return self._words(piece.text, piece, prefix=prefix)

    def _free_word(self) -> Node:
        scanner = self._scanner
        piece = scanner.take_word()
        if not scanner.at_boundary():
            scanner.fail(
                "brackets and quotation marks do not stand inside a word",
                scanner.position,
                hint=_QUOTE,
            )
        for symbol in ("||", "&&"):
            if symbol in piece.text:
                start = piece.start + piece.text.index(symbol)
                scanner.fail(f"{symbol} needs a space before and after it", start, start + 2)
        if piece.text.startswith(":"):
            hint = f'such as action:... or, to search for the text itself, "{piece.text[:60]}"'
            scanner.fail("the name of a field is missing before the colon", piece.start, hint=hint)
        body = piece.text.removesuffix("*")
        if "*" in body or "?" in body:
            hint = (
                f'use a field (action:{piece.text[:60]}) or quotation marks ("{piece.text[:60]}")'
            )
            scanner.fail("a free word can only end with *", piece.start, piece.end, hint=hint)
        return self._words(body, piece, prefix=body != piece.text)

    def _words(self, text: str, piece: Piece, *, prefix: bool) -> Node:
        found = words(text)
        if not found:
            hint = "look into a field for other characters: agent:~..., metadata.KEY:~..."
            message = "there is no letter or digit to search for"
            self._scanner.fail(message, piece.start, piece.end, hint=hint)
        # behind "jon@*" anything may follow, not only what continues the last word
        return Words(tuple(found), prefix=prefix and bool(words(text[-1])))

    def _presence(self, keyword: Piece) -> Node:
        scanner = self._scanner
        field = scanner.take_field()
        if field is not None:
            message = f"{keyword.text}: takes the name of a field, without a value"
            scanner.fail(message, field.start, field.end + 1, hint=f"{keyword.text}:{field.text}")
        start = scanner.position
        name = scanner.take_path()
        if not name.text:
            hint = f"such as {keyword.text}:actor.name"
            scanner.fail("the name of a field is missing", keyword.start, start, hint=hint)
        condition = Condition(name, scanner.query, self._times)
        if not scanner.at_boundary():
            self._fail_after_value(condition)
        has = Has(condition.field.name, condition.path)
        return Not(has) if keyword.text == "missing" else has

    def _value(self, condition: Condition) -> Node:
        """Read all that stands behind the colon."""
        scanner = self._scanner
        start = scanner.position
        if scanner.at("("):
            return self._bracketed(condition)
        for symbol in _SYMBOLS:
            if scanner.take(symbol):
                operator = Piece(symbol, start, scanner.position)
                return condition.operated(operator, self._text(condition, operator))
        items = [self._item(condition)]
        while scanner.take(","):
            items.append(self._item(condition))
        return either(*items)

    def _bracketed(self, condition: Condition) -> Node:
        scanner = self._scanner
        start = scanner.position
        scanner.take("(")
        items = []
        while True:
            scanner.skip_space()
            items.append(self._item(condition))
            scanner.skip_space()
            if scanner.take(")"):
                return either(*items)
            if scanner.position == len(scanner.query):
                scanner.fail("this bracket is not closed", start)
            if self._keyword(_OR) is None and not scanner.take(","):
                end = scanner.position
                hint = f"{condition.name.text}:(a,b) or {condition.name.text}:(a OR b)"
                scanner.fail("values in brackets are divided by commas or OR", end, hint=hint)

    def _item(self, condition: Condition) -> Node:
        """Read one value of a list: a pattern, a range or a text."""
        scanner = self._scanner
        start = scanner.position
        if scanner.at("/"):
            pattern = scanner.take_regex()
            return condition.regex(pattern, ignore_case=scanner.take("i"))
        for symbol in _SYMBOLS:
            if scanner.at(symbol):
                hint = (
                    f'write a condition for each, or quotation marks if it is text: "{symbol}..."'
                )
                scanner.fail(
                    f"{symbol} does not stand in a list", start, start + len(symbol), hint=hint
                )
        if not condition.has_ranges:
            return condition.value(self._text(condition))
        node = self._range(condition)
        if node is None:
            scanner.position = start
            node = condition.value(self._text(condition))
        return node

    def _range(self, condition: Condition) -> Node | None:
        """Read ``a..b``, ``a..`` or ``..b``; None if this is no range after all."""
        scanner = self._scanner
        low = None if scanner.at("..") else self._text(condition, before_range=True)
        if not scanner.take(".."):
            return None
        at_end = scanner.at_boundary() or scanner.at(",")
        high = None if at_end else self._text(condition)
        ends = [piece for piece in (low, high) if piece is not None]
        if not ends:
            return None
        if condition.field.kind in ("scalar", "any"):
            numbers = [condition.is_number(piece) for piece in ends]
            if not any(numbers):
                return None  # a text with dots: ../etc/passwd
            if not all(numbers):
                hint = 'quotation marks make it a text: "1..x"'
                condition.fail(
                    "a range goes from number to number", ends[numbers.index(False)], hint=hint
                )
        return condition.between(low, high)

    def _text(
        self, condition: Condition, operator: Piece | None = None, *, before_range: bool = False
    ) -> Piece:
        """Read one text, quoted or bare."""
        scanner = self._scanner
        if scanner.at('"'):
            return scanner.take_quoted()
        piece = scanner.take_bare(before_range=before_range)
        if not piece.text:
            name = condition.name
            after = operator.text if operator else ":"
            empty = f'{name.text}:""'
            hint = f"no space after {after}; the empty text is {empty}, any value has:{name.text}"
            scanner.fail(f"a value is missing after {after}", name.start, piece.end, hint=hint)
        return piece

    def _fail_after_value(self, condition: Condition) -> None:
        scanner = self._scanner
        position = scanner.position
        if scanner.at(","):
            hint = f"a list: {condition.name.text}:a,b; not in a list: -{condition.name.text}:a,b"
            scanner.fail("a list does not go with an operator", position, hint=hint)
        scanner.fail("the value ends here, but text follows without a space", position, hint=_QUOTE)


def _word_hint(keyword: str) -> str:
    return f'to search for the word itself, put it in quotation marks: "{keyword}"'
