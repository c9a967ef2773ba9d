"""The benchmark: auditctl on a generated trail, in fresh processes, beside what else there is.

    python tests/bench/run.py --events 1000000 --keep /var/tmp/bench
    python tests/bench/run.py --keep /var/tmp/bench --only list --runs 25

Ratios are to a bare ``python -c pass``, run in turns with each program. ``x bare`` and the other
figures are medians; imports run once. With ``--keep`` the data set and the store stay for the next
run; the rows ``import-*`` make the store anew.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import generate
from follow import measure_tail
from measure import RunError, Runner, auditctl_command
from peers import Peers, installed
from report import Row, duration, heading, machine, megabytes, save, summary

MORE = 100_000
MB = 1_000_000
LISTS = {
    "newest": ("newest", []),
    "action": ("a rare action", ["--action", generate.RARE_ACTION]),
    "actor": ("an actor", ["--actor", generate.RARE_ACTOR]),
    "target": ("a target", ["--target", generate.RARE_TARGET]),
    "metadata": ("a metadata value", ["--meta", generate.RARE_METADATA]),
    "word": ("a word", ["--grep", generate.RARE_WORD]),
}
FORMATS = {"jsonl": 12.0, "table": 18.0}


class Bench:
    """Measures one row after the other; each method yields rows.

    Args:
        folder: Where the data set and the stores are.
        events: How many events the trail has.
        seed: What it is made from.
        runs: How often each short program is run.
        program: Another auditctl than the one beside this interpreter.
    """

    def __init__(
        self, folder: Path, events: int, seed: int, runs: int, program: Path | None = None
    ) -> None:
        self.events = events
        self.seed = seed
        self.runs = runs
        self.runner = Runner(folder)
        self.auditctl = (str(program),) if program else auditctl_command()
        self._no_store = ""
        self.folder = folder
        self.data = folder / f"events-{events}-{seed}.jsonl"
        self.store = folder / f"events-{events}-{seed}.db"
        self.peers = Peers(self.data, self.runner)

    # -- what the rows need

    def prepare(self) -> None:
        """Generate the data set where it is missing; in another process, to keep this one small."""
        if not self.data.exists():
            self._generate(self.data, self.events, self.seed, generate.END_MS, generate.DAYS)

    def _generate(self, path: Path, events: int, seed: int, end_ms: int, days: float) -> None:
        script = Path(__file__).with_name("generate.py")
        options = {"--events": events, "--seed": seed, "--end-ms": end_ms, "--days": days}
        argv = [sys.executable, str(script), "--out", str(path)]
        argv += [part for name, value in options.items() for part in (name, str(value))]
        subprocess.run(argv, check=True)

    def _import(self, data: Path, store: Path, events: int) -> tuple[float, int]:
        """Import a file; return seconds and peak memory."""
        argv = [*self.auditctl, "import", "--from", "jsonl", str(data), "--store", str(store)]
        # two minutes, and four times as long as the slowest import that would do
        sample = self.runner.once(argv, timeout=120 + events / 2_500)
        os.sync()
        return sample.seconds, sample.peak_bytes

    def _filled(self) -> Path:
        """Return the store with the whole data set; it is made where it is missing."""
        if not self.store.exists() and not self._no_store:
            for _ in self.import_():
                pass
        if self._no_store:
            raise RunError(f"no store: {self._no_store}")
        return self.store

    def _copy(self) -> Path:
        """Return a copy of the filled store that may be written to."""
        source, copy = self._filled(), self.folder / "copy.db"
        _remove(copy)
        for suffix in ("", "-wal"):
            part = source.with_name(source.name + suffix)
            if part.exists():
                shutil.copyfile(part, copy.with_name(copy.name + suffix))
        os.sync()
        return copy

    # -- the rows

    def version(self) -> Iterator[Row]:
        """Yield the start-up of the program."""
        yield self._paired("version", "auditctl --version", ["--version"], 3.0, least=1)

    def lists(self, form: str, name: str) -> Iterator[Row]:
        """Yield one listing, as JSON Lines or as a table."""
        what, filters = LISTS[name]
        options = ["list", "--store", str(self._filled()), "-n", "50", "-o", form, *filters]
        label = f"list -o {form}, {what}"
        # a small trail has fewer events of a rare kind; a table may have a head as well
        least = 50 if name == "newest" or self.events >= 1_000_000 else 0
        kind = "list" if form == "jsonl" else form
        row = self._paired(f"{kind}-{name}", label, options, FORMATS[form], least=least)
        if form == "jsonl":
            row.peers = self.peers(name)
        yield row

    def _paired(self, name: str, what: str, options: list[str], most: float, *, least: int) -> Row:
        took = self.runner.paired([*self.auditctl, *options], self.runs)
        ok, note, written = took.ratio <= most, "", self.runner.lines()
        if written < least:
            ok, note = False, f"WRONG: {written} lines of output, not {least}"
        return Row(
            name,
            what,
            duration(took.seconds),
            f"<= {most:.0f} x",
            ok,
            took.seconds,
            took.ratio,
            note=note,
        )

    def stats(self, name: str, options: list[str]) -> Iterator[Row]:
        """Yield one count over everything; it must be ahead of DuckDB on the JSON Lines file."""
        argv = [*self.auditctl, "stats", "--store", str(self._filled()), *options]
        took = self.runner.paired(argv, min(self.runs, 7))
        peers = self.peers(name)
        ok = took.seconds <= 0.3 and took.seconds < peers.get("DuckDB", 9e9)
        what = f"stats {' '.join(options)}"
        figure = duration(took.seconds)
        yield Row(f"stats-{name}", what, figure, "<= 0.3 s", ok, took.seconds, took.ratio, peers)

    def import_(self) -> Iterator[Row]:
        """Yield speed and memory of the import into an empty store, and the store's size."""
        _remove(self.store)
        what = f"import {self.events:,} events"
        try:
            seconds, peak = self._import(self.data, self.store, self.events)
        except RunError as error:
            _remove(self.store)
            self._no_store = str(error)
            yield Row("import-speed", what, note=str(error))
            return
        yield _rate("import-speed", what, self.events / seconds, 20_000)
        yield _memory("import-memory", "  peak memory", peak, 300)
        size = _size(self.store) / self.events
        text = f"{size:,.0f} B/event"
        yield Row("import-size", "  database file", text, "<= 1,100 B", size <= 1_100, size)

    def more(self) -> Iterator[Row]:
        """Yield the speed of an import into the full store: the days that come next."""
        data, copy = self.folder / "more.jsonl", self._copy()
        days = generate.DAYS * MORE / self.events
        end_ms = generate.END_MS + round(days * 86_400_000)
        try:
            self._generate(data, MORE, self.seed + 1, end_ms, days)
            seconds, _ = self._import(data, copy, MORE)
        finally:
            _remove(copy)
            data.unlink(missing_ok=True)
        yield _rate("more", f"import {MORE:,} more", MORE / seconds, 10_000)

    def export(self) -> Iterator[Row]:
        """Yield speed and memory of an export of everything."""
        out = self.folder / "export.jsonl"
        argv = [*self.auditctl, "export", "--store", str(self._filled()), "-o", "jsonl"]
        try:
            took = self.runner.paired([*argv, "--force", "--out", str(out)], 3, timeout=300)
            short = self.data.stat().st_size - out.stat().st_size
        finally:
            out.unlink(missing_ok=True)
        row = _rate("export-speed", "export -o jsonl", self.events / took.seconds, 400_000)
        if short:
            row.ok, row.note = False, f"WRONG: {short:,} bytes fewer than were imported"
        yield row
        yield _memory("export-memory", "  peak memory", took.peak_bytes, 120)

    def tail(self) -> Iterator[Row]:
        """Yield how soon another process prints an event, and what waiting costs."""
        copy = self._copy()
        try:
            got = measure_tail(self.auditctl, copy, self.runner)
        finally:
            _remove(copy)
        note = f"p50 {duration(got.p50)}, {got.events} events"
        what = "tail: commit to line, p99"
        ok = got.p99 <= 0.15
        yield Row("tail-delay", what, duration(got.p99), "<= 150 ms", ok, got.p99, note=note)
        share = f"{got.idle_share:.2%}"
        ok = got.idle_share <= 0.02
        yield Row("tail-idle", "  of a core when idle", share, "<= 2 %", ok, got.idle_share)

    def tasks(self) -> "list[Task]":
        """Return everything that can be measured, in order."""
        tasks = [Task("version", self.version), Task("import", self.import_)]
        tasks += [
            Task(f"{kind}-{name}", lambda form=form, name=name: self.lists(form, name))
            for kind, form in (("list", "jsonl"), ("table", "table"))
            for name in LISTS
        ]
        return [
            *tasks,
            Task("stats-by-action", lambda: self.stats("by-action", ["--by", "action"])),
            Task("stats-table", lambda: self.stats("table", ["-o", "table"])),
            Task("stats-by-hour", lambda: self.stats("by-hour", ["--every", "1h"])),
            Task("export", self.export),
            Task("more", self.more),
            Task("tail", self.tail),
        ]


