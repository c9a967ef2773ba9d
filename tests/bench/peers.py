"""What a user would take instead: the same questions to jq, ripgrep and DuckDB on the JSON Lines.

Each question has a command for those that can answer it. The file is in order of time, so its last
50 matching lines are the newest for the tools that cannot sort; DuckDB sorts.
"""

import importlib.util
import json
import shlex
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import generate
from measure import RunError, Runner

_SLOW = 2.0  # seconds; what takes longer is run once only
_LIMIT = 120.0
_COLUMNS = {
    "id": "VARCHAR",
    "organization_id": "VARCHAR",
    "action": "VARCHAR",
    "occurred_at": "TIMESTAMP",
    "actor": "STRUCT(id VARCHAR, type VARCHAR, name VARCHAR, metadata JSON)",
    "targets": "STRUCT(id VARCHAR, type VARCHAR, name VARCHAR)[]",
    "context": "JSON",
    "metadata": "JSON",
}


@dataclass
class Peers:
    """The other tools that are installed here, and what they took for each question.

    Attributes:
        data: The JSON Lines file.
        runner: Starts them.
        runs: How often each is run at most.
    """

    data: Path
    runner: Runner
    runs: int = 3
    seen: dict[str, dict[str, float]] = field(default_factory=dict)

    def __call__(self, question: str) -> dict[str, float]:
        """Return the seconds that each tool takes for a question; a tool that fails is left out."""
        if question not in self.seen:
            commands = _commands(question, self.data)
            self.seen[question] = {}
            for tool, argv in commands.items():
                seconds = self._measure(argv)
                if seconds is not None:
                    self.seen[question][tool] = seconds
        return self.seen[question]

    def _measure(self, argv: list[str]) -> float | None:
        """Return the best of some runs: these programs get the benefit of the doubt."""
        best: float | None = None
        for _ in range(self.runs):
            try:
                seconds = self.runner.once(argv, timeout=_LIMIT).seconds
            except RunError as error:
                sys.stderr.write(f"  {argv[0]}: {error}\n")
                return best
            best = seconds if best is None else min(best, seconds)
            if seconds > _SLOW:
                break
        return best


def installed() -> list[str]:
    """Return the names of the tools that are installed."""
    found = [tool for tool in ("jq", "rg") if shutil.which(tool)]
    return found + (["DuckDB"] if _duckdb("SELECT 1") else [])


def _commands(question: str, data: Path) -> dict[str, list[str]]:
    """Return the commands by tool for a question, for the tools that are installed."""
    path = shlex.quote(str(data))
    commands: dict[str, list[str]] = {}
    last = "sort | uniq -c" if question == "by-action" else "tail -n 50"
    if (program := _JQ.get(question)) and shutil.which("jq"):
        commands["jq"] = _shell(f"jq -c {shlex.quote(program)} {path} | {last}")
    if (pattern := _RG.get(question)) and shutil.which("rg"):
        commands["rg"] = _shell(f"rg --no-config {pattern} {path} | {last}")
    if statement := _SQL.get(question):
        columns = json.dumps(_COLUMNS).replace('"', "'")
        source = f"read_json('{data}', format='newline_delimited', columns={columns})"
        if argv := _duckdb(statement.format(source=source)):
            commands["DuckDB"] = argv
    return commands


def _shell(pipeline: str) -> list[str]:
    return ["/bin/sh", "-c", pipeline]


def _duckdb(statement: str) -> list[str]:
    """Return how DuckDB is asked: by its own command line, else from Python; empty: not here."""
    if shutil.which("duckdb"):
        return ["duckdb", "-json", "-c", statement]
    if importlib.util.find_spec("duckdb"):
        program = f"import duckdb; print(duckdb.sql({statement!r}).fetchall())"
        return [sys.executable, "-c", program]
    return []


_KEY, _VALUE = generate.RARE_METADATA.split("=")
_TARGET = generate.RARE_TARGET.partition(":")[2]
_JQ = {
    "action": f'select(.action == "{generate.RARE_ACTION}")',
    "actor": f'select(.actor.id == "{generate.RARE_ACTOR}")',
    "target": f'select(any(.targets[]; .id == "{_TARGET}"))',
    "metadata": f'select(.metadata.{_KEY} == "{_VALUE}")',
    "word": f'select(tostring | test("\\\\b{generate.RARE_WORD}\\\\b"; "i"))',
    "by-action": ".action",
}
_RG = {
    "action": f'-F \'"action":"{generate.RARE_ACTION}"\'',
    "actor": f'-F \'"actor":{{"id":"{generate.RARE_ACTOR}"\'',
    "target": f'-F \'"id":"{_TARGET}"\'',
    "metadata": f'-F \'"{_KEY}":"{_VALUE}"\'',
    "word": f"-i -w -F {generate.RARE_WORD}",
    "by-action": '-o --no-filename \'"action":"[^"]*"\'',
}
_NEWEST = "SELECT * FROM {{source}} {} ORDER BY occurred_at DESC LIMIT 50"
_SQL = {
    "newest": _NEWEST.format(""),
    "action": _NEWEST.format(f"WHERE action = '{generate.RARE_ACTION}'"),
    "actor": _NEWEST.format(f"WHERE actor.id = '{generate.RARE_ACTOR}'"),
    "target": _NEWEST.format(f"WHERE list_contains([t.id for t in targets], '{_TARGET}')"),
    "metadata": _NEWEST.format(f"WHERE metadata->>'{_KEY}' = '{_VALUE}'"),
    "word": _NEWEST.format(f"WHERE CAST(targets AS VARCHAR) ILIKE '%{generate.RARE_WORD}%'"),
    "by-action": "SELECT action, count(*) n FROM {source} GROUP BY action ORDER BY n DESC",
    "by-hour": "SELECT date_trunc('hour', occurred_at), count(*) FROM {source} GROUP BY 1",
}
