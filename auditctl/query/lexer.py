"""Reading a query character by character: spaces, quoted texts, bare values, field names.

What stands where is the parser's business; this module only knows where a piece ends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditctl.errors import QueryError

if TYPE_CHECKING:
    from typing import NoReturn

MAX_LENGTH = 100_000  # characters of a query

_SPACE = re.compile(r"\s*")
_BARE = re.compile(r'[^\s(),"]*')
_WORD = re.compile(r'[^\s()"]*')
_PATH = re.compile(r'[^\s:"(),]++(?:(?<=\.)"(?:[^"\\]|\\.)*+"[^\s:"(),]*+)*+', re.DOTALL)
_UNESCAPED = re.compile(r"\\([\"\\])")


class Piece(NamedTuple):
    """A part of a query: its text, where it stands, and whether it was quoted."""

    text: str
    start: int
    end: int
    quoted: bool = False


class Scanner:
    """A position in a query, and what can be read there.

    Args:
        query: The text.

    Raises:
        QueryError: The text is too long.
    """

    def __init__(self, query: str) -> None:
        self.query = query
        self.position = 0
        if len(query) > MAX_LENGTH:
            self.fail(
                f"the query is too long: {len(query):,} characters, {MAX_LENGTH:,} are allowed",
                MAX_LENGTH,
                len(query),
                hint="give long lists of values in a file: --actor @FILE",
            )

    def fail(
        self, message: str, start: int, end: int | None = None, *, hint: str | None = None
    ) -> NoReturn:
        """Raise a QueryError for the characters from ``start`` to ``end``."""
        hint = hint or "see `auditctl help query`"
        raise QueryError(message, query=self.query, start=start, end=end, hint=hint)

    def skip_space(self) -> None:
        """Go to the next character that is no white space."""
        match = _SPACE.match(self.query, self.position)
        self.position = match.end() if match else self.position

    def at(self, text: str) -> bool:
        """Tell whether ``text`` stands here."""
        return self.query.startswith(text, self.position)

    def at_boundary(self) -> bool:
        """Tell whether a piece may end here: before white space, a closing bracket, the end."""
        rest = self.query[self.position : self.position + 1]
        return not rest or rest == ")" or rest.isspace()

    def take(self, text: str) -> bool:
        """Go past ``text`` if it stands here, and tell whether it did."""
        if self.at(text):
            self.position += len(text)
            return True
        return False

    def peek_word(self) -> str:
        """Return the characters up to white space, a bracket or a quotation mark."""
        match = _WORD.match(self.query, self.position)
        return match[0] if match else ""

    def take_word(self) -> Piece:
        """Read what :meth:`peek_word` returns."""
        start = self.position
        word = self.peek_word()
        self.position += len(word)
        return Piece(word, start, self.position)

    def take_field(self) -> Piece | None:
        """Read a field's name and its colon, if they stand here; the piece is the name."""
        start = self.position
        name = self.take_path()
        if name.text and self.take(":"):
            return name
        self.position = start
        return None

    def take_path(self) -> Piece:
        """Read a name with its steps, quoted or not, without a colon; it may be empty."""
        start = self.position
        match = _PATH.match(self.query, start)
        self.position = match.end() if match else start
        return Piece(self.query[start : self.position], start, self.position)

    def take_bare(self, *, before_range: bool) -> Piece:
        """Read an unquoted value, up to white space, a bracket, a comma or a quotation mark.

        Args:
            before_range: End also at ``..``.
        """
        start = self.position
        match = _BARE.match(self.query, start)
        end = match.end() if match else start
        if before_range:
            dots = self.query.find("..", start, end)
            end = end if dots < 0 else dots
        self.position = end
        return Piece(self.query[start:end], start, end)

    def take_quoted(self) -> Piece:
        r"""Read a quoted text; ``\"`` and ``\\`` in it stand for the second character.

        Raises:
            QueryError: The closing quotation mark is missing.
        """
        start = self.position
        end = self._closing('"')
        if end < 0:
            self.fail(
                "the closing quotation mark is missing",
                start,
                len(self.query),
                hint=r"a quotation mark inside a text is written \"",
            )
        self.position = end + 1
        text = _UNESCAPED.sub(r"\1", self.query[start + 1 : end])
        return Piece(text, start, self.position, quoted=True)

    def take_regex(self) -> Piece:
        r"""Read ``/pattern/``; ``\/`` in it stands for a slash.

        Raises:
            QueryError: The closing slash is missing.
        """
        start = self.position
        end = self._closing("/")
        if end < 0:
            self.fail(
                "the closing / of the regular expression is missing",
                start,
                len(self.query),
                hint='a text that begins with a slash goes in quotation marks: "/etc/passwd"',
            )
        self.position = end + 1
        return Piece(self.query[start + 1 : end].replace(r"\/", "/"), start, self.position)

    def _closing(self, mark: str) -> int:
        """Return where the next ``mark`` without a backslash before it stands, or -1."""
        position = self.position + 1
        while position < len(self.query):
            if self.query[position] == "\\":
                position += 2
            elif self.query[position] == mark:
                return position
            else:
                position += 1
        return -1
