"""The running index of a meter on the disk: whole, and written before it is shown."""

from __future__ import annotations

import json
from pathlib import Path

from edge.private_file import write_private
from edge.sources.mqtt_in.running import Running


def place(directory: Path, meter: str) -> Path:
    """Give where a meter's running index is kept."""
    return directory / f"mqtt-{meter}.json"


def load(path: Path) -> Running | None:
    """Give what was kept; None where nothing was, or nothing that can be read."""
    try:
        found = json.loads(path.read_bytes())
        fields = [found[name] for name in ("index", "count", "at_ms")]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if type(fields[0]) is not int or not all(
        one is None or type(one) is int for one in fields
    ):
        return None
    return Running(*fields)


def save(path: Path, running: Running) -> None:
    """Write it durably; raise OSError."""
    words = {"index": running.index, "count": running.count, "at_ms": running.at_ms}
    write_private(path, json.dumps(words).encode())
