"""The dictionary: every distinct action, actor, organization, location, agent and target type.

Events hold the numbers. A condition on such a field is decided once for each term, by the same
predicate that decides events, and becomes a list of numbers. Each term also knows how many events
have it and when, which answers ``actions`` and ``actors`` at once and lets the planner choose.

A term's key is its text; that of an actor is the JSON array of id, type, name and e-mail (null when
absent).
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

import apsw

from auditctl.query.fields import text_of
from auditctl.stores.embedded.layout import (
    ACTION,
    ACTOR,
    AGENT,
    KINDS,
    LOCATION,
    ORG,
    TARGET_TYPE,
)
from auditctl.stores.embedded.tokens import all_words, word_tokens

Fields = dict[str, Any]
_CACHE = 200_000
MAPPED = b"\x00" * 10 + b"\xff\xff"  # what IPv6 puts before an IPv4 address
_SEARCHED = (ACTION, ACTOR, LOCATION, AGENT)


def term_fields(kind: int, key: str) -> Fields:
    """Return an event that has this term and nothing else, for the predicate to look at."""
    if kind == ACTOR:
        actor_id, actor_type, name, email = json.loads(key)
        actor: Fields = {"id": actor_id, "type": actor_type, "metadata": {}}
        if name is not None:
            actor["name"] = name
        if email is not None:
            actor["metadata"]["email"] = email
        return {"actor": actor}
    if kind == ORG:
        return {"organization_id": key}
    if kind == ACTION:
        return {"action": key}
    if kind == TARGET_TYPE:
        return {"targets": [{"id": "", "type": key}]}
    return {"context": {"location" if kind == LOCATION else "user_agent": key}}


def packed_address(text: str) -> bytes | None:
    """Return an IP address as 16 bytes that sort like addresses; None for other text."""
    if len(text) > 45 or not ("." in text or ":" in text):  # noqa: PLR2004 - longest IPv6 text
        return None
    from ipaddress import ip_address  # noqa: PLC0415 - 3 ms, only to write

    try:
        address = ip_address(text)
    except ValueError:
        return None
    if address.version == 4:  # noqa: PLR2004 - IP version
        return MAPPED + address.packed
    return address.packed


class TermReader:
    """Looks terms up."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def matching(self, kind: int, accepts: Callable[[Fields], bool]) -> list[tuple[int, int]]:
        """Return (id, count) of the terms of a kind that a predicate accepts."""
        rows = self._connection.execute("SELECT id, key, count FROM term WHERE kind = ?", (kind,))
        return [(term, n) for term, key, n in rows if accepts(term_fields(kind, key))]

    def exact(self, kind: int, key: str) -> list[tuple[int, int]]:
        """Return (id, count) of the term with this key, if there is one."""
        rows = self._connection.execute(
            "SELECT id, count FROM term WHERE kind = ? AND key = ?", (kind, key)
        )
        return [(term, n) for term, n in rows]

    def with_words(
        self, wanted: tuple[str, ...], *, prefix: bool, accepts: Callable[[Fields], bool]
    ) -> list[tuple[int, int]]:
        """Return (id, count) of the terms that a predicate on words accepts."""
        rows = self._connection.execute(
            "SELECT id, kind, key, count FROM term"
            " WHERE id IN (SELECT rowid FROM term_words WHERE term_words MATCH ?)",
            (all_words(wanted, prefix=prefix),),
        )
        return [(term, n) for term, kind, key, n in rows if accepts(term_fields(kind, key))]

    def in_network(self, low: bytes, high: bytes, *, mapped: bool) -> list[tuple[int, int]]:
        """Return (id, count) of the locations whose address lies between two, inclusive.

        ``mapped`` chooses between the IPv4 addresses, which IPv6 has a place for, and all others.
        """
        rows = self._connection.execute(
            "SELECT id, count FROM term WHERE address BETWEEN ? AND ? AND kind = ?"
            " AND (substr(address, 1, 12) = ?) = ?",
            (low, high, LOCATION, MAPPED, mapped),
        )
        return [(term, n) for term, n in rows]

    def keys(self, ids: Iterable[int]) -> dict[int, str]:
        """Return the keys of terms by id."""
        rows = self._connection.execute(
            "SELECT id, key FROM term WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return dict(rows)

    def all(self, kind: int, limit: int | None) -> list[tuple[str, int, int, int]]:
        """Return (key, count, first, last) of a kind, most frequent first."""
        rows = self._connection.execute(
            "SELECT key, count, first, last FROM term WHERE kind = ? AND count > 0"
            " ORDER BY count DESC, key LIMIT ?",
            (kind, -1 if limit is None else limit),
        )
        return list(rows)


class TermWriter:
    """Gives numbers to terms while events are stored.

    New terms belong to the open transaction: :meth:`forget` after a rollback.

    Attributes:
        known: The numbers by kind and key, for those who cannot afford a call.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self.known: dict[int, dict[str, int]] = {kind: {} for kind in KINDS}

    def __call__(self, kind: int, key: str) -> int:
        """Return the number of a term, making it where it is new."""
        known = self.known[kind]
        term = known.get(key)
        if term is None:
            term = self._find_or_make(kind, key)
            if len(known) >= _CACHE:
                known.clear()
            known[key] = term
        return term

    def _find_or_make(self, kind: int, key: str) -> int:
        row = self._connection.execute(
            "SELECT id FROM term WHERE kind = ? AND key = ?", (kind, key)
        ).fetchone()
        if row is not None:
            return int(row[0])
        address = packed_address(key) if kind == LOCATION else None
        self._connection.execute(
            "INSERT INTO term(kind, key, address, next_index) VALUES(?, ?, ?, ?)",
            (kind, key, address, 0 if kind == ORG else None),
        )
        term = self._connection.last_insert_rowid()
        if kind in _SEARCHED:
            self._connection.execute(
                "INSERT INTO term_words(rowid, tokens) VALUES(?, ?)", (term, _searched(kind, key))
            )
        return term

    def forget(self) -> None:
        """Drop what is known: a rolled-back transaction may have made some of it."""
        for known in self.known.values():
            known.clear()


def _searched(kind: int, key: str) -> str:
    values = json.loads(key) if kind == ACTOR else [key]
    return " ".join([word_tokens(text_of(value)) for value in values if value is not None])


def actor_key(actor_id: str, actor_type: str, name: str | None, email: str | float | None) -> str:
    """Return the key of an actor; ``email`` is whatever its metadata calls so."""
    return json.dumps([actor_id, actor_type, name, email], ensure_ascii=False)
