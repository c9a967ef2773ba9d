"""One settings file: read, parsed, and able to tell on which line each of its keys stands."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from auditctl.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from auditctl.config.lines import Place

Kind = Literal["user", "project"]

MAX_BYTES = 256 * 1024  # a file with 500 saved queries has 100 kB; parsing this much takes 0.3 s
# tomllib takes a time that grows with the square of a key's steps: 20 s for 50,000
_ENDLESS_KEY = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){50}""", re.ASCII
)
_POSITION = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)


class SettingsFile(NamedTuple):
    """A settings file.

    Attributes:
        kind: Whose it is: the user's own, or a project's, which is not trusted as far.
        path: Where it is.
        text: What stands in it.
        data: The same, parsed; not necessarily checked.
    """

    kind: Kind
    path: Path
    text: str
    data: dict[str, Any]

    def line(self, place: Place) -> int | None:
        """Return the line of a key, else of the table that it would stand in."""
        from auditctl.config.lines import line_of  # noqa: PLC0415 - for errors and origins

        return line_of(self.text, place)

    def where(self, place: Place) -> str:
        """Return ``FILE, line N`` for a key, to begin a message with."""
        line = self.line(place)
        return str(self.path) if line is None else f"{self.path}, line {line}"


def read_file(path: Path, kind: Kind) -> SettingsFile | None:
    """Return a settings file; None where there is none.

    Raises:
        ConfigError: It cannot be read, or is no TOML.
    """
    content = _content(path)
    return None if content is None else parse_file(path, kind, content)


def read_text(path: Path) -> str:
    """Return what stands in a settings file, which may be wrong; nothing where there is none.

    Raises:
        ConfigError: It cannot be read.
    """
    return (_content(path) or b"").decode("utf-8", "surrogateescape")


def _content(path: Path) -> bytes | None:
    """Return what stands in a file; None where there is none.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return _regular(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error


def _regular(path: Path) -> bytes:
    """Return what stands in a regular file: a pipe or device would be waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    number = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    with open(number, "rb") as file:  # noqa: PTH123 - a descriptor
        mode = os.fstat(number).st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
            raise ConfigError(f"{path} cannot be read: it is {what}")
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ConfigError(
            f"{path} is larger than {MAX_BYTES >> 10} KiB, which no settings file is",
            hint="keep only settings in it",
        )
    return content


def parse_file(path: Path, kind: Kind, content: bytes) -> SettingsFile:
    """Return a settings file with this content.

    Raises:
        ConfigError: The content is no TOML.
    """
    import tomllib  # noqa: PLC0415 - 10 ms, only where there is a file

    hint = "correct the file or remove it"
    try:
        text = content.decode()
        endless = _ENDLESS_KEY.search(text)
        if endless is not None:
            line = text.count("\n", 0, endless.start()) + 1
            raise ConfigError(f"{path}, line {line}: a key has too many steps", hint=hint)
        return SettingsFile(kind, path, text, tomllib.loads(text))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: it is not UTF-8", hint=hint) from error
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.fullmatch(str(error))
        message = found[1] if found else str(error)
        line = int(found[2]) if found and found[2] else content.count(b"\n") + 1
        raise ConfigError(f"{path}, line {line}: {_sentence(message)}", hint=hint) from error
    except RecursionError as error:
        raise ConfigError(f"{path}: its arrays are nested too deeply", hint=hint) from error


def _sentence(message: str) -> str:
    """Return what tomllib says as the rest of a sentence of ours."""
    return f"it is no TOML: {message[:1].lower()}{message[1:]}"
