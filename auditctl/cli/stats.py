"""``auditctl stats``: how many, by what, when."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from auditctl.cli.asking import Question, ask, say_nothing_yet
from auditctl.cli.choices import FOR_PEOPLE, chosen_format
from auditctl.cli.command import command
from auditctl.cli.options import Common, Filters, Output, QueryText, Span, merged
from auditctl.cli.printing import finish, record_options
from auditctl.cli.session import Session  # noqa: TC001 - Typer reads the annotations
from auditctl.errors import UsageError
from auditctl.formats.records import RecordColumn, write_records
from auditctl.query.fields import UnknownFieldError, lookup
from auditctl.stores.base import Counts, Grouping

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditctl.formats.buckets import Buckets
    from auditctl.formats.writer import OutputOptions
    from auditctl.stores.base import CountKey, Store

Row = dict[str, "str | int | float | None"]

TOP = 20

EXAMPLES = (
    ("how often each action occurred", "stats"),
    ("who did most in the last week", "stats --by actor.id --since 7d --top 10"),
    ("which actions each actor type took", "stats --by actor.type,action"),
    ("failures by hour, as CSV", "stats 'action:*.failed' --every 1h --on yesterday -o csv"),
    ("regions by day", "stats --by metadata.region --every 1d --since 30d"),
)


def run(
    session: Session,
    *,
    query: QueryText = None,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    filters: Filters = Filters(),  # noqa: B008
    span: Span = Span(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="FIELD,...",
            help="Fields to group by [default: action, unless --every is given].",
            show_default=False,
        ),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            "--every",
            metavar="STEP",
            help="Count in steps of time: `15m`, `1h`, `1d`, `1w`, `1mo`.",
            show_default=False,
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            "--top",
            metavar="N",
            min=1,
            help=f"Only the N most frequent groups [default: {TOP} in a table, else all].",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Count matching events by fields and over time.

    A table has a bar for each group and, below, all events over time; with --every a bar for each
    step; with both, a line over time for each group. Other formats have one row for each time and
    group. An event with several targets counts once in each target's group.
    """
    question = ask(session, query, common, filters, span)
    names = merged(by) or ([] if every else ["action"])
    groups = [_grouping(name) for name in names]
    format_name = chosen_format(session, output)
    drawn = format_name == "table" and not output.columns
    store = question.open()
    counts, buckets = Counts({}, 0), None
    if store is not None:
        width = session.width if drawn else None
        counts, buckets = _counted(question, store, groups, every, width)
    most = top or (TOP if format_name == "table" else None)
    kept = _most_frequent(counts, len(groups), most)
    zone = question.zone if format_name in FOR_PEOPLE else None
    options = record_options(session, output, zone)
    notes: list[str] = []
    if drawn:
        notes = _draw(
            session, counts, kept, names, buckets=buckets, options=options, timed=bool(every)
        )
    else:
        empty_edges = buckets.starts if buckets and every and not names else ()
        rows = _rows(counts, kept, names, empty_edges, timed=bool(every))
        columns = _columns(names, timed=bool(every))
        write_records(rows, columns, format_name, session.stdout, options)
    if store is None:
        say_nothing_yet(session)
    else:
        _say_footer(question, counts, kept, len(groups), notes)
        if not counts.total:
            from auditctl.cli.suggesting import say_suggestions  # noqa: PLC0415 - nothing matched

            say_suggestions(question, store)
    finish(question, counts.total, counts.completeness, None)


def _grouping(name: str) -> Grouping:
    try:
        found, path = lookup(name)
    except UnknownFieldError as error:
        meant = f"did you mean `{error.close[0]}`?" if error.close else None
        hint = meant or "see `auditctl help query` for fields"
        raise UsageError(error.reason, hint=hint) from error
    if found.kind == "time":
        raise UsageError(
            f"events are not grouped by '{name}' itself", hint="use `--every 1h` or another step"
        )
    return Grouping(found.name, path)


def _counted(
    question: Question,
    store: Store,
    groups: Sequence[Grouping],
    every: str | None,
    width: int | None,
) -> tuple[Counts, Buckets | None]:
    """Return the counts and the steps of time.

    Without ``every`` and for a terminal of so many cells, the steps are those of a histogram of
    all events: the shortest that fit.
    """
    if every is None and width is None:
        return store.count(question.query(), groups), None
    from auditctl.events.buckets import (  # noqa: PLC0415 - only with time, 8 ms
        bucket_edges,
        fitting_step,
        parse_step,
        uniform,
    )
    from auditctl.formats.buckets import Buckets  # noqa: PLC0415 - after those

    step = parse_step(every) if every else None
    info = store.info()
    if info.first is None or info.last is None:
        return Counts({}, 0), None
    since = info.first if question.since is None else max(question.since, info.first)
    until = info.last + 1 if question.until is None else min(question.until, info.last + 1)
    if since >= until:
        return Counts({}, 0), None
    if step is None:
        step = fitting_step(since, until, question.zone, _columns_of_histogram(width, info.events))
    edges = bucket_edges(step, since, until, question.zone)
    buckets = Buckets(step, edges[:-1], question.zone)
    if every is None:
        # each bucket by itself: in zones half an hour off, too, roll-ups have all but its ends
        over = Grouping(edges=tuple(edges))
        return store.count(question.query(), groups, over=over), buckets
    even = uniform(step, since, until, question.zone)
    time = Grouping(every=even[0], origin=even[1]) if even else Grouping(edges=tuple(edges))
    return store.count(question.query(), [time, *groups]), buckets


