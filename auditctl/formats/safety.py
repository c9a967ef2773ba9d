r"""The one way from event text to a terminal.

Whoever can name a project or send a user agent writes into the audit trail, and so, unless it is
stopped here, to the terminal of whoever reads it: escape sequences that rewrite the screen or the
clipboard, bidirectional overrides that turn a line around, characters that nobody sees. Rich lets
all of these through. :func:`visible` shows them: ``\x1b``, ``\n``, ``\u202e``, ``\U000e0041``.
Nothing is dropped, as a reader of evidence must see that something is there.

A backslash that the text has itself stays one, so ``\x1b`` on the screen may also be four typed
characters. Doubling it would spoil every ``DOMAIN\user`` and Windows path for a question that
seldom arises and that ``-o jsonl`` answers exactly.

Made visible are: control characters (C0, DEL, C1), format characters (Unicode category Cf, so also
the joiner inside some emoji), line and paragraph separators, lone surrogates, private use
characters and noncharacters (each font shows something else), and the characters that are blank
by definition: fillers, variation selectors and the ignorable ranges. Other unassigned characters
pass: they are the letters and emoji of a newer Unicode than Python's.
"""

import re
import unicodedata
from functools import cache

# Default_Ignorable_Code_Point of Unicode 16 and category Cf, as ranges; the tests compare the
# second with unicodedata, whose scan takes 100 ms and so is not made at start-up
_HIDDEN_RANGES = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
) + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x1_0000, 0xE_0000, 0x1_0000)
)

# Vietnamese needs two marks on a letter, pointed and chanted Hebrew three, Tibetan up to four.
# More of them draw over the lines above and below.
MAX_MARKS = 4

# Where marks can be, roughly: blocks without any (Greek, CJK, Hangul) are left out for speed
_MARK_BLOCKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u1dff\u20d0-\u20ff\u2cef-\u302f\u3099\u309a\ua66f-\uabff"
    "\ufb1e\ufe20-\ufe2f\U000101fd-\U00011fff\U00016af0-\U00016fff\U0001bc00-\U0001efff"
)
# Where all characters take one cell: Latin, Greek, Cyrillic, punctuation, arrows, and what tables
# and charts are drawn with. Not exhaustive: elsewhere Rich counts.
_NARROW = (
    " -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u2190-\u21ff"
    "\u2500-\u25fc\u2800-\u28ff"
)
_UNSAFE_BYTES = re.compile(rb"[\x00-\x1f\x7f-\xff]")

# below it there are no marks and nothing that is both printable and hidden
_FIRST_MARK = "\u0300"


@cache
def _hidden() -> re.Pattern[str]:
    """Return what is made visible; compiled at first use, as most runs never need it (4 ms)."""
    return re.compile(f"[{_HIDDEN_RANGES}]")


@cache
def _marks() -> re.Pattern[str]:
    """Return too many marks, and marks without a character before them."""
    return re.compile(f"\\A[{_MARK_BLOCKS}]+|[{_MARK_BLOCKS}]{{{MAX_MARKS + 1},}}")


@cache
def _narrow() -> re.Pattern[str]:
    """Return what takes as many cells as it has characters."""
    return re.compile(f"[{_NARROW}]*")


_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def visible(text: str) -> str:
    r"""Return ``text`` so that it can be written to a terminal: one line, nothing hidden.

    Clean text is returned as it is, and the function changes nothing in its own results. More than
    four combining marks on one character, and marks at the start that would sit on whatever
    stands before the text, are made visible too.
    """
    if text.isprintable() and (text.isascii() or max(text) < _FIRST_MARK):
        return text
    if _hidden().search(text) is not None:
        text = _hidden().sub(_escaped, text)
    if _marks().search(text) is not None:
        text = _marks().sub(_thinned, text)
    return text


def visible_json(body: bytes) -> bytes:
    r"""Return a JSON text that means the same and can be written to a terminal as one line.

    What :func:`visible` would show is written as ``\uXXXX``, outside of the basic plane as a
    surrogate pair. White space between tokens becomes spaces; bytes that are not UTF-8 are shown
    as escapes of lone surrogates, as such a text has no meaning that could be kept.
    """
    if _UNSAFE_BYTES.search(body) is None:
        return body
    text = body.decode("utf-8", "surrogateescape")
    # a raw control character inside a JSON string is not allowed, so these stand between tokens
    text = text.replace("\n", " ").replace("\t", " ").replace("\r", " ")
    text = _hidden().sub(_json_escaped, text)
    if _marks().search(text) is not None:
        text = _marks().sub(_json_thinned, text)
    return text.encode()


def width(text: str) -> int:
    """Return how many cells of a terminal a visible text takes."""
    if text.isascii() or _narrow().fullmatch(text) is not None:
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - 20 ms, for the scripts that need it

    return cell_len(text)


def clip(text: str, cells: int) -> str:
    """Return ``text``, or its start with ``…`` at the end, so that it takes at most ``cells``."""
    if len(text) <= cells and text.isascii():
        return text
    if cells < 1:
        return ""
    if text.isascii():
        return text[: cells - 1] + "…"
    # no visible character but a combining mark takes less than a cell: look no further
    head = text[: cells * (MAX_MARKS + 1) + 1]
    if len(head) == len(text) and width(text) <= cells:
        return text
    return head[: fitting(head, cells - 1)] + "…"


def fitting(text: str, cells: int) -> int:
    """Return how many characters from the start of a visible text fit into ``cells``."""
    used = 0
    for place, char in enumerate(text):
        used += width(char)
        if used > cells:
            return place
    return len(text)


def _escaped(match: re.Match[str]) -> str:
    return _escape(match[0])


def _escape(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:  # noqa: PLR2004 - the last code point of two digits
        return _SHORT.get(char) or f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def _json_escaped(match: re.Match[str]) -> str:
    return _json_escape(match[0])


def _json_escape(char: str) -> str:
    code = ord(char)
    if code <= 0xFFFF:  # noqa: PLR2004 - the last code point of the basic plane
        return f"\\u{code:04x}"
    code -= 0x1_0000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _thinned(match: re.Match[str]) -> str:
    return "".join([_escape(char) if excess else char for char, excess in _excess(match)])


def _json_thinned(match: re.Match[str]) -> str:
    return "".join([_json_escape(char) if excess else char for char, excess in _excess(match)])


def _excess(match: re.Match[str]) -> list[tuple[str, bool]]:
    """Return the characters of a run and whether each is a combining mark too many."""
    marked: list[tuple[str, bool]] = []
    room = 0 if match.start() == 0 else MAX_MARKS
    for char in match[0]:
        if unicodedata.category(char) in {"Mn", "Me"}:
            marked.append((char, room <= 0))
            room -= 1
        else:
            marked.append((char, False))
            room = MAX_MARKS
    return marked
