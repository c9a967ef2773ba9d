"""All that a command is handed: streams, what the terminal is, the clock, settings, the store."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, TextIO

from auditctl.config.paths import find_paths, find_project_file
from auditctl.errors import AuditctlError, NotFoundError
from auditctl.formats.safety import visible, width

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from auditctl.cli.choices import ChosenView
    from auditctl.cli.pager import Pager
    from auditctl.config.paths import Paths
    from auditctl.config.settings import Settings
    from auditctl.stores.base import Store
    from auditctl.stores.opening import Address
    from auditctl.stores.workos.options import Mode

_FALLBACK_WIDTH = 80
_WIDEST = 400


class Session:
    """The surroundings of one command.

    Args:
        env: The environment.
        stdin: Where data comes from.
        stdout: Where data goes, and nothing else.
        stderr: Where everything else goes.
        now: The clock, aware.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        stdin: BinaryIO,
        stdout: BinaryIO,
        stderr: TextIO,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.env = env
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.now = now
        self.quiet = False
        self.debug = False
        self.exit_code = 0
        self.stdout_closed = False
        self.words: Sequence[str] = ()  # the command line
        self.paged = True  # whether long output may go through a pager
        self.pager: Pager | None = None
        self.shows = False  # whether the command has options of output, so that a view holds
        self.fetching: Mode = "mirror"  # how a WorkOS store gets its events
        self.asked_view: str | None = None  # what --view says
        self.saved_view: str | None = None  # what the saved query says
        self._cleanup = ExitStack()

    @cached_property
    def terminal(self) -> bool:
        """Whether data goes to a terminal."""
        return self.stdout.isatty()

    @cached_property
    def message_terminal(self) -> bool:
        """Whether messages go to a terminal, so that a progress bar can be drawn."""
        return self.stderr.isatty() and self.env.get("TERM") != "dumb"

    @cached_property
    def width(self) -> int:
        """How many cells a line has: ``COLUMNS``, else the terminal's, else 80."""
        told = self.env.get("COLUMNS", "")
        if told.isascii() and told.isdigit() and int(told) > 0:
            return min(int(told), _WIDEST)
        for stream in (self.stdout, self.stderr):
            try:
                columns = os.get_terminal_size(stream.fileno()).columns
            except (OSError, ValueError):
                continue
            if columns > 0:
                return min(columns, _WIDEST)
        return _FALLBACK_WIDTH

    def color(self, *, terminal: bool) -> bool:
        """Tell whether to colour a stream: https://no-color.org and https://bixense.com/clicolors.

        Args:
            terminal: Whether that stream is a terminal.
        """
        if self.env.get("NO_COLOR"):
            return False
        forced = self.env.get("FORCE_COLOR") or self.env.get("CLICOLOR_FORCE")
        if forced and forced != "0":
            return True
        return terminal and self.env.get("TERM") != "dumb" and self.env.get("CLICOLOR") != "0"

    def say(self, text: str) -> None:
        """Tell the user something beside the data; not with ``--quiet``.

        On a terminal a line that is too long is broken at its `` · ``, not inside a word.
        """
        if not self.quiet:
            self.insist(_broken(text, self.width) if self.message_terminal else text)

    def insist(self, text: str) -> None:
        """Tell the user something that ``--quiet`` does not silence: errors, what is missing."""
        terminal = self.stderr.isatty()
        if self.json_messages and not terminal:
            from auditctl.cli.messages import note_line  # noqa: PLC0415 - JSON, only for programs

            self.put(note_line(text))
        elif terminal or self.color(terminal=False):
            from auditctl.cli.messages import laid_out  # noqa: PLC0415 - as above

            cells = self.width if terminal else None
            self.put(laid_out(text, cells, color=self.color(terminal=terminal)))
        else:
            self.put("\n".join([visible(line) for line in text.split("\n")]))

    def put(self, text: str) -> None:
        """Write a visible text to standard error; nobody there to read it is no reason to fail."""
        try:
            self.stderr.write(f"{text}\n")
            self.stderr.flush()
        except (OSError, ValueError):
            silence(self.stderr)

    def trace(self, text: str) -> None:
        """Tell how something is done; only with ``--debug``."""
        if self.debug:
            self.insist(self.masked(f"debug: {text}"))

    def masked(self, text: str, *, same_length: bool = False) -> str:
        """Return a text without the credentials that this process was given."""
        from auditctl.cli.masking import masked, secrets_of  # noqa: PLC0415 - for errors and traces

        return masked(text, secrets_of(self.env, self.words), same_length=same_length)

    @cached_property
    def json_messages(self) -> bool:
        """Whether the format is JSON, so that errors are, and notes where a program reads them."""
        from auditctl.cli.messages import asks_for_json  # noqa: PLC0415 - once something is said

        return asks_for_json(self.words, self.env, self._format_of_settings)

    def _format_of_settings(self) -> str | None:
        try:
            return getattr(self.settings, "output", None)
        except AuditctlError:
            return None

    @cached_property
    def paths(self) -> Paths:
        """Where files are kept."""
        return find_paths(self.env)

    @cached_property
    def settings(self) -> Settings:
        """The settings of the user and of the project."""
        from auditctl.config.settings import read_settings  # noqa: PLC0415 - not for every run

        return read_settings(self.paths.settings, self.project_file)

    @cached_property
    def project_file(self) -> Path | None:
        """The settings file of the project that the working folder is in."""
        try:
            folder = os.getcwd()  # noqa: PTH109 - text: this runs at most starts
        except OSError:
            return None  # a folder that was removed under our feet
        return find_project_file(folder, self.env.get("HOME"))

    @property
    def view(self) -> ChosenView | None:
        """The view in use: ``--view``, the saved query's, ``AUDITCTL_VIEW``, the settings'."""
        from auditctl.cli.choices import chosen_view  # noqa: PLC0415 - not for every run

        return chosen_view(self)

    def address(self, value: str | None) -> Address:
        """Return where ``--store``, the environment or the settings say that the store is.

        Raises:
            NotFoundError: A name that is not known.
        """
        from auditctl.stores.opening import Address  # noqa: PLC0415 - help needs no store

        value = value or self.env.get("AUDITCTL_STORE") or None
        if value is None:
            if self.settings.default_store is None:
                path = str(self.paths.default_store)
                return Address("embedded", path, "default", optional=True)
            return self._default_address(self.settings.default_store)
        return self._named_address(value)

    def _default_address(self, name: str) -> Address:
        """Return the address of the default store of the settings."""
        from auditctl.stores.opening import unknown_name  # noqa: PLC0415 - help needs no store

        file = self.settings.owner(("default_store",))
        known = [*self.settings.stores, "demo", "default"]
        try:
            if file is not None and file.kind == "project" and name not in known:
                raise unknown_name(name, known)  # also where a file of that name lies about
            return self._named_address(name)
        except NotFoundError as error:
            where = self.settings.where(("default_store",))
            raise NotFoundError(f"{where}: {error.message}", hint=error.hint) from error

    def _named_address(self, value: str) -> Address:
        from auditctl.stores.opening import (  # noqa: PLC0415 - help needs no store
            Address,
            file_address,
            looks_like_file,
            unknown_name,
        )

        if value == "demo":
            return Address("demo", str(self.paths.demo_store), "demo")
        if value == "workos" and value not in self.settings.stores:
            from auditctl.cli.connecting import default_workos  # noqa: PLC0415 - only for WorkOS

            return default_workos(self)
        if value == "default" and value not in self.settings.stores:
            return Address("embedded", str(self.paths.default_store), "default", optional=True)
        named = None if "/" in value else self.settings.stores.get(value)
        if named is not None:
            return file_address(named.address, name=named.name)
        if looks_like_file(value):
            return file_address(value)
        raise unknown_name(value, [*self.settings.stores, "demo"])

    def address_kind(self, location: str) -> str:
        """Return the kind of the store at a file."""
        from auditctl.stores.opening import file_address  # noqa: PLC0415 - help needs no store

        return file_address(location).kind

    def open(self, address: Address, *, bulk: bool = False) -> Store:
        """Open a store; it is closed when the command ends."""
        from auditctl.stores.opening import open_store  # noqa: PLC0415 - help needs no store

        self.trace(f"store {address.name}: {address.kind} at {address.location}")
        workos = None
        if address.kind == "workos":
            from auditctl.cli.connecting import workos_options  # noqa: PLC0415 - only for WorkOS

            workos = workos_options(self, address)
        store = open_store(address, bulk=bulk, workos=workos)
        self._cleanup.callback(store.close)
        return store

    def zone(self, option: str | None, address: Address | None = None) -> tzinfo:
        """Return the zone of times for people: ``--tz``, else what ``choices`` finds.

        Raises:
            TimeError: There is no such zone.
        """
        from auditctl.cli.choices import chosen_zone  # noqa: PLC0415 - not for jsonl

        return chosen_zone(self, option, address)

    def close(self) -> None:
        """Release what the command held."""
        self._cleanup.close()


def silence(stream: BinaryIO | TextIO) -> None:
    """Point a stream at nothing, so that the interpreter's last flush has somewhere to go."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, number)
    os.close(nothing)


def _broken(text: str, cells: int) -> str:
    """Return a text whose lines have at most ``cells``, where their parts are short enough."""
    lines = []
    for line in text.split("\n"):
        begun, *parts = line.split(" · ")
        for n, part in enumerate(parts, 1):
            end = " ·" if n < len(parts) else ""
            if width(visible(f"{begun} · {part}{end}")) > cells:
                lines.append(f"{begun} ·")
                begun = part
            else:
                begun = f"{begun} · {part}"
        lines.append(begun)
    return "\n".join(lines)


def process_session() -> Session:
    """Return the session of this process; a closed stream is an empty one."""
    closed = sys.stdout is None
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # a file opened now takes the place, and no store may
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - open to the end
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    session = Session(os.environ, sys.stdin.buffer, sys.stdout.buffer, sys.stderr)
    session.stdout_closed = closed
    return session
