"""The hub: gate, journal, roller, stores; it reads meters and keeps readings."""
