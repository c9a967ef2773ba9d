"""What the word index holds of one event, and how a condition asks for it.

The index has one text of tokens an event, unordered. It only finds candidates: exactness comes
from the predicate. Tokens:

=============  ===============================================================================
token          stands for
=============  ===============================================================================
``word``       a word of a target's id or name, or of a metadata value
``=t1f``       term 31 of the dictionary: the action, actor, location, agent, target type
``=i5a0c1e22`` the id of a target, hashed
``=m5a0c1e22`` a short metadata pair, hashed: ``attempt=7``, whose words alone say little
=============  ===============================================================================

Words of actions, actors, locations and agents are not repeated for every event: the dictionary has
them once, and a condition becomes the terms that match it. That halves the index (362 to 150 bytes
an event) and the time to build it.
"""

from zlib import crc32

from auditctl.query.text import fold, words

MAX_WORD = 64  # characters of a word that the index keeps; the predicate sees all of it
SHORT = 12  # a metadata value of at most so many characters, folded, is indexed as a pair
_CACHE = 50_000

_words_of: dict[str, str] = {}
_pair_of: dict[tuple[str, str, str], str] = {}


def term_token(term: int) -> str:
    """Return the token of a dictionary term."""
    return f"=t{term:x}"


def target_token(target_id: str) -> str:
    """Return the token of a target's id."""
    # a lone surrogate can stand in a query, never in a stored id
    return f"=i{crc32(target_id.encode(errors='replace')):x}"


def pair_token(scope: str, key: str, value: str) -> str | None:
    """Return the token of a metadata pair; None for long values, whose words find them.

    Args:
        scope: ``metadata``, ``actor.metadata`` or ``target.metadata``.
        key: The key.
        value: The value as text; case and accents do not matter.
    """
    folded = fold(value)  # equal values may differ in length before they are folded
    if len(folded) > SHORT:
        return None
    return f"=m{crc32(f'{scope}.{key}={folded}'.encode(errors='replace')):x}"


def cut(word: str) -> str:
    """Return what the index keeps of a word."""
    return word[:MAX_WORD]


def word_tokens(text: str) -> str:
    """Return a text from which the index's tokenizer takes the words of the text.

    That tokenizer (``ascii`` of FTS5) lowers ASCII and cuts at all but letters, digits and ``=``,
    which is what :func:`auditctl.query.text.words` does with ASCII. Other text is cut here, as
    the tokenizer takes everything beyond ASCII for letters.
    """
    if len(text) <= MAX_WORD and text.isascii():
        return text.replace("=", " ") if "=" in text else text
    known = _words_of.get(text)
    if known is None:
        known = " ".join([cut(word) for word in words(text)])
        if len(text) < 4 * MAX_WORD:
            if len(_words_of) >= _CACHE:
                _words_of.clear()
            _words_of[text] = known
    return known


def metadata_tokens(scope: str, key: str, value: str) -> str:
    """Return the tokens of a metadata pair."""
    if len(value) > 2 * SHORT:  # folding shortens a text by less than half, or it is a rare one
        pair = None if value.isascii() else pair_token(scope, key, value)
        return word_tokens(value) if pair is None else f"{word_tokens(value)} {pair}"
    entry = (scope, key, value)
    known = _pair_of.get(entry)
    if known is None:
        pair = pair_token(scope, key, value)
        known = word_tokens(value) if pair is None else f"{word_tokens(value)} {pair}"
        if len(_pair_of) >= _CACHE:
            _pair_of.clear()
        _pair_of[entry] = known
    return known


def quoted(token: str) -> str:
    """Return a token as a string of the FTS5 query syntax."""
    return f'"{token}"'


def all_words(text_words: tuple[str, ...], *, prefix: bool = False) -> str:
    """Return the FTS5 expression for texts that have all of these words."""
    parts = [quoted(cut(word)) for word in text_words]
    if prefix or len(text_words[-1]) > MAX_WORD:
        parts[-1] += "*"
    return f"({' AND '.join(parts)})"
