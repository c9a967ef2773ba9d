"""Measures programs in fresh processes: time, memory, and the answer's size.

This process stays small and imports nothing large: the system counts a child's peak memory from
the moment of its birth, when it still shares this one's.
"""

import contextlib
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

BARE = (sys.executable, "-c", "pass")
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1_024


class RunError(Exception):
    """A program could not be started, failed, or took too long."""


@dataclass(frozen=True)
class Sample:
    """One run of a program."""

    seconds: float
    peak_bytes: int
    cpu_seconds: float


@dataclass(frozen=True)
class Paired:
    """Medians of a program and of the bare interpreter, run in turns."""

    seconds: float
    bare: float
    peak_bytes: int
    runs: int

    @property
    def ratio(self) -> float:
        """How many times as long as the bare interpreter it took."""
        return self.seconds / self.bare


class Runner:
    """Starts programs in a folder of their own, so that no setting of the user reaches them.

    Args:
        folder: Where output and the programs' home go.
    """

    def __init__(self, folder: Path) -> None:
        self.out = folder / "stdout"
        self.err = folder / "stderr"
        home = folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("AUDITCTL_", "XDG_"))}
        self.env = {**keep, "HOME": str(home), "COLUMNS": "120", "LC_ALL": "C.UTF-8"}

    def once(self, argv: Sequence[str], *, timeout: float = 120, status: int = 0) -> Sample:
        """Run a program to its end.

        Raises:
            RunError: It is missing, exits with another status, or exceeds the time.
        """
        program = shutil.which(argv[0])
        if program is None:
            raise RunError(f"{argv[0]} is not installed")
        write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        files = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(self.out), write, 0o600),
            (os.POSIX_SPAWN_OPEN, 2, str(self.err), write, 0o600),
        ]
        start = time.perf_counter()
        pid = os.posix_spawn(program, list(argv), self.env, file_actions=files, setpgroup=0)
        late = threading.Timer(timeout, _kill_group, (pid,))
        late.start()
        try:
            _, wait_status, usage = os.wait4(pid, 0)
        except BaseException:
            _kill_group(pid)
            os.waitpid(pid, 0)
            raise
        finally:
            seconds = time.perf_counter() - start
            late.cancel()
        code = os.waitstatus_to_exitcode(wait_status)
        if code == -signal.SIGKILL and seconds >= timeout:
            raise RunError(f"stopped after {timeout:.0f} s")
        if code != status:
            raise RunError(f"exit status {code}: {self.complaint()}")
        return Sample(seconds, usage.ru_maxrss * _MAXRSS_UNIT, usage.ru_utime + usage.ru_stime)

    def complaint(self) -> str:
        """Return what the last program said was wrong: its last line on stderr but for hints."""
        with contextlib.suppress(OSError):
            lines = self.err.read_text(errors="replace").splitlines()
            told = [line for line in lines if line.strip() and not line.startswith("hint:")]
            if told:
                return told[-1][:160]
        return "no message"

    def lines(self) -> int:
        """Return how many lines the last program wrote to stdout."""
        with self.out.open("rb") as written:
            return sum(part.count(b"\n") for part in iter(lambda: written.read(1 << 20), b""))

    def paired(self, argv: Sequence[str], runs: int, *, timeout: float = 120) -> Paired:
        """Run a program and the bare interpreter in turns, so that noise meets both.

        One run of each before that warms the caches and writes the compiled modules.
        """
        self.once(BARE)
        self.once(argv, timeout=timeout)
        bare: list[float] = []
        samples: list[Sample] = []
        for _ in range(runs):
            bare.append(self.once(BARE).seconds)
            samples.append(self.once(argv, timeout=timeout))
        return Paired(
            median(sample.seconds for sample in samples),
            median(bare),
            max(sample.peak_bytes for sample in samples),
            runs,
        )


def _kill_group(pid: int) -> None:
    """End a program that this process started, and what it started itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def auditctl_command() -> tuple[str, ...]:
    """Return how auditctl is started: the console script beside this interpreter."""
    script = Path(sys.executable).with_name("auditctl")
    return (str(script),) if script.exists() else (sys.executable, "-m", "auditctl")


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a running process has used (Linux).

    Raises:
        RunError: The system does not tell.
    """
    try:
        # in nanoseconds, where /proc/PID/stat counts in hundredths of a second
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except (OSError, ValueError, IndexError):
        pass
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError) as error:
        raise RunError(f"no processor time of a running process here: {error}") from error


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
