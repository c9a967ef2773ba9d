"""``auditctl completion SHELL``: the script that lets a shell complete auditctl."""

from __future__ import annotations

from typing import Annotated

import typer

from auditctl.cli.command import command
from auditctl.cli.options import Common
from auditctl.cli.session import Session  # noqa: TC001 - Typer reads the annotations
from auditctl.errors import UsageError

EXAMPLES = (
    (
        "bash: for every new shell",
        "completion bash > ~/.local/share/bash-completion/completions/auditctl",
    ),
    ("zsh: into a folder of $fpath", "completion zsh > ~/.zfunc/_auditctl"),
    ("fish", "completion fish > ~/.config/fish/completions/auditctl.fish"),
    ("PowerShell: a line for $PROFILE", "completion powershell | Out-String | Invoke-Expression"),
)
_ALIASES = {"pwsh": "powershell"}


def run(
    session: Session,
    *,
    shell: Annotated[
        str, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell (also: pwsh).")
    ],
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
) -> None:
    """Print the script that lets a shell complete auditctl.

    It completes commands, options and, from the store in use, actions, actors, organizations and
    what may stand in a query. Make the folder first where there is none, and open a new shell
    afterwards. bash needs the package bash-completion, or in ~/.bashrc:
    source <(auditctl completion bash). zsh needs in ~/.zshrc, in this order:
    fpath=(~/.zfunc $fpath); autoload -Uz compinit; compinit.
    """
    del common
    from auditctl.cli.completing.scripts import FILES, script  # noqa: PLC0415 - not for its help

    name = _ALIASES.get(shell, shell)
    if name not in FILES:
        from difflib import get_close_matches  # noqa: PLC0415 - only for an error

        close = get_close_matches(shell.lower(), [*FILES, *_ALIASES], n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"there are {', '.join(FILES)}"
        raise UsageError(f"there is no completion for the shell '{shell}'", hint=hint)
    session.stdout.write(script(name).encode())


command = command(run, name="completion", examples=EXAMPLES)
