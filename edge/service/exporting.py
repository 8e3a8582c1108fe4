"""What writes extracts of an open home, and takes packs into it."""

from __future__ import annotations

from edge.portability.extracting import Extracting
from edge.portability.taking import Taker
from edge.service.hub import Hub
from edge.sources.plugins import fluid_of


def extracting_of(hub: Hub) -> Extracting:
    """Give what grants extracts and writes them."""
    fluids = {meter.id: fluid_of(meter.kind) for meter in hub.config.meters}
    who = (hub.consents, hub.readings, hub.reads)
    return Extracting(*who, fluids, hub.config.zone)


def taker_of(hub: Hub) -> Taker:
    """Give what takes packs; gates are told what moved in."""
    fluids = {meter.id: fluid_of(meter.kind) for meter in hub.config.meters}

    def fitted(meter: str) -> None:
        if meter in hub.gates:  # one that files alone speak of has none
            hub.restore(meter)

    return Taker(
        *(hub.journal, hub.reads, fluids, hub.config.zone),
        lambda: hub.clock.now().wall_ms,
        hub.projector.project,
        fitted,
    )
