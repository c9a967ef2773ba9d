"""An event as a store gives it: canonical bytes, decoded when somebody looks inside.

The bytes are what ``-o jsonl`` prints, so the bulk paths never decode. The first events of a run
are decoded by the standard ``json``; after ``BULK`` of them msgspec takes over, whose import costs
28 ms and which then saves 3.5 us an event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditctl.errors import StoreFormatError

if TYPE_CHECKING:
    from collections.abc import Callable

BULK = 4_000

Fields = dict[str, Any]


class Event:
    """One event.

    Attributes:
        body: The canonical JSON, UTF-8, without a line feed.
        seq: The place in the order of following: dense, store-wide, from 1.
        index: The place within the organization, from 0; None where the store has none.
    """

    __slots__ = ("_fields", "body", "index", "seq")

    def __init__(self, body: bytes, seq: int = 0, index: int | None = None) -> None:
        self.body = body
        self.seq = seq
        self.index = index
        self._fields: Fields | None = None

    @property
    def fields(self) -> Fields:
        """The event as a dictionary of JSON values; not to be changed."""
        if self._fields is None:
            self._fields = decode(self.body)
        return self._fields

    @property
    def id(self) -> str:
        """The event's id."""
        return str(self.fields["id"])

    def __repr__(self) -> str:
        return f"Event(seq={self.seq}, body={self.body[:80]!r})"


class _Decoder:
    """Decodes canonical bodies; changes to msgspec when there are many."""

    def __init__(self) -> None:
        self._left = BULK
        self._bulk: Callable[[bytes], Any] | None = None

    def __call__(self, body: bytes) -> Fields:
        try:
            return self._decoded(body)
        except ValueError as error:  # of either decoder
            raise StoreFormatError(
                f"an event is damaged: {error}", hint="`auditctl doctor` says how much is"
            ) from error

    def _decoded(self, body: bytes) -> Fields:
        if self._bulk is not None:
            fields: Fields = self._bulk(body)
            return fields
        self._left -= 1
        if self._left < 0:
            import msgspec  # noqa: PLC0415 - 28 ms, worth it from here on

            self._bulk = msgspec.json.Decoder().decode
        import json  # noqa: PLC0415 - 4 ms, and -o jsonl never decodes

        loaded: Fields = json.loads(body)
        return loaded


decode = _Decoder()
