r"""A table in GitHub-flavoured Markdown, for issues, wikis and reports of incidents.

Nothing in an event may be read as markup, by whatever renders the table. Most of it is a matter of
backslashes. What renderers look for in finished text, though, a backslash does not keep from them:
GitHub links ``@name`` and e-mail addresses, ``#12`` and ``:smile:``, and sets ``$x$`` as a formula.
Words with one of these are set in code, where every renderer leaves text alone.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import BinaryIO

from auditctl.events.event import Event
from auditctl.formats.columns import TABLE
from auditctl.formats.safety import visible
from auditctl.formats.stream import StreamWriter
from auditctl.formats.whole import titles, whole_columns, whole_style
from auditctl.formats.writer import OutputOptions

# ends of names that are taken for a link also without http://; any two letters may be a country
_DOMAINS = "biz|com|edu|gov|net|org|pro|web|xxx|aero|asia|coop|info|museum|name|shop|xn--"


@cache
def _marks() -> re.Pattern[str]:
    """Return what a backslash has to stand before; compiled at first use.

    An underscore between letters or digits is none, as it cannot begin or end emphasis there: ids
    and actions stay readable.
    """
    return re.compile(
        r"[\\`*\[\]<>&|~!#]"
        r"|(?<![^\W_])_|_(?![^\W_])"
        r"|:(?=/)|(?<=/)/"
        r"|(?<=www)\."
        rf"|\.(?=[^\W\d_]{{2}}(?![^\W_])|(?:{_DOMAINS})(?![^\W\d_])|[^\x00-\x7f])",
        re.IGNORECASE,
    )


@cache
def _looked_for() -> re.Pattern[str]:
    """Return what a backslash does not hide from a renderer."""
    return re.compile(r"[@$]|#[0-9]|:(?:[+-]1|100|1234|[\w+-]*[^\W\d][\w+-]*):")


def markdown_cell(text: str) -> str:
    """Return a text so that a cell of a table shows it and nothing else."""
    text = visible(text)
    if text.isalnum():
        return text
    if _looked_for().search(text) is None:
        return _escaped(text)
    return " ".join([_word(word) for word in text.split(" ")])


def _word(word: str) -> str:
    """Return a word, in code if it needs that; brackets and commas around it stay outside."""
    if _looked_for().search(word) is None:
        return _escaped(word)
    core = word.lstrip("(").rstrip("),;")
    before, _, after = word.partition(core)
    return _escaped(before) + _code(core) + _escaped(after)


def _escaped(text: str) -> str:
    return _marks().sub(r"\\\g<0>", text)


def _code(word: str) -> str:
    fence = "`" * (1 + max([len(run) for run in re.findall("`+", word)], default=0))
    pad = " " if word[0] == "`" or word[-1] == "`" else ""
    # a table is cut at its pipes before code is looked for
    return f"{fence}{pad}{word}{pad}{fence}".replace("|", "\\|")


def table_row(cells: Sequence[str]) -> str:
    """Return one row of a table from texts, with its line feed."""
    return f"| {' | '.join([markdown_cell(cell) for cell in cells])} |\n"


def heading(names: Sequence[str], right: Sequence[bool] = ()) -> str:
    """Return the heading of a table and the line below it, which says what stands on the right."""
    sides = ["---:" if aside else "---" for aside in right or [False] * len(names)]
    return f"{table_row(names)}| {' | '.join(sides)} |\n"


class MarkdownWriter(StreamWriter):
    """Events as rows of a Markdown table, with a heading also when there are none.

    Args:
        out: Where to.
        options: ``columns``, ``zone``, ``header`` and ``live`` count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        super().__init__(out, options)
        self._options = options
        self._columns = whole_columns(options.columns or TABLE)
        self._style = whole_style(options)

    def head(self) -> str:
        """Return the heading."""
        return heading(titles(self._columns, self._options)) if self._options.header else ""

    def piece(self, event: Event) -> str:
        """Return one row."""
        fields = event.fields
        return table_row([column.cell(fields, self._style) for column in self._columns])
