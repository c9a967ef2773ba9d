"""Measures completion: how long a press of the Tab key takes, in fresh processes.

python tests/bench/complete.py --store trail.db --runs 30
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

LINES = {
    "names of commands": ([""], ""),
    "options of list": (["list"], "--"),
    "--action": (["list", "--action"], ""),
    "--action, a part": (["list", "--action"], "eated"),
    "--actor": (["list", "--actor"], ""),
    "--actor, an id": (["list", "--actor"], "user_"),
    "--actor, a name": (["list", "--actor"], "Ada"),
    "--actor, none": (["list", "--actor"], "zzzz"),
    "field in a query": (["list"], "act"),
    "value in a query": (["list"], "(actor:x OR action:pro"),
    "keys of metadata": (["list"], "metadata."),
    "values of metadata": (["list"], "metadata.region:"),
    "ids": (["get"], ""),
    "zones": (["list", "--tz"], ""),
}


def main() -> None:
    say = sys.stdout.write
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", required=True)
    parser.add_argument("--runs", type=int, default=30)
    options = parser.parse_args()
    door = [sys.executable, "-m", "auditctl"]
    say(f"{'what':<22}{'median':>9}{'p95':>9}{'CPU':>9}{'candidates':>12}\n")
    rows = {"the interpreter": [sys.executable, "-c", "pass"]}
    for name, (before, word) in LINES.items():
        words = [one for one in before if one]
        place = str(len(words))
        tail = [*words, word, "--store", options.store]
        rows[name] = [*door, "__complete", "zsh", place, word, *tail]
    for name, command in rows.items():
        times = []
        cpu = os.times()
        for _ in range(options.runs):
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, check=True)
            times.append((time.perf_counter() - start) * 1000)
        used = os.times()
        cpu_ms = sum(used[2:4], -sum(cpu[2:4])) * 1000 / options.runs
        times.sort()
        p95 = times[int(len(times) * 0.95) - 1]
        found = max(len(done.stdout.splitlines()) - 1, 0)
        median = statistics.median(times)
        say(f"{name:<22}{median:>6.0f} ms{p95:>6.0f} ms{cpu_ms:>6.0f} ms{found:>12}\n")


if __name__ == "__main__":
    main()
