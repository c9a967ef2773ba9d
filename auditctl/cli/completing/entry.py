"""``auditctl __complete SHELL ...``: what the scripts call. It says candidates, or nothing."""

from __future__ import annotations

import os
import sys
import time
from _thread import start_new_thread

DEADLINE = 1.0  # seconds; a file system that does not answer may not hold up the line


def main() -> None:
    """Answer the shell and leave; never an error, never a wait.

    The interpreter is left without tidying up, which would take 5 ms.
    """
    start_new_thread(give_up, ())
    try:
        text = answer(sys.argv[2], sys.argv[3:])
    except Exception:  # noqa: BLE001 - the line that is being typed is no place for messages
        text = b""
    while text:
        try:
            text = text[os.write(1, text) :]
        except OSError:
            break
    os._exit(0)


def answer(shell: str, given: list[str]) -> bytes:
    """Return what a script prints for its shell."""
    from auditctl.cli.completing.shells import SHELLS  # noqa: PLC0415 - the clock runs already

    rows = SHELLS[shell](given, os.environ)
    return "".join([f"{row}\n" for row in rows]).encode("utf-8", "replace")


def give_up() -> None:
    """End the process, with nothing said, when the time is over."""
    time.sleep(DEADLINE)
    os._exit(0)
