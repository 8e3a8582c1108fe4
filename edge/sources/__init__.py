"""Sources: each an async iterator of readings."""
