"""Readers of audit trails that were written elsewhere."""
