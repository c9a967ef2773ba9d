"""Changing a settings file: whole or not at all, and without losing comments."""

from __future__ import annotations

import os
import re
import stat
import time
from contextlib import contextmanager, suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from auditctl.config.checking import NAME_HINT, RESERVED_STORES, check_file
from auditctl.config.files import parse_file, read_text
from auditctl.config.keys import dotted, is_name
from auditctl.config.settings import NamedStore, Settings, join
from auditctl.errors import AuditctlError, ConfigError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from auditctl.config.files import Kind, SettingsFile

Steps = tuple[str, ...]
# what to set where; None takes away
Change = tuple[Steps, Any]


def check_name(name: str, what: str = "store") -> None:
    """Refuse a name that could be taken for a file, an option or a built-in store.

    Raises:
        UsageError: The name will not do.
    """
    if what == "store" and name in RESERVED_STORES:
        raise UsageError(f"'{name}' is a store of auditctl's own", hint="choose another name")
    if not is_name(name):
        raise UsageError(f"{name!r} will not do as a {what} name", hint=NAME_HINT)


def add_store(path: Path, store: NamedStore, *, replace_existing: bool) -> None:
    """Write a named store into the settings.

    Raises:
        UsageError: The name is taken, or will not do.
    """
    check_name(store.name)

    def changes(settings: Settings) -> list[Change]:
        if store.name in settings.stores and not replace_existing:
            raise UsageError(
                f"there is a store named '{store.name}' already",
                hint=f"`auditctl store add {store.name} ... --force` replaces it",
            )
        rest = {key: value for key, value in store._asdict().items() if key != "name"}
        return [(("stores", store.name), {k: v for k, v in rest.items() if v is not None})]

    change_settings(path, changes)


def use_store(path: Path, name: str | None) -> None:
    """Make a store the default; None goes back to the one in the user's data folder."""
    change_settings(path, lambda _: [(("default_store",), name)])


def remove_store(path: Path, name: str) -> None:
    """Take a named store out of the settings; its file stays.

    Raises:
        NotFoundError: There is none with this name.
    """

    def changes(settings: Settings) -> list[Change]:
        if name not in settings.stores:
            raise NotFoundError(
                f"there is no store named '{name}'", hint="see `auditctl store list`"
            )
        found: list[Change] = [(("stores", name), None)]
        if settings.default_store == name:
            found.append((("default_store",), None))
        return found

    change_settings(path, changes)


def change_settings(
    path: Path,
    changes: Callable[[Settings], Sequence[Change]],
    kind: Kind = "user",
    check: Callable[[SettingsFile], None] = lambda _: None,
) -> None:
    """Change a settings file that is right, and stays right.

    Args:
        path: The file; it and its folder are made if they are not there.
        changes: Returns what to change, given what the file says at that moment.
        kind: Whose file it is.
        check: Looks at the file as it would be, and raises what is wrong with it.

    Raises:
        ConfigError: The file is wrong before or after, or cannot be written.
    """

    def with_settings(text: str) -> Sequence[Change]:
        return changes(join(parse_file(path, kind, text.encode())))

    edit_file(path, kind, with_settings, check)


def edit_file(
    path: Path,
    kind: Kind,
    changes: Callable[[str], Sequence[Change]],
    check: Callable[[SettingsFile], None] = lambda _: None,
) -> None:
    """Change a settings file that may be wrong before, but not after.

    Args:
        path: The file; it and its folder are made if they are not there.
        kind: Whose file it is.
        changes: Returns what to change, given the text at that moment.
        check: Looks at the file as it would be, and raises what is wrong with it.

    Raises:
        ConfigError: The file would be wrong, or cannot be written.
    """
    with locked(path) as place:
        # messages name the file as the user does, not where a link leads
        file = parse_file(path, kind, read_text(place).encode("utf-8", "surrogateescape"))
        changed = _changed(path, file.text, changes(file.text))
        fresh = parse_file(path, kind, changed.encode())
        try:
            check_file(fresh)
        except ConfigError as error:
            check_file(file)  # what was wrong before is told with the line that it has now
            raise without_place(error, fresh) from None
        check(fresh)
        write_file(place, changed, kind)


def without_place(error: AuditctlError, file: SettingsFile) -> AuditctlError:
    """Return an error about a file that was not written without the line it would have had."""
    error.message = re.sub(rf"^{re.escape(str(file.path))}(, line \d+)?: ", "", error.message)
    return error


def replace_text(path: Path, kind: Kind, before: str, after: str) -> None:
    """Put a text in the place of another.

    Raises:
        ConfigError: The file says something else by now, or cannot be written.
    """
    with locked(path) as place:
        if read_text(place) != before:
            raise ConfigError(f"{path} was changed by something else meanwhile")
        write_file(place, after, kind)