@dataclass(frozen=True)
class Task:
    """Something to measure, and what ``--only`` calls it."""

    name: str
    rows: Callable[[], Iterator[Row]]

    def run(self) -> Iterator[Row]:
        """Yield its rows; what fails becomes a row that says why, and the others go on."""
        try:
            yield from self.rows()
        except (RunError, OSError, subprocess.SubprocessError, ValueError) as error:
            yield Row(self.name, self.name, note=str(error))


def _rate(name: str, what: str, rate: float, least: int) -> Row:
    return Row(name, what, f"{rate:,.0f} /s", f">= {least:,} /s", rate >= least, rate)


def _memory(name: str, what: str, peak: int, most: int) -> Row:
    return Row(name, what, megabytes(peak), f"<= {most} MB", peak <= most * MB, peak)


def _parts(store: Path) -> list[Path]:
    return [store.with_name(store.name + suffix) for suffix in ("", "-wal", "-shm")]


def _size(store: Path) -> int:
    return sum(part.stat().st_size for part in _parts(store) if part.exists())


def _remove(store: Path) -> None:
    for part in _parts(store):
        part.unlink(missing_ok=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=generate.SEED)
    parser.add_argument("--runs", type=int, default=11, help="runs of each short program")
    parser.add_argument("--keep", type=Path, help="folder for the data set and the store")
    parser.add_argument("--only", action="append", help="rows whose name begins so; repeatable")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--program", type=Path, help="another auditctl to measure")
    parser.add_argument("--strict", action="store_true", help="exit status 1 when a row is short")
    return parser.parse_args()


def main() -> int:
    """Measure and print."""
    options = _options()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="auditctl-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    try:
        bench = Bench(folder, options.events, options.seed, options.runs, options.program)
        bench.prepare()
        facts = machine()
        size = bench.data.stat().st_size / options.events
        sys.stdout.write(
            f"{options.events:,} events, {size:.0f} bytes each;"
            f" {', '.join(f'{name} {value}' for name, value in facts.items())};"
            f" beside: {', '.join(installed()) or 'nothing'}\n{heading()}\n"
        )
        for task in bench.tasks():
            if options.only and not any(task.name.startswith(name) for name in options.only):
                continue
            for row in task.run():
                rows.append(row)
                sys.stdout.write(f"{row.text()}\n")
                sys.stdout.flush()
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(f"{summary(rows)}\n")
    if options.json:
        save(options.json, rows, {"events": options.events, "seed": options.seed})
    return int(options.strict and not all(row.ok for row in rows))


if __name__ == "__main__":
    sys.exit(main())
