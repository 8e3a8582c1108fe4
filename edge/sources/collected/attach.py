"""The door of a configuration's collectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edge.config import Config
from edge.importing.reading import Home
from edge.sources.collected.door import CollectedDoor
from edge.sources.collected.taking import Appends, Taker
from edge.stores.protocol import Said


def attach(
    config: Config,
    journal: Appends,
    reads: Said,
    home: Home,
    now_ms: Callable[[], int],
) -> CollectedDoor:
    """Make the door; it is opened by its `run`."""
    collectors = {one.name: one for one in config.collectors}
    taker = Taker(journal, reads, home, collectors, now_ms)
    return CollectedDoor(Path(config.data_dir), taker, now_ms)
