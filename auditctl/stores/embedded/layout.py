"""The tables of the file, and how their version is told.

What was measured at one million events of 680 bytes (bytes an event): body 746, event 41, ident 34,
event_seq 19, word index 150; pages of 8 kB, since pages of 4 kB leave 15 % of the bodies' space
unused.
"""

APPLICATION_ID = 0x41554354  # "AUCT"
VERSION = 1
PAGE_SIZE = 8192

# The order matters: auto_vacuum and page_size have no effect once a table exists.
CREATE = f"""
PRAGMA page_size = {PAGE_SIZE};
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;

-- facts about the store itself: its name for cursors, the next sequence number
CREATE TABLE store(
    name TEXT NOT NULL, created INTEGER NOT NULL, next_seq INTEGER NOT NULL
) STRICT;

-- the dictionary: every distinct action, actor, organization, ... with how often and when
CREATE TABLE term(
    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key TEXT NOT NULL, address BLOB,
    count INTEGER NOT NULL DEFAULT 0, first INTEGER, last INTEGER,
    next_index INTEGER, UNIQUE(kind, key)
) STRICT;
CREATE INDEX term_address ON term(address) WHERE address IS NOT NULL;
CREATE VIRTUAL TABLE term_words USING fts5(
    tokens, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '='"
);

-- one narrow row an event, in the order of reading; what is counted and filtered by number
CREATE TABLE event(
    k INTEGER PRIMARY KEY, seq INTEGER NOT NULL, org INTEGER NOT NULL, idx INTEGER NOT NULL,
    action INTEGER NOT NULL, actor INTEGER NOT NULL, location INTEGER NOT NULL,
    agent INTEGER NOT NULL, version INTEGER NOT NULL, received INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_seq ON event(seq);
-- the canonical bytes, in the order of reading
CREATE TABLE body(k INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE ident(id BLOB PRIMARY KEY, k INTEGER NOT NULL) WITHOUT ROWID, STRICT;
-- words and exact values, keyed by time: a match is found newest first, without sorting
CREATE VIRTUAL TABLE words USING fts5(
    tokens, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '='"
);
-- 32 MB of postings before a segment is written: a batch becomes one segment
INSERT INTO words(words, rank) VALUES('hashsize', 33554432);

-- roll-ups, kept in the same transaction as the events
CREATE TABLE count_day(
    day INTEGER, org INTEGER, action INTEGER, n INTEGER NOT NULL, PRIMARY KEY(day, org, action)
) WITHOUT ROWID, STRICT;
CREATE TABLE count_hour(
    hour INTEGER, org INTEGER, n INTEGER NOT NULL, PRIMARY KEY(hour, org)
) WITHOUT ROWID, STRICT;

CREATE TABLE idempotency(
    key TEXT PRIMARY KEY, content BLOB NOT NULL, receipt BLOB NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

INSERT INTO store VALUES(:name, :created, 1);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
COMMIT;
"""

# Kinds of terms. The numbers are in files: they never change.
ORG, ACTION, ACTOR, LOCATION, AGENT, TARGET_TYPE = 1, 2, 3, 4, 5, 6
KINDS = (ORG, ACTION, ACTOR, LOCATION, AGENT, TARGET_TYPE)

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
