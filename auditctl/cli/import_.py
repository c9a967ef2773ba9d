"""``auditctl import``: store a trail that was written elsewhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from auditctl.cli.command import command
from auditctl.cli.import_worker import LEAST_BYTES, Worker
from auditctl.cli.options import Common
from auditctl.cli.session import Session  # noqa: TC001 - Typer reads the annotations
from auditctl.errors import AuditctlError, UsageError
from auditctl.formats.importers.reading import (
    KINDS,
    guess_kind,
    open_source,
    read_records,
)
from auditctl.stores.embedded.store import EmbeddedStore
from auditctl.stores.loading import Load, Reject, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from auditctl.cli.progress import Positioned
    from auditctl.formats.importers.source import Source
    from auditctl.stores.base import Store

_SHOWN = 10  # rejects that are told one by one; all of them go to --rejects

EXAMPLES = (
    ("auditctl's own export, or WorkOS events", "import --from jsonl trail.jsonl"),
    (
        "CloudTrail files into a store of its own",
        "import --from cloudtrail --store aws.db *.json.gz",
    ),
    ("a WorkOS CSV export", "import --from workos-csv --org org_01 export.csv"),
    ("keep what cannot be read", "import --from github audit.json --rejects rejected.jsonl"),
)


def run(
    session: Session,
    *,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Files, also gzipped; `-` is standard input."),
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="KIND",
            help=f"{', '.join(KINDS)} [default: told from the content].",
            show_default=False,
        ),
    ] = None,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    org: Annotated[
        str | None,
        typer.Option(
            "--org",
            metavar="ID",
            help="The organization of records that name none [default: org_default].",
            show_default=False,
        ),
    ] = None,
    rejects: Annotated[
        str | None,
        typer.Option(
            "--rejects",
            metavar="FILE",
            help="Write records that cannot be stored to this file, with their reasons.",
            show_default=False,
        ),
    ] = None,
    on_error: Annotated[
        str,
        typer.Option(
            "--on-error", metavar="skip|stop", help="What to do at a record that cannot be stored."
        ),
    ] = "skip",
) -> None:
    """Store a trail that was written elsewhere.

    The same file twice adds nothing. An interrupted import keeps what it had stored; run it again
    for the rest. Exit code 1 says that some records could not be stored.
    """
    if on_error not in ("skip", "stop"):
        raise UsageError(
            f"--on-error is skip or stop, not {on_error!r}", hint="skip is the default"
        )
    if kind is not None and kind not in KINDS:
        from auditctl.closeness import closest  # noqa: PLC0415 - only for an error

        close = closest(kind, KINDS)
        hint = f"did you mean `{close[0]}`?" if close else f"kinds are: {', '.join(KINDS)}"
        raise UsageError(f"there is no importer '{kind}'", hint=hint)
    address = session.address(common.store)
    if rejects is not None:
        _refuse_to_overwrite(rejects, [*files, address.location])
    store = session.open(address, bulk=True)
    result = Load()
    with _Rejects(session, rejects, stop=on_error == "stop") as refused:
        for name in files:
            _one_file(session, store, name, kind=kind, org=org, refused=refused, result=result)
    _summary(session, result, len(files))
    if result.rejected:
        where = f"they are in {rejects}" if rejects else "`--rejects FILE` keeps them"
        raise AuditctlError(
            f"{result.rejected:,} of {result.read:,} records could not be stored", hint=where
        )


def _refuse_to_overwrite(rejects: str, used: list[str]) -> None:
    """Refuse a file for rejects that is itself read or written."""
    for name in used:
        both = os.path.exists(name) and os.path.exists(rejects)  # noqa: PTH110 - text
        if both and os.path.samefile(name, rejects):  # noqa: PTH121 - text
            raise UsageError(f"--rejects would overwrite {name}", hint="name another file")


class _Rejects:
    """Takes the records that are not stored: tells the first, writes all, stops if asked."""

    def __init__(self, session: Session, path: str | None, *, stop: bool) -> None:
        self._session = session
        self._path = path
        self._stop = stop
        self._file: BinaryIO | None = None
        self._told = 0
        self.source = ""

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._file = open(self._path, "wb")  # noqa: PTH123 - closed by __exit__
            except OSError as error:
                raise UsageError(
                    f"{self._path} cannot be written: {error.strerror}", hint="name another file"
                ) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def __call__(self, reject: Reject) -> None:
        if self._file is not None:
            self._write(self._file, reject)
        sentence = f"{self.source}, {reject.place}: {reject.reason}"
        if self._stop:
            raise AuditctlError(
                sentence, hint="what came before it is stored; `--on-error skip` goes on"
            )
        self._told += 1
        if self._told <= _SHOWN:
            self._session.insist(f"rejected: {sentence}")
        elif self._told == _SHOWN + 1:
            self._session.insist("rejected: more, which are counted below")

    def _write(self, file: BinaryIO, reject: Reject) -> None:
        import json  # noqa: PLC0415 - only where something is wrong

        record: dict[str, Any] = {
            "file": self.source,
            "place": reject.place,
            "reason": reject.reason,
            "record": reject.raw.decode("utf-8", "backslashreplace"),
        }
        file.write(json.dumps(record).encode() + b"\n")
        file.flush()


def _one_file(
    session: Session,
    store: Store,
    name: str,
    *,
    kind: str | None,
    org: str | None,
    refused: _Rejects,
    result: Load,
) -> None:
    with open_source(name, session.stdin) as source:
        refused.source = source.name
        chosen = kind or guess_kind(name, source.head)
        if kind is None:
            session.say(f"{source.name}: read as {chosen}")
        if _worth_a_worker(store, source):
            _with_worker(session, store, chosen, source, org=org, refused=refused, result=result)
            return
        records = read_records(chosen, source, organization=org)
        progress = _progress(session, source, source.name, source.size)
        try:
            load(store, records, reject=refused, progress=progress, result=result)
        finally:
            progress(None)


def _worth_a_worker(store: Store, source: Source) -> bool:
    """Tell whether reading and storing are shared between two processes: 1.6 times as fast."""
    return (
        isinstance(store, EmbeddedStore)
        and (source.size or 0) >= LEAST_BYTES
        and (os.cpu_count() or 1) > 1
    )


def _with_worker(
    session: Session,
    store: Store,
    kind: str,
    source: Source,
    *,
    org: str | None,
    refused: _Rejects,
    result: Load,
) -> None:
    """Store a file that a second process reads."""
    append = store.append_prepared if isinstance(store, EmbeddedStore) else store.append
    worker = Worker(kind, source.name, org)
    progress = _progress(session, worker, source.name, source.size)
    try:
        load(
            store, worker.records(), reject=refused, progress=progress, result=result, append=append
        )
    finally:
        progress(None)
        worker.close()


def _progress(
    session: Session, source: Positioned, name: str, size: int | None
) -> Callable[[Load | None], None]:
    """Return the function that shows how far an import is; None ends it."""
    if session.quiet or not session.message_terminal:
        return lambda _: None
    from auditctl.cli.progress import ImportProgress  # noqa: PLC0415 - Rich, only on a terminal

    return ImportProgress(session.stderr, source, name, size).show


def _summary(session: Session, result: Load, files: int) -> None:
    parts = [f"{result.added:,} added"]
    if result.duplicates:
        parts.append(f"{result.duplicates:,} there already")
    if result.rejected:
        parts.append(f"{result.rejected:,} rejected")
    session.say(f"{' · '.join(parts)} · {files:,} file{'' if files == 1 else 's'}")


command = command(run, name="import", examples=EXAMPLES)
