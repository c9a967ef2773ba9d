"""How text is compared: folding, the cutting of free words, and the parts of a glob.

Both the predicate and the word index of the embedded store use these functions, so that the two
cannot disagree about what a word is. SQLite's own tokenizer is not asked: its Unicode tables are
those of 2012.
"""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_GLOB_PIECE = re.compile(r"\\[*?\\]|[*?\\]|[^*?\\]+")


def fold(text: str) -> str:
    """Return ``text`` without the differences of case and accents.

    ASCII is lowered. Other text is decomposed (NFKD), loses its combining marks (category Mn) and
    is case-folded, so that ``Zoë``, ``ZOE`` and ``zoe`` are equal.
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join([char for char in decomposed if unicodedata.category(char) != "Mn"])
    # folding and decomposing can each undo the other's work once (U+0345, U+1E9E): do both again
    return unicodedata.normalize("NFKD", bare.casefold())


def words(text: str) -> list[str]:
    """Return the words of ``text``, folded: the longest runs of letters and digits, in order."""
    folded = fold(text)
    if folded.isascii():
        return _ASCII_WORD.findall(folded)
    return _WORD.findall(folded)


def split_glob(pattern: str) -> list[list[str | None]]:
    r"""Return the parts of a glob: between its stars, runs of text with None for each ``?``.

    ``a?b*`` gives ``[["a", None, "b"], []]``; a pattern without a star has one part. A backslash
    before ``*``, ``?`` or a backslash makes that character literal; elsewhere it is itself.
    """
    parts: list[list[str | None]] = [[]]
    for piece in _GLOB_PIECE.findall(pattern):
        if piece == "*":
            parts.append([])
        elif piece == "?":
            parts[-1].append(None)
        else:
            _add_text(parts[-1], piece[1:] if piece[0] == "\\" and len(piece) > 1 else piece)
    return parts


def _add_text(part: list[str | None], text: str) -> None:
    """Append to the last run of text, so that a part never has two runs side by side."""
    last = part[-1] if part else None
    if last is None:
        part.append(text)
    else:
        part[-1] = last + text


def literal_of(pattern: str) -> str | None:
    """Return the text that a glob without wildcards stands for; None if it has any."""
    if "\\" not in pattern:
        return None if "*" in pattern or "?" in pattern else pattern
    parts = split_glob(pattern)
    if len(parts) > 1 or None in parts[0]:
        return None
    return "".join([run for run in parts[0] if run is not None])