@contextmanager
def locked(path: Path) -> Iterator[Path]:
    """Keep other writers of a file out; gives the file, which a link to it may not be.

    The folder is what is locked: it is there before the file is, and stays when that is replaced.
    """
    place = path.resolve()  # a link to a file that is kept elsewhere stays a link
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = os.open(place.parent, os.O_RDONLY)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
    try:
        # a file system or a system without locks: the file is whole also then
        with suppress(ImportError, OSError):
            import fcntl  # noqa: PLC0415 - not on Windows

            fcntl.flock(folder, fcntl.LOCK_EX)
        yield place
    finally:
        os.close(folder)


def write_file(path: Path, text: str, kind: Kind) -> None:
    """Write a file, whole or not at all; the user's own is readable by nobody else.

    Raises:
        ConfigError: It cannot be written.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    mode = 0o600 if kind == "user" else 0o666
    try:
        number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(number, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - a descriptor
            file.write(text)
            file.flush()
            os.fsync(number)
        if kind == "project" and path.exists():
            fresh.chmod(stat.S_IMODE(path.stat().st_mode))
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error


def _changed(path: Path, text: str, changes: Sequence[Change]) -> str:
    """Return a TOML text with changes made, comments and order kept.

    Raises:
        ConfigError: It is written in a way that does not take the changes.
    """
    import tomllib  # noqa: PLC0415 - as tomlkit

    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415 - 27 ms, only to write

    wanted = tomllib.loads(text)
    whole = [_whole_entry(wanted, steps, value) for steps, value in changes]
    for make in (_edited, _appended):
        # tables in one line, or split over the file, do not take everything; tomlkit says so in
        # many ways, or not at all, so that its result is compared with what was wanted
        with suppress(ValueError, TypeError, KeyError, AttributeError, TOMLKitError):
            changed = make(text, whole)
            expected = deepcopy(wanted)
            for steps, value in whole:
                _change(expected, steps, deepcopy(value), dict)
            if _filled(tomllib.loads(changed)) == _filled(expected):
                return changed
    name = dotted(changes[0][0])
    raise ConfigError(
        f"{path}: '{name}' cannot be changed in a file that is written in this way: a table in "
        "one line takes no other",
        hint=f"write each entry as a table of its own, such as [{name.partition('.')[0]}.NAME]",
    )


def _whole_entry(data: dict[str, Any], steps: Steps, value: Any) -> Change:  # noqa: ANN401 - any TOML value
    """Return a change of a key in an entry that there is not as one that adds the entry."""
    if value is None or len(steps) < 3 or steps[1] in data.get(steps[0], {}):  # noqa: PLR2004 - table, name, key
        return steps, value
    return steps[:2], {steps[2]: value}


def _edited(text: str, changes: Sequence[Change]) -> str:
    """Return the text changed in its places."""
    import tomlkit  # noqa: PLC0415 - 27 ms, only to write

    document: Any = tomlkit.parse(text)
    for steps, value in changes:
        _change(document, steps, _item(value), lambda: tomlkit.table(is_super_table=True))
    return _ended(tomlkit.dumps(document))


def _appended(text: str, changes: Sequence[Change]) -> str:
    """Return the text with the changes behind it, which is right for new entries only."""
    return _ended(text) + "\n" + _edited("", changes)


def _ended(text: str) -> str:
    return text if text.endswith("\n") or not text else f"{text}\n"


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    """Return a document without empty tables, which say as much as none."""
    kept = {k: _filled(v) if isinstance(v, dict) else v for k, v in data.items()}
    return {key: value for key, value in kept.items() if value != {}}


def _item(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    import tomlkit  # noqa: PLC0415 - as above

    if not isinstance(value, dict):
        return value
    table = tomlkit.table()
    for key, inner in value.items():
        table[key] = inner
    return table


def _change(document: Any, steps: Steps, value: Any, table: Callable[[], Any]) -> None:  # noqa: ANN401 - as below
    if value is None:
        _take(document, steps)
    else:
        _put(document, steps, value, table)


def _put(document: Any, steps: Steps, value: Any, table: Callable[[], Any]) -> None:  # noqa: ANN401 - tomlkit's document has no narrow type
    for step in steps[:-1]:
        if step not in document:
            document[step] = table()
        document = document[step]
    document[steps[-1]] = value


def _take(document: Any, steps: Steps) -> None:  # noqa: ANN401 - tomlkit's document has no narrow type
    """Take a key away, and tables that are empty then; nothing is done where it is not there."""
    trail = [document]
    for step in steps[:-1]:
        if step not in trail[-1]:
            return
        trail.append(trail[-1][step])
    for place in range(len(steps) - 1, -1, -1):
        if steps[place] in trail[place]:
            del trail[place][steps[place]]
        # an entry that holds nothing is nothing; the table of all entries may have its comments
        if place < 2 or trail[place]:  # noqa: PLR2004 - table, entry, key
            return
