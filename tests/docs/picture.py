"""Draws the README's picture: auditctl on its demo trail, as an SVG of a terminal.

``python tests/docs/picture.py`` writes ``.github/terminal.svg``. The trail ends at a fixed moment,
so the same program draws the same picture.
"""

import io
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from auditctl.cli.exits import run
from auditctl.cli.session import Session
from auditctl.stores.demo.store import open_demo

PICTURE = Path(__file__).resolve().parents[2] / ".github" / "terminal.svg"
NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
WIDTH = 104
COMMANDS = (
    ["list", "action:(token.*, member.*) -actor:system", "--since", "7d", "-n", "9"],
    ["stats", "action:auth.failed", "--by", "actor.name,metadata.reason", "--top", "3"],
)


class _Terminal(io.BytesIO):
    def isatty(self) -> bool:
        return True


def screen(folder: Path) -> str:
    """Return what the commands print, as a terminal would show it, with its colours."""
    open_demo(str(folder / "demo.db"), now=lambda: int(NOW.timestamp() * 1000)).close()
    shown = ""
    for arguments in COMMANDS:
        out, messages = _Terminal(), io.StringIO()
        env = {"HOME": str(folder), "COLUMNS": str(WIDTH), "TZ": "UTC"}
        session = Session(env, io.BytesIO(), out, messages, now=lambda: NOW)
        run([*arguments, "--store", str(folder / "demo.db")], session)
        footer = messages.getvalue().replace(str(folder / "demo.db"), "demo")
        words = [f"'{word}'" if "*" in word else word for word in [*arguments, "--store", "demo"]]
        prompt = f"\x1b[32m$\x1b[0m auditctl {' '.join(words)}\n"
        shown += f"{prompt}{out.getvalue().decode()}\x1b[2m{footer.rstrip()}\x1b[0m\n\n"
    return shown.rstrip("\n")


def picture(text: str) -> str:
    """Return the screen as SVG."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text))
    svg = console.export_svg(title="auditctl", unique_id="auditctl")
    # a picture in a README loads no fonts from elsewhere
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code, monospace", "ui-monospace, monospace")


def main() -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        PICTURE.write_text(picture(screen(Path(folder))))
    sys.stderr.write(f"{PICTURE}\n")


if __name__ == "__main__":
    main()
