"""The writer of the tail benchmark: appends single events and prints when each was durable.

    python tests/bench/append.py STORE EVENTS

Each line of its output is an event's id and the time (seconds since 1970) at which ``append`` had
returned.
"""

import random
import sys
import time

from auditctl.events.clock import format_ms, now_ms
from auditctl.events.intake import Actor, Context, NewEvent, Target
from auditctl.stores.opening import open_store


def main() -> None:
    """Append events with pauses of 5 to 45 ms, so that they meet every phase of a poll."""
    address, count = sys.argv[1], int(sys.argv[2])
    rng = random.Random(1)
    store = open_store(address)
    for number in range(count):
        event = NewEvent(
            "project.viewed",
            format_ms(now_ms()),
            Actor("user_01HZ0042", "user", "Ada Young"),
            organization_id="org_01HZ00",
            targets=[Target("project_01HZ0042", "project", "api core 42")],
            context=Context("198.18.0.42", "curl/8.9.0"),
            metadata={"number": number},
        )
        receipt = store.append([event])
        durable = time.time()
        sys.stdout.write(f"{receipt.events[0].id} {durable!r}\n")
        time.sleep(rng.uniform(0.005, 0.045))
    store.close()


if __name__ == "__main__":
    main()
