"""What the filter flags of the command line mean together: a tree.

A repeated flag means any of its values, different flags mean all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditctl.errors import UsageError
from auditctl.query.conditions import value_node
from auditctl.query.fields import quoted_step
from auditctl.query.text import words
from auditctl.query.tree import EVERYTHING, Has, Node, Or, Words, both, either

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import NoReturn


def from_flags(
    *,
    actions: Sequence[str] = (),
    actors: Sequence[str] = (),
    actor_types: Sequence[str] = (),
    targets: Sequence[str] = (),
    locations: Sequence[str] = (),
    orgs: Sequence[str] = (),
    metas: Sequence[str] = (),
    greps: Sequence[str] = (),
    read_list: Callable[[str], list[str]],
) -> Node:
    """Return the condition of the filter flags.

    In every flag ``@FILE`` stands for the lines of a file, ``@-`` for those of the standard input,
    and ``@@x`` for ``@x``. A file without values is a list that nothing is in.

    Args:
        actions: Actions or globs.
        actors: Ids, names, e-mail addresses, or globs.
        actor_types: Types or globs.
        targets: ``TYPE`` or ``TYPE:ID``, or globs.
        locations: Addresses, networks, texts or globs.
        orgs: Ids of organizations, or globs.
        metas: ``KEY=VALUE``, the value may be a glob; ``KEY`` alone asks for any value.
        greps: Texts whose words stand side by side; a last ``*`` asks for longer words too.
        read_list: Returns the values in a file, given its name or ``-``.

    Raises:
        UsageError: A value makes no sense; the message names the flag.
    """
    conditions: list[Node] = []
    flags: tuple[tuple[str, Sequence[str], Callable[[str], Node]], ...] = (
        ("--action", actions, lambda raw: _value("action", raw)),
        ("--actor", actors, lambda raw: _value("actor", raw)),
        ("--actor-type", actor_types, lambda raw: _value("actor.type", raw)),
        ("--target", targets, _target),
        ("--location", locations, lambda raw: _value("location", raw)),
        ("--org", orgs, lambda raw: _value("org", raw)),
        ("--meta", metas, _meta),
        ("--grep", greps, _grep),
    )
    for flag, given, read in flags:
        if given:
            conditions.append(_any_of(flag, _expanded(given, read_list), read))
    return both(*conditions) if conditions else EVERYTHING


def _expanded(given: Sequence[str], read_list: Callable[[str], list[str]]) -> Iterator[str]:
    """Yield the values, with those of lists in the place of ``@FILE``."""
    for raw in given:
        if raw.startswith("@@"):
            yield raw[1:]
        elif raw.startswith("@"):
            if raw == "@":
                raise UsageError("@ lacks the name of a file", hint="@FILE, @- or, as text, @@")
            yield from read_list(raw[1:])
        else:
            yield raw


def _any_of(flag: str, given: Iterable[str], read: Callable[[str], Node]) -> Node:
    try:
        nodes = [read(raw) for raw in given]
    except UsageError as error:
        raise UsageError(f"{flag}: {error.message}", hint=error.hint) from error
    return either(*nodes) if nodes else Or(())


def _value(field: str, raw: str) -> Node:
    if not raw:
        raise UsageError("the value is empty", hint=f"in a query: missing:{field}")
    return value_node(field, raw, times=_no_times)


def _no_times(text: str) -> NoReturn:
    raise AssertionError(text)  # no flag here is about times


def _target(raw: str) -> Node:
    kind, colon, target_id = raw.partition(":")
    if not colon:
        return _value("target.type", raw)
    if not kind or not target_id:
        hint = "any type: --target '*:ID'; any id: --target TYPE"
        raise UsageError(f'"{raw}" is not TYPE:ID', hint=hint)
    return _value("target.ref", raw)


def _meta(raw: str) -> Node:
    key, equals, value = raw.partition("=")
    if not key:
        raise UsageError(f'"{raw}" has no key', hint="such as --meta region=eu-west-1")
    if not equals:
        return Has("metadata", (key,))
    return value_node(f"metadata.{quoted_step(key)}", value, times=_no_times)


def _grep(raw: str) -> Node:
    body = raw.removesuffix("*")
    found = words(body)
    if not found:
        raise UsageError(
            f'"{raw}" has no letter or digit to search for',
            hint="look into a field for other characters, in a query: 'agent:~...'",
        )
    return Words(tuple(found), prefix=body != raw and bool(words(body[-1])))
