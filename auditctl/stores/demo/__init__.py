"""The demo store: an invented container-build service, its trail, and the events that arrive."""
