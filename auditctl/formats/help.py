"""The text of ``auditctl help formats``, from the tables of formats, columns and layouts."""

from auditctl.formats.columns import CATALOGUE, CSV, LINES, TABLE
from auditctl.formats.layout import LAYOUTS
from auditctl.formats.template import EXAMPLES
from auditctl.formats.wide import WIDE
from auditctl.formats.writer import ALIASES, FORMATS

WIDTH = 80

# (key, type, what it says); a list's keys are those of its elements
JSON_KEYS = (
    ("id", "text", "the event's id"),
    ("organization_id", "text", "the organization's id"),
    ("action", "text", "what was done"),
    ("version", "number", "version of the event's schema"),
    ("occurred_at", "time", "when it happened, by the sender's clock"),
    ("received_at", "time", "when it was stored, by the store's clock"),
    ("actor.id", "text", "who did it"),
    ("actor.type", "text", "user, api_key, system, ..."),
    ("actor.name", "text ?", "the actor's name"),
    ("actor.metadata", "object", "text, numbers and booleans by key"),
    ("targets[].id", "text", "to what it was done"),
    ("targets[].type", "text", "project, team, ..."),
    ("targets[].name", "text ?", "the target's name"),
    ("targets[].metadata", "object", "text, numbers and booleans by key"),
    ("context.location", "text ?", "from where: address or place"),
    ("context.user_agent", "text ?", "with which program"),
    ("metadata", "object", "text, numbers and booleans by key"),
    ("source.type", "text ?", "the kind of the original record"),
    ("source.record", "object ?", "the original record of an import"),
)

# (formats, their columns without -c)
_DEFAULTS = (
    ("table", (*TABLE, "and what there is room for")),
    ("wide", (*WIDE, "less what is empty")),
    ("md", TABLE),
    ("html", (*TABLE, "org if there are several")),
    ("lines", LINES),
    ("csv, tsv", CSV),
)

# how a field stands in a template
_FIELDS = (
    ("{actor.name}", "any column or field, as text; times are UTC"),
    ('{metadata."my key"}', "keys with other characters are quoted"),
    ("{actor.name|actor.id}", "the first that has a value"),
    ('{actor.name|"nobody"}', "or else a text"),
    ("{targets!j}", "as JSON"),
    ("{{  }}  \\n  \\t  \\\\", "braces, line feed, tab, backslash"),
)


def formats_topic() -> str:
    """Return the text of the topic: plain lines of at most 80 columns, ending in a line feed."""
    names: dict[str, list[str]] = {name: [] for name in FORMATS}
    for alias, name in ALIASES.items():
        names[name].append(alias)
    formats = [
        (name, text + (f" (also: {', '.join(names[name])})" if names[name] else ""))
        for name, text in FORMATS.items()
    ]
    blocks = [
        "FORMATS",
        _paragraph(
            "-o chooses how events are written. Without it a table is drawn on a terminal, and "
            "lines are written elsewhere. Every command that prints takes every format, tail too."
        ),
        _table(formats, 9),
        _paragraph(
            "Times are in your zone in table, wide, md and html, and in a template that lays them "
            "out; everywhere else they are UTC, such as 2026-05-01T12:00:00.123Z."
        ),
        _paragraph(
            "json and jsonl are the events as they are stored, byte for byte; with -c they are "
            "objects of the columns. In csv and tsv a cell that a spreadsheet would run has a ' in "
            "front, unless --raw-csv is given. In tsv a backslash, a tab and a line end are "
            "written \\\\, \\t, \\n and \\r. --no-header leaves the heading out."
        ),
        _paragraph(
            "Control, bidi and invisible characters are shown as escapes such as \\x1b and "
            "\\u202e. In a pipe or a file json, jsonl, csv, tsv and the texts of --jq keep them."
        ),
        "COLUMNS",
        _paragraph(
            "-c time,actor,metadata.region chooses the columns and their order, in all formats but "
            "templates and jq. Every field of auditctl help query is a column too."
        ),
        _table([(column.name, column.summary) for column in CATALOGUE.values()], 17),
        _paragraph("Without -c:"),
        "\n".join([_item(f"{label:<8}", ", ".join(columns)) for label, columns in _DEFAULTS]),
        "KEYS OF AN EVENT IN JSON",
        _table([(key, f"{kind:<10}{text}") for key, kind, text in JSON_KEYS], 20),
        _paragraph(
            "Keys marked ? may be absent. None of these keys will go or change its type; new ones "
            "may come. Times are text in UTC with three digits and a Z."
        ),
        "TEMPLATES",
        _paragraph("--format TEMPLATE writes a line for each event. Fields stand in braces:"),
        _table(list(_FIELDS), 23),
        _paragraph("Behind a colon stands how a value is laid out:"),
        _table(list(LAYOUTS), 23),
        _paragraph("Such as"),
        "\n".join([f"  --format '{template}'\n      {text}" for template, text in EXAMPLES]),
        _paragraph(
            "A field without a value is nothing. Values never end the line: what would is shown as "
            "an escape. Put the template in single quotes, which keep it from the shell."
        ),
        "JQ",
        _paragraph(
            "--jq EXPR writes what a jq expression makes of each event, one result a line: texts "
            "as they are, other values as JSON. It needs pip install 'auditctl[jq]', and no jq "
            "program. jq reckons with 64-bit floats: a whole number beyond 2^53 loses its last "
            "digits, and 1.0 becomes 1."
        ),
        "  auditctl list -n all --jq '.targets[] | select(.type == \"project\") | .id'",
        "RECORDS",
        _paragraph(
            "stats, actions, actors and store list print records that are no events. They take the "
            "same formats; -c and the fields of a template are their own columns, which are named "
            "by -o csv and by the error for a wrong one. --jq sees each as an object."
        ),
        "  auditctl actors --format '{name|actor:<20} {last:%F} {count:>8,}'",
    ]
    return "\n\n".join(blocks) + "\n"


def _table(rows: list[tuple[str, str]], indent: int) -> str:
    return "\n".join([f"  {name:<{indent}}{text}" for name, text in rows])


def _item(label: str, text: str) -> str:
    return _wrapped(text, f"  {label}  ", " " * (len(label) + 4))


def _paragraph(text: str) -> str:
    return _wrapped(text, "", "")


def _wrapped(text: str, first: str, rest: str) -> str:
    from textwrap import fill  # noqa: PLC0415 - only for help

    return fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )
