"""What each shell hands over, and what its script expects back.

Every answer begins with a line that says what the script has to do besides: ``files`` or
``folders``, ``nospace``, or for zsh how much of the word stays. Each line behind it is a candidate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditctl.cli.completing import lines
from auditctl.cli.completing.candidates import Answer, said
from auditctl.cli.completing.engine import complete

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LISTING = "63"  # COMP_TYPE where bash only lists what there is, and inserts nothing
_ROOM = 79  # cells of a line, where the shell does not tell
_LINE, _POINT, _WORD = "AUDITCTL_COMPLETE_LINE", "AUDITCTL_COMPLETE_POINT", "AUDITCTL_COMPLETE_WORD"


def bash(given: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """Answer bash.

    Args:
        given: ``COMP_LINE``, ``COMP_POINT``, the part of the word that bash will replace, and
            ``COMP_TYPE``.
        env: The environment.
    """
    line, point, replaced, kind = given[0], int(given[1]), given[2], given[3]
    words = lines.bash_words(line[:point])
    word = words[-1]
    # what stays of the word: bash replaces only what follows its last colon or opening quote
    kept = lines.bash_words(line[: max(point - len(replaced), word.start)])[-1]
    if word.redirected or not (word.known and line[:point].endswith(replaced)):
        return ["files" if word.redirected else ""]
    before = [one.value for one in words[1:-1]]
    after = [one.value for one in lines.bash_words(line[point:])]
    answer = complete(before, word.value, after, env)
    if answer.files:
        return [answer.files]
    if kind == _LISTING and len(answer.candidates) > 1:
        return ["", *_described(answer, env)]
    written = _written(answer, kept, word.value)
    if len(answer.candidates) != 1 or not written:
        return ["", *written]
    text = written[0]
    if answer.candidates[0].final:
        # bash closes the quotation mark, but not behind a text that ends with one
        closed = kept.quote and text.endswith(kept.quote)
        return ["", text + kept.quote if closed else text]
    # a second text keeps bash from closing the quotation mark
    return ["nospace", text, f"{text} "] if kept.quote else ["nospace", text]


def _written(answer: Answer, kept: lines.Word, word: str) -> list[str]:
    """Return what bash inserts."""
    texts = [answer.stem + one.text for one in answer.candidates]
    quoted = [
        lines.bash_quoted(text[len(kept.value) :], kept.quote)
        for text in texts
        if text.startswith(kept.value)
    ]
    written = [text for text in quoted if text is not None]
    if len(written) > 1 and not all(text.startswith(word) for text in texts):
        written.append(" ")  # with nothing in common, what was typed is not shortened
    return written


def _described(answer: Answer, env: Mapping[str, str]) -> list[str]:
    """Return what is shown where there is a choice: the last part of each word, and what it is."""
    told = env.get("COLUMNS", "")
    room = int(told) - 1 if told.isascii() and told.isdigit() and int(told) > 0 else _ROOM
    widest = min(max([len(one.text) for one in answer.candidates], default=0), room // 2)
    rows = []
    for one in answer.candidates:
        row = f"{one.text:<{widest}}  -- {said(one.summary)}" if one.summary else one.text
        rows.append(row if len(row) <= room else row[: room - 1] + "…")
    return rows


def zsh(given: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """Answer zsh.

    Args:
        given: The place of the current word, that word up to the cursor, and all words behind the
            program's name, without quotation marks.
        env: The environment.
    """
    place, word, words = int(given[0]), given[1], given[2:]
    answer = complete(words[:place], word, words[place + 1 :], env)
    typed = word[len(answer.stem) :]
    loose = not all(one.text.startswith(typed) for one in answer.candidates)
    head = f"{len(answer.stem)} {'loose' if loose else 'exact'} {answer.files}"
    rows = [
        f"{'+' if one.final else '-'}{one.text}\t{row}"
        for one, row in zip(answer.candidates, _described(answer, env), strict=True)
    ]
    return [head, *rows]


def fish(given: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """Answer fish.

    Args:
        given: How many words stand before the current one, the current one up to the cursor as it
            was typed, and all words with the program's name.
        env: The environment.
    """
    place, token, words = int(given[0]), given[1], given[2:]
    word = lines.fish_value(token)
    # an empty current word is not among the words
    answer = complete(words[1:place], word, words[place + bool(token) :], env)
    found = [(answer.stem + one.text, said(one.summary)) for one in answer.candidates]
    # fish quotes what it inserts, but for this one character: it stands for a folder
    tilde = "" if token[:1] in ("'", '"') else "~"
    rows = [f"{text}\t{summary}" for text, summary in found if text[0] != tilde]
    return [answer.files, *rows]


def powershell(given: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """Answer PowerShell, which passes quotation marks to programs in several ways, none reliable.

    Args:
        given: Nothing.
        env: The environment, with the line, the cursor, and the word as PowerShell sees it.
    """
    del given
    line, point = env[_LINE], int(env[_POINT])
    words = lines.powershell_words(line[:point].ljust(point))
    word = words[-1]
    if word.redirected or not word.known:
        return ["files" if word.redirected else ""]
    after = [one.value for one in lines.powershell_words(line[point:])]
    answer = complete([one.value for one in words[1:-1]], word.value, after, env)
    if answer.files:
        return [answer.files]
    quoted = line[word.start : word.start + 1] in ("'", '"')
    # an unquoted comma makes a list, of which only the last item is replaced
    kept = 0 if quoted else word.value.rfind(",") + 1
    if kept and env.get(_WORD, "") == word.value:
        kept = 0
    rows = []
    for one in answer.candidates:
        text = (answer.stem + one.text)[kept:]
        written = lines.powershell_quoted(text, always=quoted)
        if written is not None:
            rows.append(f"{written}\t{one.text}\t{said(one.summary) or one.text}")
    return ["", *rows]


SHELLS: dict[str, Callable[[Sequence[str], Mapping[str, str]], list[str]]] = {
    "bash": bash,
    "zsh": zsh,
    "fish": fish,
    "powershell": powershell,
}