def _columns_of_histogram(width: int | None, events: int) -> int:
    from auditctl.formats.histogram import room  # noqa: PLC0415 - only for a terminal

    return max(1, room(width or 0, events))


def _most_frequent(counts: Counts, fields: int, most: int | None) -> list[CountKey]:
    """Return the groups of fields to show, most frequent first."""
    sums: dict[CountKey, int] = {}
    for key, number in counts.rows.items():
        group = key[len(key) - fields :]
        sums[group] = sums.get(group, 0) + number
    ordered = sorted(sums, key=lambda group: (-sums[group], [str(part) for part in group]))
    return ordered[:most]


def _draw(
    session: Session,
    counts: Counts,
    kept: list[CountKey],
    names: list[str],
    *,
    buckets: Buckets | None,
    options: OutputOptions,
    timed: bool,
) -> list[str]:
    """Draw the counts as a table; return what the footer should say about it."""
    from auditctl.formats.statistics import (  # noqa: PLC0415 - programs take plain rows
        Group,
        Statistics,
        write_buckets,
        write_curves,
        write_groups,
    )

    places = {start: n for n, start in enumerate(buckets.starts)} if buckets else {}
    curves: dict[CountKey, list[int]] = {}
    sums: Counter[CountKey] = Counter()
    for key, number in counts.rows.items():
        group = key[len(key) - len(names) :]
        sums[group] += number
        if timed:
            curve = curves.setdefault(group, [0] * len(places))
            curve[places[int(key[0] or 0)]] += number
    shown = set(kept)
    others = [group for group in sums if group not in shown]
    rest = None
    if others:
        sides = [curves[group] for group in others] if timed else []
        over = [sum(numbers) for numbers in zip(*sides, strict=True)]
        rest = Group((), sum(sums[group] for group in others), over)
    found = Statistics(
        names,
        [Group(group, sums[group], curves.get(group, ())) for group in kept],
        counts.total,
        rest,
        len(others),
        buckets,
        curves.get((), ()) if timed else [counts.over.get(start, 0) for start in places],
    )
    if timed and names:
        return write_curves(found, session.stdout, options)
    (write_buckets if timed else write_groups)(found, session.stdout, options)
    return []


def _rows(
    counts: Counts,
    kept: list[CountKey],
    names: list[str],
    empty_edges: Sequence[int],
    *,
    timed: bool,
) -> list[Row]:
    """Return the rows: by time and then by frequency, or by frequency alone."""
    place = {group: n for n, group in enumerate(kept)}
    filled = dict(counts.rows)
    for edge in empty_edges:
        filled.setdefault((edge,), 0)
    keys = [key for key in filled if key[len(key) - len(names) :] in place or not names]
    if timed:
        keys.sort(key=lambda key: (int(key[0] or 0), place.get(key[1:], 0)))
    else:
        keys.sort(key=lambda key: place.get(key, 0))
    rows = []
    for key in keys:
        row: Row = {"time": key[0]} if timed else {}
        row.update(zip(names, key[len(key) - len(names) :], strict=True))
        row["count"] = filled[key]
        row["share"] = round(filled[key] / counts.total, 6) if counts.total else 0.0
        rows.append(row)
    return rows


def _columns(names: list[str], *, timed: bool) -> list[RecordColumn]:
    columns = [RecordColumn("time", "time", kind="time")] if timed else []
    columns.extend(RecordColumn(name, name) for name in names)
    columns.append(RecordColumn("count", "count", align="right", kind="count"))
    columns.append(RecordColumn("share", "share", align="right", kind="share"))
    return columns


def _say_footer(
    question: Question, counts: Counts, kept: list[CountKey], fields: int, notes: Sequence[str]
) -> None:
    groups = {key[len(key) - fields :] for key in counts.rows}
    parts = [f"{counts.total:,} event{'' if counts.total == 1 else 's'}"]
    if fields:
        shown = (
            f"{len(kept):,}" if len(kept) == len(groups) else f"{len(kept):,} of {len(groups):,}"
        )
        parts.append(f"{shown} group{'' if len(groups) == 1 else 's'}")
    parts.extend([question.range_text(), f"store {question.address.name}", *notes])
    question.session.say(" · ".join(parts))


command = command(run, name="stats", examples=EXAMPLES)
