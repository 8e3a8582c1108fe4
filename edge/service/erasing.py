"""The erasure of a running home: its places, in the order in which they let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge.erasure.erasure import Erasure
from edge.erasure.readings import Readings

if TYPE_CHECKING:
    from edge.service.hub import Hub


def erasure_of(hub: Hub) -> Erasure:
    """Give the erasure of what a hub has open."""

    def meters() -> list[str]:
        return sorted({*hub.gates, *hub.reads.meters()})

    places = [Readings(hub.journal, hub.store, hub.projector, hub.roller)]
    return Erasure(hub.journal, places, lambda: hub.clock.now().wall_ms, meters)
