"""The house stays as it is drawn: what may know what, how long a module is, what a start loads."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "auditctl"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400

# Who may import what of the package, besides the own folder. A name with a dot is one module.
ALLOWED = {
    "errors": set(),
    "closeness": set(),
    "events": {"errors", "closeness"},
    "query": {"errors", "closeness", "events"},
    "stores": {"errors", "closeness", "events", "query"},
    "formats": {"errors", "closeness", "events", "query.fields"},
    "config": {"errors", "closeness"},
    "cli": {"errors", "closeness", "events", "query", "stores", "formats", "config"},
    "__main__": {"cli"},
    "__init__": set(),
}


def name_of(path):
    """The name of a module inside the package: ``stores.base``; a folder's own is the folder."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def imports_of(path):
    """The names inside the package that a module imports, at its top or inside functions."""
    own = name_of(path).split(".")
    folder = own if path.name == "__init__.py" else own[:-1]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first, _, rest = alias.name.partition(".")
                if first == "auditctl" and rest:
                    yield rest
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = [*folder[: len(folder) - node.level + 1]]
                yield ".".join([*base, *(node.module or "").split(".")]).rstrip(".")
                continue
            first, _, rest = (node.module or "").partition(".")
            if first != "auditctl":
                continue
            for alias in node.names:
                found = (PACKAGE / rest.replace(".", "/") / alias.name).with_suffix(".py").exists()
                if not rest and alias.name.startswith("__"):
                    continue  # the version
                yield f"{rest}.{alias.name}".strip(".") if found or not rest else rest


def may_import(layer, imported):
    if imported.split(".")[0] == layer:
        return True
    return any(imported == one or imported.startswith(f"{one}.") for one in ALLOWED[layer])


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_dependencies_point_down_only(path):
    layer = name_of(path).split(".")[0]
    wrong = [imported for imported in imports_of(path) if not may_import(layer, imported)]
    assert wrong == []


def test_imports_are_seen_wherever_they_stand():
    # else the test above could pass by seeing nothing
    seen = {name_of(path): set(imports_of(path)) for path in MODULES}
    assert "stores.embedded.store" in seen["stores.opening"]  # inside a function
    assert "events.intake" in seen["stores.base"]  # for the type checker only
    assert "query.tree" in seen["stores.base"]
    assert may_import("formats", "query.fields")
    assert not may_import("formats", "query.fieldsets")
    assert not may_import("stores", "formats.table")
    assert not may_import("errors", "events")


def test_every_folder_has_its_place():
    layers = {name_of(path).split(".")[0] for path in MODULES}
    assert layers == set(ALLOWED)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_short_enough_to_be_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


# what a start loads


def modules_after(code):
    """The names of all modules that a fresh interpreter has loaded after some code."""
    say = "import sys, json; sys.stderr.write(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{say}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(json.loads(done.stderr))


def heavy(modules, *names):
    return sorted({module.partition(".")[0] for module in modules} & set(names))


def test_the_version_is_told_with_next_to_nothing():
    modules = modules_after(
        "import sys, runpy\n"
        "sys.argv = ['auditctl', '--version']\n"
        "runpy.run_module('auditctl', run_name='__main__', alter_sys=True)"
    )
    assert not heavy(
        modules, "typer", "click", "rich", "msgspec", "apsw", "httpx", "dateutil", "pydantic"
    )
    assert sorted(name for name in modules if name.startswith("auditctl")) == ["auditctl"]


def test_reading_a_store_loads_only_what_it_needs(tmp_path):
    path = tmp_path / "trail.db"
    make = f"""
from auditctl.stores.opening import open_store
from auditctl.events.intake import intake
actor = {{"id": "u", "type": "user"}}
event = intake({{"action": "a", "occurred_at": "2026-05-01T12:00:00Z", "actor": actor}})
open_store({str(path)!r}).append([event])
"""
    modules_after(make)
    read = f"""
from auditctl.stores.base import Query
from auditctl.stores.opening import open_store
from auditctl.query.tree import Exact, Match
store = open_store({str(path)!r})
(event,) = store.search(Query(Match("action", Exact("a")), limit=50))
assert event.fields["action"] == "a"
"""
    modules = modules_after(read)
    assert "apsw" in modules
    assert not heavy(
        modules, "msgspec", "typer", "click", "rich", "httpx", "dateutil", "pydantic", "re2"
    )
    for module in ("writer", "check", "counts"):
        assert f"auditctl.stores.embedded.{module}" not in modules
