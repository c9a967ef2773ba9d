"""Makes the data set of the benchmark: canonical JSON Lines, seeded, in time order.

About 650 bytes an event, 60 actions and 2,000 actors with Zipf frequencies, 20 organizations.
Everything that repeats is made once as a fragment of JSON; an event is one f-string over
fragments. A choice is two random bytes, looked up in a table of 65,536 entries in which every item
has as many entries as its frequency asks for.

    python tests/bench/generate.py --events 1000000 --out events.jsonl
"""

import argparse
import sys
import time
from array import array
from base64 import b32encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TypeVar

T = TypeVar("T")
Variants = tuple[str, str, str, str]
ActorParts = tuple[str, str, Variants]
ActionParts = tuple[str, list[str]]

SEED = 20_260_501
END_MS = 1_777_593_600_000  # 2026-05-01T00:00:00Z
DAYS = 90.0
ACTORS = 2_000

# What the queries look for: each is in about 100 of a million events, more than a page of 50
RARE_ACTION = "organization.deleted"
RARE_ACTOR = "user_01HZ1200"
RARE_TARGET = "project:project_01HZRARE"
RARE_METADATA = "project=payments-escrow-legacy"
RARE_WORD = "quokka"

ORGANIZATIONS = [f"org_01HZ{number:02d}" for number in range(20)]
ROLES = ("admin", "member", "member", "member", "viewer", "owner")
REGIONS = (
    "eu-west-1",
    "eu-central-1",
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "ap-south-1",
    "ap-east-1",
    "sa-east-1",
)
FIRST_NAMES = """
    Ada Amir Anna Björn Carla Chen Dana Diego Elif Emil Fatima Femi Grace Hana Hugo Ines Ivan Jana
    Jon Kofi Lea Liam Lin Mara Mei Milan Nia Noah Olga Omar Paula Priya Rosa Sara Sven Tara Tom Uma
    Yusuf Zoë
"""
LAST_NAMES = """
    Abara Adler Ahmed Alvarez Bauer Becker Brandt Castro Chandra Costa Dietz Dubois Egede Eriksen
    Farah Fischer Garcia Gupta Haas Hansen Ito Ivanova Jansen Jones Kaya Kim Kowalski Larsen Lopez
    Maier Mbeki Moreau Nagy Nkemelu Novák Okafor Olsen Patel Peeters Quist Rao Rossi Sato Silva
    Smith Tanaka Usman Vogel Weber Young
"""
VERBS = {
    "project": "created updated viewed archived restored transferred renamed exported deleted",
    "document": "viewed created updated shared downloaded commented exported deleted",
    "session": "created refreshed ended revoked failed",
    "user": "invited created updated signed_in password_reset suspended deleted",
    "team": "member_added member_removed created renamed deleted",
    "token": "used created rotated expired deleted",
    "integration": "synced connected updated failed disconnected",
    "role": "assigned revoked created updated",
    "invoice": "viewed created paid refunded",
    "webhook": "delivered failed created deleted",
    "organization": "updated exported domain_verified deleted",
}
PROJECT_WORDS = ("api", "web", "billing", "search", "mobile", "ledger", "catalog", "identity")
PROJECT_KINDS = ("core", "edge", "worker", "console", "sync", "batch", "proxy", "schema", "docs")

_CHOICES = 65_536
_TARGETS = 2_048
_BATCH = 8_192
_DAY = 86_400_000
_MINUTE = 60_000
_RARE = 1e-4
_RFC_4648 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_CROCKFORD = bytes.maketrans(_RFC_4648, _CROCKFORD)


