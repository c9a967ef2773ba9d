"""How shells cut a line into words, and how a text is written so that it stays one word.

Only bash and PowerShell need this: zsh and fish hand over words, and quote what they are given.
"""

from __future__ import annotations

from typing import NamedTuple

# characters that need no quoting anywhere in a word of bash
_BASH_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=")
_POWERSHELL_SAFE = _BASH_SAFE - frozenset("@%,")
_POWERSHELL_QUOTES = "'\u2018\u2019\u201a\u201b"  # PowerShell takes each for the straight one


class Word(NamedTuple):
    """A word of a line.

    Attributes:
        start: Where it begins in the line.
        value: What the program is given.
        quote: The quotation mark that is still open at its end, or nothing.
        redirected: Whether it is the file of a redirection.
        known: Whether the value is known: not where the shell would put something else in.
    """

    start: int
    value: str
    quote: str
    redirected: bool
    known: bool


def bash_words(line: str) -> list[Word]:
    """Return the words of a line; the last one is that at its end, which may be empty."""
    return _Reader(line, escape="\\", breaks="|&;()<>").words()


def powershell_words(line: str) -> list[Word]:
    """Return the words of a line, as :func:`bash_words` does."""
    return _Reader(line, escape="`", breaks="|&;(){}<>").words()


def bash_quoted(text: str, quote: str) -> str | None:
    """Return a text so that bash reads it as it is, behind an open quotation mark or none.

    None where that is not possible.
    """
    if quote == "'":
        quoted = text.replace("'", "'\\''")
        # readline takes a text that begins with the open quotation mark for one that has its own
        return f"'{quoted}" if quoted.startswith("'") else quoted
    if quote == '"':
        if "!" in text:  # the history is looked up, and a backslash would stay
            return None
        return "".join([f"\\{char}" if char in '\\"$`' else char for char in text])
    return "".join([char if char in _BASH_SAFE or char > "\x7f" else f"\\{char}" for char in text])


def powershell_quoted(text: str, *, always: bool) -> str | None:
    """Return a text so that PowerShell reads it as it is; None where that is not possible.

    Args:
        text: The text.
        always: Use quotation marks also where none are needed.
    """
    if any(char in _POWERSHELL_QUOTES[1:] for char in text):
        return None
    dashed = text.startswith("-") and ("." in text or ":" in text)  # would be cut in two
    if not always and not dashed and text and all(char in _POWERSHELL_SAFE for char in text):
        return text
    return "'" + text.replace("'", "''") + "'"


class _Reader:
    """Reads a line character by character.

    Args:
        line: The line.
        escape: What takes the meaning from the next character: a backslash or a backtick.
        breaks: Characters that end a word.
    """

    def __init__(self, line: str, *, escape: str, breaks: str) -> None:
        self._line = line
        self._escape = escape
        self._breaks = breaks
        self._place = 0

    def words(self) -> list[Word]:
        found = []
        redirected = False
        line = self._line
        while True:
            while self._place < len(line) and line[self._place] in " \t\n":
                self._place += 1
            char = line[self._place : self._place + 1]
            if char and char in self._breaks:
                redirected = char in "<>"
                self._place += 1
                continue
            word = self._word(redirected=redirected)
            at_end = self._place >= len(line)
            if at_end or not word.redirected:
                found.append(word)
            if at_end:
                return found
            redirected = False

    def _word(self, *, redirected: bool) -> Word:
        line, start = self._line, self._place
        quote = ""
        known = True
        value = []
        while self._place < len(line):
            char = line[self._place]
            if not quote and (char in " \t\n" or char in self._breaks):
                break
            self._place += 1
            if char == quote:
                if self._escape == "`" and line[self._place : self._place + 1] == quote:
                    value.append(quote)  # doubled, it stands for itself
                    self._place += 1
                else:
                    quote = ""
            elif not quote and char in "'\"":
                quote = char
            elif char == self._escape and quote != "'":
                value.append(self._escaped(quote))
            else:
                known = known and (quote == "'" or char not in "$`")
                value.append(char)
        return Word(start, "".join(value), quote, redirected, known)

    def _escaped(self, quote: str) -> str:
        """Read the character behind an escape."""
        char = self._line[self._place : self._place + 1]
        self._place += len(char)
        if quote and self._escape == "\\" and char not in '\\"$`':
            return f"\\{char}"  # between double quotes a backslash is one before other characters
        return char


def fish_value(token: str) -> str:
    """Return the value of a word as it was typed in fish, up to the cursor."""
    value = []
    quote = ""
    place = 0
    while place < len(token):
        char = token[place]
        place += 1
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char == "\\" and place < len(token):
            escaped = token[place]
            place += 1
            plain = quote and escaped not in ("\\", quote, "$" if quote == '"' else quote)
            value.append(f"\\{escaped}" if plain else escaped)
        else:
            value.append(char)
    return "".join(value)
