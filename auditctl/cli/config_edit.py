"""``auditctl config edit``: the settings in an editor, checked before they are put in place."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING

from auditctl.cli.setting_checks import checker
from auditctl.config.checking import check_file
from auditctl.config.editing import replace_text
from auditctl.config.files import parse_file, read_text
from auditctl.errors import AuditctlError, ConfigError, QueryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from auditctl.cli.session import Session
    from auditctl.config.files import Kind


def edit_settings(session: Session, path: Path, kind: Kind) -> None:
    """Let the user edit a copy of a settings file; put it in place if it is right.

    Raises:
        UsageError: No editor is named, or it cannot be run.
        ConfigError: The result is wrong, or the file was changed meanwhile; the copy is kept.
    """
    words = editor_words(session.env, path)
    before = read_text(path)
    copy = _copy(before or _first_text(kind))
    start = copy.read_bytes()
    placed = False
    try:
        _run_editor(words, copy)
        after = copy.read_bytes()
        if after != start:
            with _keeping(copy):
                file = parse_file(copy, kind, after)
                check_file(file)
                checker(session)(file)
                replace_text(path, kind, before, file.text)
            placed = True
    finally:
        if placed or (copy.exists() and copy.read_bytes() == start):
            copy.unlink()
    session.say(f"changed {path}" if placed else f"{path} was not changed")


def editor_words(env: Mapping[str, str], path: Path) -> list[str]:
    """Return the command line of the user's editor.

    Raises:
        UsageError: None is named, or its quotation marks do not match.
    """
    for name in ("VISUAL", "EDITOR"):
        text = env.get(name, "").strip()
        if not text:
            continue
        try:
            return shlex.split(text)
        except ValueError as error:
            raise UsageError(f"{name} is no command line: {error}") from error
    raise UsageError(
        "no editor is named: neither VISUAL nor EDITOR is set",
        hint=f"`EDITOR=nano auditctl config edit`, or open {path} yourself",
    )


def _copy(text: str) -> Path:
    """Write the text to a file of the user's alone, named so that editors know its language."""
    import tempfile  # noqa: PLC0415 - only here
    from pathlib import Path  # noqa: PLC0415

    number, name = tempfile.mkstemp(prefix="auditctl-", suffix=".toml")
    with open(number, "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(text.encode("utf-8", "surrogateescape"))
    return Path(name)


def _first_text(kind: Kind) -> str:
    from auditctl.config.help import first_text  # noqa: PLC0415 - only for a new file

    return first_text(kind)


def _run_editor(words: list[str], copy: Path) -> None:
    import subprocess  # noqa: PLC0415 - 10 ms, only here

    try:
        done = subprocess.run([*words, os.fspath(copy)], check=False)  # noqa: S603 - the user's own editor
    except OSError as error:
        raise UsageError(
            f"the editor {words[0]!r} cannot be run: {error.strerror}",
            hint="set VISUAL or EDITOR to one that is installed",
        ) from error
    if done.returncode:
        raise AuditctlError(
            f"the editor ended with {done.returncode}",
            hint=f"the settings were not changed; what you wrote is in {copy}",
        )


@contextmanager
def _keeping(copy: Path) -> Iterator[None]:
    """Let an error, whose lines are those of the copy, say that the copy is kept."""
    kept = f"nothing was changed; your text is kept in {copy}"
    try:
        yield
    except (ConfigError, QueryError) as error:
        error.hint = f"{error.hint}\n{kept}" if error.hint else kept
        raise
