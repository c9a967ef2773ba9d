"""The text of ``auditctl help formats``, from the tables of formats and columns."""

from auditctl.formats.columns import CATALOGUE, CSV, LINES, TABLE
from auditctl.formats.writer import FORMATS

_RULES = """\
Without -o a table is drawn on a terminal, and lines are written elsewhere.
json and jsonl are the events as they are stored, byte for byte; with -c they
are objects of the columns. In a CSV, cells that a spreadsheet would run get a
' in front unless --raw-csv is given. Control, bidi and invisible characters are
shown as escapes such as \\x1b and \\u202e; csv and tsv keep them in a pipe.
Times are UTC with a Z everywhere but in tables."""


def formats_topic() -> str:
    """Return the text of the topic."""
    lines = ["Output formats (-o)", ""]
    lines.extend(f"  {name:<7} {text}" for name, text in FORMATS.items())
    lines.extend(["", _RULES, "", "Columns (-c a,b,c)", ""])
    lines.extend(_wrapped(", ".join(CATALOGUE)))
    lines.append("")
    lines.append("Any field of `auditctl help query` is a column too: metadata.region.")
    lines.append("")
    for name, columns in (("table", TABLE), ("lines", LINES), ("csv, tsv", CSV)):
        lines.extend(_wrapped(f"{name}: {', '.join(columns)}"))
    return "\n".join(lines)


def _wrapped(text: str) -> list[str]:
    from textwrap import wrap  # noqa: PLC0415 - only for help

    return wrap(text, 78, initial_indent="  ", subsequent_indent="    ")