def generate(events: int, seed: int, end_ms: int, days: float = DAYS) -> Iterator[bytes]:
    """Yield ``events`` lines, each with its line feed, over the ``days`` that end at ``end_ms``."""
    rng = Random(seed)
    tables = Tables.of(rng)
    span = round(days * _DAY)
    clock = Clock()
    for first in range(0, events, _BATCH):
        size = min(_BATCH, events - first)
        times = [end_ms - span + number * span // events for number in range(first, first + size)]
        yield from _batch(rng, tables, clock, times)


def _batch(rng: Random, tables: "Tables", clock: "Clock", times: list[int]) -> Iterator[bytes]:
    """Yield an event for each time."""
    size = len(times)
    low_bits = b32encode(rng.randbytes(10 * size)).translate(_TO_CROCKFORD).decode()
    requests = rng.randbytes(6 * size).hex()
    text, ulid_time = clock.text, clock.ulid_time
    drawn = (
        map(tables.actors.__getitem__, _shorts(rng, size)),
        map(tables.actions.__getitem__, _shorts(rng, size)),
        map(tables.projects.__getitem__, _shorts(rng, size)),
        map(tables.tails.__getitem__, _shorts(rng, size)),
        _shorts(rng, size),
        _shorts(rng, size),
    )
    for at, occurred, actor, action, project, tail, bits, delay in zip(
        range(size), times, *drawn, strict=True
    ):
        organization, who, contexts = actor
        name, targets = action
        received = occurred + 5 + (delay >> 7)
        yield (
            f'{{"id":"audit_log_event_{ulid_time(received)}{low_bits[16 * at : 16 * at + 16]}",'
            f'"organization_id":"{organization}","action":"{name}","version":1,'
            f'"occurred_at":"{text(occurred)}","received_at":"{text(received)}",'
            f'"actor":{who},"targets":[{targets[bits & 2047]}],"context":{contexts[bits >> 14]},'
            f'"metadata":{{"region":"{REGIONS[bits >> 11 & 7]}",'
            f'"request_id":"req_{requests[12 * at : 12 * at + 12]}","project":"{project}",{tail}\n'
        ).encode()


def _shorts(rng: Random, size: int) -> Sequence[int]:
    """Return ``size`` random numbers below 65,536, the same on every machine."""
    drawn = array("H", rng.randbytes(2 * size))
    if sys.byteorder == "big":
        drawn.byteswap()
    return drawn


class Clock:
    """Writes times from tables: of the days, of a day's minutes, of a minute's milliseconds."""

    def __init__(self) -> None:
        self._minutes = [f"{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1_440)]
        self._seconds = [f"{ms // 1_000:02d}.{ms % 1_000:03d}Z" for ms in range(_MINUTE)]
        self._days: dict[int, str] = {}
        digits = _CROCKFORD.decode()
        self._triples = [a + b + c for a in digits for b in digits for c in digits]
        self._prefix_of = -1
        self._prefix = ""

    def text(self, ms: int) -> str:
        """Return the canonical text of a time."""
        day, rest = divmod(ms, _DAY)
        date = self._days.get(day)
        if date is None:
            date = datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m-%dT")
            self._days[day] = date
        return date + self._minutes[rest // _MINUTE] + self._seconds[rest % _MINUTE]

    def ulid_time(self, ms: int) -> str:
        """Return the first ten characters of a ULID."""
        high = ms >> 15
        if high != self._prefix_of:
            triples = self._triples
            self._prefix_of = high
            self._prefix = (
                triples[high >> 30][2] + triples[high >> 15 & 32_767] + triples[high & 32_767]
            )
        return self._prefix + self._triples[ms & 32_767]


@dataclass(frozen=True)
class Tables:
    """What is drawn from, each with 65,536 entries."""

    actors: list[ActorParts]
    actions: list[ActionParts]
    projects: list[str]
    tails: list[str]

    @classmethod
    def of(cls, rng: Random) -> "Tables":
        """Make the tables; the order of the steps is part of what a seed means."""
        return cls(
            actors=_spread(list(_actors(rng)), rare_last=False),
            actions=_spread(list(_actions(rng)), rare_last=True),
            projects=_spread(_projects(), rare_last=True),
            tails=[_tail(rng) for _ in range(4_096)] * 16,
        )


def _spread(items: Sequence[T], *, rare_last: bool) -> list[T]:
    """Repeat items, the n-th in proportion to 1/n, so that they fill a table.

    ``rare_last`` makes the last one rarer than Zipf's law has it: 100 in a million.
    """
    weights = [1 / rank for rank in range(1, len(items) + 1)]
    total = sum(weights)
    if rare_last:
        weights[-1] = total * _RARE
    shares = [max(1, round(_CHOICES * weight / total)) for weight in weights]
    shares[0] += _CHOICES - sum(shares)
    return [item for item, share in zip(items, shares, strict=True) for _ in range(share)]


def _actors(rng: Random) -> Iterator[ActorParts]:
    """Yield organization, JSON and four contexts of each actor; names are in no order of rank."""
    names = [(first, last) for first in FIRST_NAMES.split() for last in LAST_NAMES.split()]
    rng.shuffle(names)
    agents = _spread(_agents(), rare_last=False)
    homes = [rng.randrange(1, 20) for _ in ORGANIZATIONS]
    for number, (first, last) in enumerate(names[:ACTORS]):
        place = number % 20 if number < 100 else min(rng.randrange(20), rng.randrange(20))
        mail = f"{first[0]}.{last}{number}".lower().replace("á", "a")
        kind = "api_key" if number % 25 == 7 else "user"
        who = (
            f'{{"id":"user_01HZ{number:04d}","type":"{kind}","name":"{first} {last}",'
            f'"metadata":{{"role":"{ROLES[number % 6]}","email":"{mail}@t{place}.example.com"}}}}'
        )
        contexts = [
            f'{{"location":"198.18.{homes[place] + 12 * rng.randrange(6)}.{rng.randrange(1, 255)}",'
            f'"user_agent":"{agents[rng.randrange(_CHOICES)]}"}}'
            for _ in range(4)
        ]
        yield ORGANIZATIONS[place], who, (contexts[0], contexts[1], contexts[2], contexts[3])


def _actions(rng: Random) -> Iterator[ActionParts]:
    """Yield each action with what it may be done to; the rarest comes last."""
    targets = {kind: [_targets(rng, kind, n) for n in range(_TARGETS)] for kind in VERBS}
    names = [f"{kind}.{verb}" for kind, verbs in VERBS.items() for verb in verbs.split()]
    names.remove(RARE_ACTION)
    rng.shuffle(names)
    # projects come first, so that one list of targets in 2,048 is in 100 of a million events
    names.remove("project.viewed")
    for name in ["project.viewed", *names, RARE_ACTION]:
        yield name, targets[name.partition(".")[0]]


def _targets(rng: Random, kind: str, number: int) -> str:
    """Return one to three targets as JSON; the first is of the kind that the action is about."""
    parts = [_target(rng, kind, number)]
    if number % 8 == 0:
        parts.append(_target(rng, "team", rng.randrange(300)))
    if number % 16 == 0:
        parts.append(_target(rng, "folder", rng.randrange(300)))
    return ",".join(parts)


def _target(rng: Random, kind: str, number: int) -> str:
    name = f"{rng.choice(PROJECT_WORDS)} {rng.choice(PROJECT_KINDS)} {number}"
    identity = f"{kind}_01HZ{number:04d}"
    if kind == "project" and number == 1_001:
        identity = RARE_TARGET.partition(":")[2]
    if kind == "project" and number == 1_003:
        name = f"{RARE_WORD} {name}"
    return f'{{"id":"{identity}","type":"{kind}","name":"{name}","metadata":{{}}}}'


def _projects() -> list[str]:
    names = [f"{word}-{kind}" for word in PROJECT_WORDS for kind in PROJECT_KINDS]
    return [*names, RARE_METADATA.partition("=")[2]]


def _tail(rng: Random) -> str:
    """Return the numbers and booleans that end the metadata and the event."""
    duration = int(rng.lognormvariate(5, 1.5))
    load = rng.randrange(1, 400) / 100 + 0.005
    mfa = "true" if rng.random() < 0.7 else "false"
    return f'"duration_ms":{duration},"load":{load:.3f},"mfa":{mfa}}}}}'


def _agents() -> list[str]:
    """Return 40 user agents: browsers first, then clients of the API."""
    browsers = [
        f"Mozilla/5.0 ({system}) Chrome/{version}.0.0.0"
        for version in (142, 141, 140, 139, 136)
        for system in ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7")
    ]
    browsers += [
        f"Mozilla/5.0 ({system}; rv:{version}.0) Firefox/{version}.0"
        for version in (144, 143, 140, 128, 115)
        for system in ("X11; Linux x86_64", "Windows NT 10.0; Win64; x64")
    ]
    clients = ("python-requests/2.32", "okhttp/4.12", "curl/8.9", "Go-http-client/2.0")
    return browsers + [f"{client}.{patch}" for patch in range(5) for client in clients]


def write(
    path: Path, events: int, seed: int = SEED, end_ms: int = END_MS, days: float = DAYS
) -> None:
    """Write a data set; a file of this name is there only once it is whole."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb", buffering=1 << 20) as out:
        out.writelines(generate(events, seed, end_ms, days))
    partial.replace(path)


def main() -> None:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--end-ms", type=int, default=END_MS)
    parser.add_argument("--days", type=float, default=DAYS)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    start = time.perf_counter()
    write(args.out, args.events, args.seed, args.end_ms, args.days)
    seconds = time.perf_counter() - start
    size = args.out.stat().st_size / args.events
    sys.stderr.write(
        f"{args.out}: {args.events:,} events, {size:.0f} bytes each,"
        f" {args.events / seconds:,.0f} events/s\n"
    )


if __name__ == "__main__":
    main()
