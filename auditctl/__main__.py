"""The door: answers ``--version`` and completion at once, and loads the rest only when needed."""

# what `signal` is made of; that takes 3 ms more to load, in which Ctrl-C may come
import _signal  # type: ignore[import-not-found]
import sys

from auditctl import __version__

_INTERRUPT = 2


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"auditctl {__version__}\n")
        return
    if sys.argv[1:2] == ["__complete"]:
        from auditctl.cli.completing.entry import main as complete  # noqa: PLC0415 - no Typer there

        complete()
    if _signal.getsignal(_INTERRUPT) is _signal.default_int_handler:
        _signal.signal(_INTERRUPT, _signal.SIG_DFL)  # the end, until we know a better one
    from auditctl.cli.leaving import leave_quietly  # noqa: PLC0415 - not for --version

    leave_quietly()  # Ctrl-C while the rest is loaded: there is nothing to tidy up yet
    from auditctl.cli.exits import run_process  # noqa: PLC0415 - 60 ms that --version need not pay

    sys.exit(run_process())


if __name__ == "__main__":
    main()
