"""SqliteStore: the embedded store, one file, projected from the journal."""

from edge.stores.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
