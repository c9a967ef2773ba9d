"""The WorkOS API as a store: exports are mirrored into an embedded store, which answers."""
