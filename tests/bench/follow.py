"""Measures ``auditctl tail`` in another process: from commit to printed line, and when idle."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import RunError, Runner, cpu_seconds, percentile

_WRITER = Path(__file__).with_name("append.py")
_REPOSITORY = Path(__file__).parents[2]
_START = 3.0  # seconds that the follower has to start before anything is written
_WARM_UP = 20  # events that are not counted: the writer's first ones
_IDLE = 10.0


@dataclass(frozen=True)
class Followed:
    """What the follower did."""

    p50: float
    p99: float
    events: int
    idle_share: float


def measure_tail(
    auditctl: Sequence[str], store: Path, runner: Runner, events: int = 300
) -> Followed:
    """Follow a store while another process appends to it, then leave the follower alone.

    Raises:
        RunError: The follower or the writer fails, or events do not arrive.
    """
    argv = [*auditctl, "tail", "--store", str(store), "--since", "now", "-o", "jsonl"]
    arrived: dict[str, float] = {}
    with (
        runner.err.open("wb") as complaints,
        subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=complaints, env=runner.env) as tail,
    ):
        reader = threading.Thread(target=_read, args=(tail, arrived), daemon=True)
        reader.start()
        try:
            time.sleep(_START)
            if tail.poll() is not None:
                raise RunError(f"tail ended by itself: {runner.complaint()}")
            durable = _write(store, events + _WARM_UP, runner)
            latest = time.monotonic() + 5
            while len(durable.keys() - arrived.keys()) and time.monotonic() < latest:
                time.sleep(0.05)
            if missing := len(durable.keys() - arrived.keys()):
                raise RunError(f"{missing} of {len(durable)} events never came: tail loses events")
            time.sleep(1)
            before, start = cpu_seconds(tail.pid), time.perf_counter()
            time.sleep(_IDLE)
            idle = (cpu_seconds(tail.pid) - before) / (time.perf_counter() - start)
        finally:
            tail.kill()
            reader.join(5)
    # a line may be there before append has returned to the writer: that is no delay at all
    delays = [max(0.0, arrived[event] - at) for event, at in list(durable.items())[_WARM_UP:]]
    return Followed(percentile(delays, 0.5), percentile(delays, 0.99), len(delays), idle)


def _read(tail: "subprocess.Popen[bytes]", arrived: dict[str, float]) -> None:
    """Note when each event's line arrived."""
    assert tail.stdout is not None
    for line in tail.stdout:
        now = time.time()
        arrived[json.loads(line)["id"]] = now


def _write(store: Path, events: int, runner: Runner) -> dict[str, float]:
    """Append events in another process and return when each was durable."""
    paths = [str(_REPOSITORY), os.environ.get("PYTHONPATH", "")]
    env = {**runner.env, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    done = subprocess.run(
        [sys.executable, str(_WRITER), str(store), str(events)],
        capture_output=True,
        check=False,
        env=env,
        text=True,
        timeout=60 + events,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise RunError(f"the writer failed: {last[0]}")
    pairs = (line.split() for line in done.stdout.splitlines())
    return {event: float(at) for event, at in pairs}
