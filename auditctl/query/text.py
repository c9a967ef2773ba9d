"""How text is compared: folding, and the cutting of free words.

Both the predicate and the word index of the embedded store use these functions, so that the two
cannot disagree about what a word is. SQLite's own tokenizer is not asked: its Unicode tables are
those of 2012.
"""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")


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
