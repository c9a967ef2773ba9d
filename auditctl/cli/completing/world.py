"""What completion knows besides the table of commands: the store, the settings, the clock."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from auditctl.cli.completing.candidates import Candidate, events
from auditctl.errors import AuditctlError
from auditctl.stores.glance import Glance, take_glance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from auditctl.cli.completing.table import Table
    from auditctl.cli.session import Session
    from auditctl.config.settings import SavedQuery, Settings, View

_RECENT = 20


class World:
    """What is known; each part is looked up when it is asked for.

    Args:
        table: The commands.
        env: The environment.
        store: The value of ``--store`` on the line, or None.
        now: Seconds since 1970.
    """

    def __init__(
        self,
        table: Table,
        env: Mapping[str, str],
        store: str | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.table = table
        self.env = env
        self.now = now
        self.store = store

    @cached_property
    def session(self) -> Session:
        """The surroundings of a command, which know the settings and where stores are."""
        from io import BytesIO, StringIO  # noqa: PLC0415 - loaded with Python itself

        from auditctl.cli.session import Session  # noqa: PLC0415 - 8 ms, not for an option's name

        return Session(self.env, BytesIO(), BytesIO(), StringIO())

    @cached_property
    def glance(self) -> Glance:
        """The store; an empty one where it cannot be told or read."""
        try:
            address = self.session.address(self.store)
            return take_glance(address.kind, address.location)
        except Exception:  # noqa: BLE001 - whatever is wrong with a store, other words remain
            return Glance()

    def words(self, name: str) -> list[Candidate]:
        """Return a list of the table, such as the formats."""
        return [Candidate(word, summary) for word, summary in self.table.lists.get(name, ())]

    def stores(self) -> list[Candidate]:
        """Return the names of stores."""
        named = [Candidate("default", "your own"), Candidate("demo", "an invented trail to try")]
        kept = self._settings.stores.values()
        named.extend(Candidate(store.name, store.description or store.address) for store in kept)
        return list({one.text: one for one in named}.values())

    def saved(self, what: str) -> list[Candidate]:
        """Return the names of saved queries (``queries``) or ``views``."""
        kept: Any = getattr(self._settings, what)
        return [Candidate(name, _about(kept[name])) for name in kept]

    def setting_keys(self) -> list[Candidate]:
        """Return the keys of settings, with the names of stores, queries and views that exist."""
        found = []
        for key, summary in self.table.lists.get("setting", ()):
            group, placeholder, rest = key.partition(".NAME")
            if not placeholder:
                found.append(Candidate(key, summary))
                continue
            names = getattr(self._settings, group)
            found.extend(Candidate(f"{group}.{name}{rest}", summary) for name in names)
        return found

    def recent_ids(self) -> list[Candidate]:
        """Return the ids of the newest events."""
        found = []
        for event in self.glance.sample()[:_RECENT]:
            identity, actor = event.get("id"), event.get("actor") or {}
            if not isinstance(identity, str) or identity.startswith("-"):
                continue
            when = str(event.get("occurred_at", ""))[:16].replace("T", " ")
            who = actor.get("name") or actor.get("id") or ""
            found.append(Candidate(identity, f"{when}Z {event.get('action', '')} {who}".strip()))
        return found

    def targets(self, kind: str) -> list[Candidate]:
        """Return ids of targets of one type, from the newest events, as ``TYPE:ID``."""
        found: dict[str, tuple[str, int]] = {}
        for event in self.glance.sample():
            for target in event.get("targets") or ():
                if target.get("type") == kind and isinstance(target.get("id"), str):
                    name, count = found.get(target["id"], (target.get("name") or "", 0))
                    found[target["id"]] = (name, count + 1)
        order = sorted(found.items(), key=lambda item: -item[1][1])
        return [
            Candidate(f"{kind}:{identity}", name, others=(identity, name))
            for identity, (name, _) in order
        ]

    def target_types(self, text: str) -> list[Candidate]:
        """Return types of targets; an id may follow."""
        seen = self.glance.values("target.type", (), text)
        return [Candidate(one.value, events(one.events)) for one in seen]

    @cached_property
    def _settings(self) -> Settings:
        from auditctl.config.settings import Settings  # noqa: PLC0415 - 5 ms, for names only

        try:
            return self.session.settings
        except AuditctlError:
            return Settings()  # a wrong file of settings: what needs none remains


def _about(entry: SavedQuery | View) -> str:
    """Return what a saved query or view is: its description, else what it asks for."""
    for name in ("description", "query", "columns"):
        value = getattr(entry, name, None)
        if value:
            return value if isinstance(value, str) else ", ".join(map(str, value))
    return ""
