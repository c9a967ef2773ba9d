"""The scripts that shells load: they hand over the line and show what comes back."""

from pathlib import Path

FILES = {
    "bash": "auditctl.bash",
    "zsh": "_auditctl",
    "fish": "auditctl.fish",
    "powershell": "auditctl.ps1",
}


def script(shell: str) -> str:
    """Return the script of a shell, one of :data:`FILES`."""
    return (Path(__file__).parent / FILES[shell]).read_text(encoding="utf-8")
