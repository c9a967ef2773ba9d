"""The embedded store: one SQLite file, in reading order, with a word index beside it."""
