"""Events to bytes and bytes to events: tables, lines, JSON, CSV, importers, hostile text."""
