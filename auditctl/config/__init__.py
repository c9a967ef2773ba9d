"""Paths, settings and named stores."""
