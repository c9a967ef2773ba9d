"""``auditctl doctor``: is everything as it should be?"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from auditctl import __version__
from auditctl.cli.command import command
from auditctl.cli.options import Common
from auditctl.cli.session import Session  # noqa: TC001 - Typer reads the annotations
from auditctl.cli.store import facts
from auditctl.errors import AuditctlError, CheckFailed
from auditctl.formats.safety import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LITTLE_SPACE = 1 << 30  # bytes free below which a warning is due

EXAMPLES = (
    ("check the installation and the store in use", "doctor"),
    ("check another store", "doctor --store prod"),
)


def run(
    session: Session,
    *,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
) -> None:
    """Check the installation and the store: versions, paths, integrity, free space.

    Exit code 3 says that something is wrong.
    """
    faults: list[str] = []
    for heading, lines in (
        ("auditctl", _installation()),
        ("paths", _folders(session)),
        ("settings", _settings(session, faults)),
        ("store", _store(session, common, faults)),
        ("command", _command(session.env, faults)),
    ):
        session.stdout.write(f"{heading}\n".encode())
        for label, text in lines:
            session.stdout.write(f"  {label:<16} {visible(text)}\n".encode())
            session.stdout.flush()
    faults = list(dict.fromkeys(faults))  # wrong settings are a fault wherever they are needed
    if faults:
        raise CheckFailed(
            f"{len(faults)} {'thing is' if len(faults) == 1 else 'things are'} not as they should "
            f"be: {'; '.join(faults)}",
            hint="the lines above say where; mend it and run `auditctl doctor` again",
        )
    session.say("all is well")


def _installation() -> Iterator[tuple[str, str]]:
    import apsw  # noqa: PLC0415 - only here
    import msgspec  # noqa: PLC0415

    yield "version", __version__
    yield "python", f"{platform.python_version()} at {sys.executable}"
    yield "sqlite", f"{apsw.sqlite_lib_version()} (apsw {apsw.apsw_version()})"
    yield "msgspec", msgspec.__version__
    yield "system", platform.platform()


def _folders(session: Session) -> Iterator[tuple[str, str]]:
    paths = session.paths
    there = "" if paths.settings.exists() else " (not there: the defaults hold)"
    yield "settings", f"{paths.settings}{there}"
    yield "project file", str(session.project_file or "none in this folder or above it")
    yield "data", str(paths.data_dir)


def _settings(session: Session, faults: list[str]) -> Iterator[tuple[str, str]]:
    """Tell what is set, and where, and whether every value means something."""
    from auditctl.cli.setting_checks import setting_faults  # noqa: PLC0415 - only here
    from auditctl.config.keys import KEYS  # noqa: PLC0415
    from auditctl.config.values import to_text  # noqa: PLC0415

    found: list[AuditctlError] = []
    try:
        settings = session.settings
    except AuditctlError as error:
        found.append(error)
    else:
        for name, key in KEYS.items():
            named, origin = session.env.get(key.env or ""), settings.origin((name,))
            if named:
                yield name, f"{named} (env {key.env})"
            elif origin:
                yield name, f"{to_text((name,), settings.value((name,)))} ({origin})"
        yield "named stores", f"{len(settings.stores):,}"
        yield "saved queries", f"{len(settings.queries):,}"
        yield "views", f"{len(settings.views):,}"
        found.extend(error for _, error in setting_faults(session, settings))
    for fault in found:
        faults.append(fault.message)
        yield "fault", fault.message
        if fault.hint:
            yield "hint", fault.hint


def _store(session: Session, common: Common, faults: list[str]) -> Iterator[tuple[str, str]]:
    try:
        address = session.address(common.store)
        for what, value in facts(session, address):
            yield what, f"{value:,}" if isinstance(value, int) else value
        yield from _space(Path(address.location), faults)
        if not Path(address.location).exists():
            yield "integrity", "nothing to check yet"
            return
        found = list(session.open(address).check())
    except AuditctlError as error:
        faults.append(error.message)
        yield "fault", error.message
        if error.hint:
            yield "hint", error.hint
        return
    faults.extend(found)
    for fault in found:
        yield "fault", fault
    if not found:
        yield "integrity", "ok"


def _space(path: Path, faults: list[str]) -> Iterator[tuple[str, str]]:
    folder = path if path.is_dir() else path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield "free space", f"unknown: {error.strerror}"
        return
    yield "free space", f"{free / (1 << 30):,.1f} GiB in {folder}"
    if free < LITTLE_SPACE:
        faults.append(f"less than 1 GiB is free in {folder}")


def _command(env: Mapping[str, str], faults: list[str]) -> Iterator[tuple[str, str]]:
    """Tell which ``auditctl`` a shell runs: the Linux audit daemon has a program of that name."""
    found = [
        path
        for folder in env.get("PATH", "").split(os.pathsep)
        if folder and os.access(path := os.path.join(folder, "auditctl"), os.X_OK)  # noqa: PTH118
    ]
    if not found:
        yield "auditctl", "not on PATH; `python -m auditctl` always works"
        return
    yield "auditctl", found[0]
    if not is_ours(found[0]):
        daemon = "it looks like the Linux audit daemon's own program"
        yield "warning", f"{found[0]} is another program; {daemon}"
        yield "hint", "`python -m auditctl` always works; or put our folder first on PATH"
        faults.append(f"{found[0]} comes first on PATH")


def is_ours(path: str) -> bool:
    """Tell whether a program of this name is ours: a small script that names the package."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - text
            start = file.read(4096)
    except OSError:
        return False
    return start.startswith((b"#!", b"MZ")) and (
        b"auditctl.__main__" in start or start.startswith(b"MZ")
    )


command = command(run, name="doctor", examples=EXAMPLES)
