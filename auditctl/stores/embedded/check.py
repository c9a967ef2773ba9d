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
        "SELECT ifnull(sum(next_index - count), 0) FROM term WHERE kind = %d" % ORG,
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
        "SELECT (SELECT count(*) FROM event)"
        " - (SELECT ifnull(sum(count), 0) FROM term WHERE kind = %d)" % ACTION,
        "events and the counts by action differ by {}",
    ),
    (
        "SELECT (SELECT count(*) FROM event) - (SELECT ifnull(sum(n), 0) FROM count_day)",
        "events and the counts by day differ by {}",
    ),
    (
        "SELECT (SELECT count(*) FROM event) - (SELECT ifnull(sum(n), 0) FROM count_hour)",
        "events and the counts by hour differ by {}",
    ),
)


def faults(connection: apsw.Connection) -> Iterator[str]:
    """Yield a sentence for each fault; nothing when all is well."""
    for (line,) in connection.execute("PRAGMA integrity_check(20)"):
        if line != "ok":
            yield f"the file: {line}"
    for table in ("words", "term_words"):
        try:
            connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall()  # noqa: S608 - fixed names
        except apsw.Error as error:
            yield f"the word index {table}: {error}"
    for sql, sentence in _QUESTIONS:
        difference = connection.execute(sql).fetchone()[0]
        if difference:
            yield sentence.format(f"{difference:,}")
