"""The erasure of a running home: its places, in the order in which they let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge.erasure.books import Books
from edge.erasure.copies import Copies
from edge.erasure.erasure import Erasure
from edge.erasure.place import Place
from edge.erasure.readings import Readings

if TYPE_CHECKING:
    from edge.service.hub import Hub


def erasure_of(hub: Hub) -> Erasure:
    """Give the erasure of what a hub has open.

    Copies first: what imports said tells which files they came from.
    """

    def meters() -> list[str]:
        return sorted({*hub.gates, *hub.reads.meters()})

    here, folder = hub.journal.directory, hub.config.imports.folder
    places: list[Place] = [
        Copies(hub.journal, None if folder is None else here / folder),
        Readings(hub.journal, hub.store, hub.projector, hub.roller, hub.bus),
        Books(here),
    ]
    if hub.influx is not None:
        from edge.erasure.series import Series  # noqa: PLC0415 - engines not in use

        places.append(Series(hub.influx, here))
    if hub.mqtt is not None:
        from edge.erasure.broker import Broker  # noqa: PLC0415 - same

        places.append(Broker(hub.mqtt))
    if hub.cozy is not None:
        from edge.erasure.cozys import Cozys  # noqa: PLC0415 - same

        places.append(Cozys(hub.cozy))
    return Erasure(hub.journal, places, lambda: hub.clock.now().wall_ms, meters)
