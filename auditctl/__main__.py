"""The door: answers ``--version`` at once and loads the rest only when it is needed."""

import sys

from auditctl import __version__


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"auditctl {__version__}\n")
        return
    from auditctl.cli.leaving import leave_quietly  # noqa: PLC0415 - not for --version

    leave_quietly()  # Ctrl-C while the rest is loaded: there is nothing to tidy up yet
    from auditctl.cli.exits import run_process  # noqa: PLC0415 - 60 ms that --version need not pay

    sys.exit(run_process())


if __name__ == "__main__":
    main()
