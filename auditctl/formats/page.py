"""One self-contained page: a table that a browser shows, prints and keeps, without any script.

All that an event says is text of the page, never a tag or an attribute: it goes through
``safety.visible``, as a browser obeys bidirectional overrides too, and then through ``escape``. A
policy in the head forbids scripts, images and connections in any case.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import BinaryIO
from zlib import crc32

from auditctl.events.clock import format_ms
from auditctl.events.event import Event
from auditctl.formats.columns import TABLE, TABLE_WITH_ORG, Column, as_text
from auditctl.formats.page_style import ACTOR_HUES, STYLE
from auditctl.formats.safety import visible, visible_json
from auditctl.formats.stream import StreamWriter
from auditctl.formats.times import local_time, zone_name
from auditctl.formats.whole import titles, whole_columns, whole_style
from auditctl.formats.writer import OutputOptions

_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header>
<p>{kind}</p>
<h1>{heading}</h1>
{made}</header>
<table class="{layout}">
"""
_LONG = 36  # characters of a word
_CARDS = 4  # columns that fit a phone side by side
_FOOT = """\
</table>
<footer>{count}</footer>
</body>
</html>
"""


def text(value: str) -> str:
    """Return a text as text of the page."""
    return escape(visible(value))


def head(names: Sequence[str], options: OutputOptions, *, kind: str, right: Sequence[bool]) -> str:
    """Return the page up to its first row.

    Args:
        names: The titles of the columns.
        options: ``caption``, ``now``, ``zone`` and ``header`` count.
        kind: What the rows are, such as ``Audit events``.
        right: Which columns stand on the right.
    """
    made = ""
    if options.now:
        moment = local_time(format_ms(options.now), options.zone)
        made = f"<p>made {text(moment)} {text(zone_name(options.zone))} by auditctl</p>\n"
    caption = f"{kind}: {options.caption}" if options.caption else kind
    page = _HEAD.format(
        title=text(caption),
        style=STYLE,
        kind="auditctl" if not options.caption else text(kind),
        heading=text(options.caption or kind),
        made=made,
        layout="cards" if len(names) > _CARDS else "rows",
    )
    if not options.header:
        return page
    sides = ["right" if aside else "left" for aside in right]
    cells = [
        f'<th scope="col" class="{side}">{text(name)}</th>'
        for name, side in zip(names, sides, strict=True)
    ]
    return f"{page}<thead><tr>{''.join(cells)}</tr></thead>\n"


def foot(count: int, noun: str) -> str:
    """Return the end of the page, which tells how many rows there are."""
    plural = "" if count == 1 else "s"
    return _FOOT.format(count=f"{count:,} {noun}{plural}" if count else f"no {noun}s")


def cell(value: str, title: str, *, right: bool = False) -> str:
    """Return a cell; its title is shown beside it where the page is too narrow for a table."""
    shown = text(value)
    side, wraps = "right" if right else "left", " long" if _is_long(shown) else ""
    return f'<td data-title="{text(title)}" class="{side}{wraps}">{shown}</td>'


class HtmlWriter(StreamWriter):
    """Events as rows of a page, each with its JSON behind a mark that opens it.

    Args:
        out: Where to.
        options: ``columns``, ``zone``, ``with_org``, ``header``, ``caption``, ``now`` and ``live``
            count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        super().__init__(out, options)
        self._options = options
        default = TABLE_WITH_ORG if options.with_org else TABLE
        self._columns = whole_columns(options.columns or default)
        self._style = whole_style(options)
        self._titles = titles(self._columns, options)
        self._tags = [(_tag(column), _tag(column, "long")) for column in self._columns]
        self._count = 0

    def head(self) -> str:
        """Return the page up to the first event."""
        right = [False] * len(self._titles)
        return head(self._titles, self._options, kind="Audit events", right=right)

    def piece(self, event: Event) -> str:
        """Return one event: its row, and its JSON in a row of its own."""
        fields = event.fields
        self._count += 1
        hue = crc32(as_text((fields.get("actor") or {}).get("id")).encode("utf-8", "surrogatepass"))
        cells = "".join(
            [
                self._cell(tags, text(column.cell(fields, self._style)))
                for tags, column in zip(self._tags, self._columns, strict=True)
            ]
        )
        return (
            f'<tbody class="a{hue % ACTOR_HUES}"><tr>{cells}</tr>\n'
            f'<tr class="more"><td colspan="{len(self._columns)}"><details>'
            f"<summary>JSON</summary><pre>{pretty(event.body)}</pre></details></td></tr></tbody>\n"
        )

    def foot(self) -> str:
        """Return the end of the page."""
        return foot(self._count, "event")

    def _cell(self, tags: tuple[str, str], shown: str) -> str:
        return f"{tags[_is_long(shown)]}{shown}</td>"


def _is_long(shown: str) -> bool:
    """Tell whether there is a word that must be broken, lest it make its column too wide."""
    return len(shown) > _LONG and max(map(len, shown.split(" "))) > _LONG


def _tag(column: Column, *more: str) -> str:
    """Return the tag of a column's cells; its classes are ours, never an event's."""
    classes = list(more)
    if column.time:
        classes.append("time")
    elif column.name == "action":
        classes.append("action")
    elif column.name.startswith("actor"):
        classes.append("actor")
    kind = f' class="{" ".join(classes)}"' if classes else ""
    return f'<td data-title="{text(column.title)}"{kind}>'


_PLAIN_JSON = re.compile(rb"[\n\x20-\x7e]*")


def pretty(body: bytes) -> str:
    """Return a body as text of the page: indented, and what would be hidden as escapes."""
    lines = _indented(body)
    if _PLAIN_JSON.fullmatch(lines) is None:
        lines = b"\n".join([visible_json(line) for line in lines.split(b"\n")])
    return escape(lines.decode(), quote=False)


def _indented(body: bytes) -> bytes:
    import msgspec  # noqa: PLC0415 - 28 ms, worth it: it indents in 2 us what json does in 40

    try:
        return msgspec.json.format(body, indent=2)
    except ValueError:  # a lone surrogate in a damaged store, which the standard library takes
        import json  # noqa: PLC0415 - seldom

        lines = json.dumps(json.loads(body), ensure_ascii=False, indent=2)
        return lines.encode("utf-8", "backslashreplace")
