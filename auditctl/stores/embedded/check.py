"""Checking a store: is the file whole, and do its parts agree?"""

from collections.abc import Iterator

import apsw

from auditctl.stores.embedded.layout import ACTION, ORG

_QUESTIONS = (
    (
        "SELECT max(seq) - min(seq) + 1 - count(*) FROM event",
        "{} sequence numbers are missing: events were lost",
    ),
    (
        f"SELECT ifnull(sum(next_index - count), 0) FROM term WHERE kind = {ORG}",  # noqa: S608
        "the organizations' indexes and their counts differ by {}",
    ),
    (
        "SELECT (SELECT count(*) FROM event) - (SELECT count(*) FROM body)",
        "events and bodies differ by {}",
    ),
    (
        "SELECT (SELECT count(*) FROM event) - (SELECT count(*) FROM ident)",
        "events and ids differ by {}",
    ),
    (
        "SELECT count(*) FROM body WHERE NOT json_valid(CAST(body AS TEXT))",
        "{} events are damaged: their bytes are no JSON",
    ),
    (
        "SELECT (SELECT count(*) FROM event) - (SELECT ifnull(sum(n), 0) FROM count_day)",
        "events and the counts by day differ by {}",
    ),
    (
        "SELECT (SELECT count(*) FROM event) - (SELECT ifnull(sum(n), 0) FROM count_hour)",
        "events and the counts by hour differ by {}",
    ),
    (
        f"SELECT sum(count) - (SELECT sum(n) FROM count_day) FROM term WHERE kind = {ACTION}",  # noqa: S608
        "the counts by day and by action differ by {}",
    ),
)


def faults(connection: apsw.Connection) -> Iterator[str]:
    """Yield a sentence for each fault; nothing when all is well."""
    try:
        # looks into the word indexes, too
        for (line,) in connection.execute("PRAGMA integrity_check(20)"):
            if line != "ok":
                yield f"the file: {line}"
        for sql, sentence in _QUESTIONS:
            difference = connection.execute(sql).get
            if difference:
                yield sentence.format(f"{difference:,}")
    except (apsw.CorruptError, apsw.NotADBError) as error:
        yield f"the file: {error}"
