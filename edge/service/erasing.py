"""The erasure of a running home: its places, in the order in which they let go."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from edge.consent.consents import Consents
from edge.consent.standing import Act
from edge.erasure.books import Books
from edge.erasure.copies import copies_of
from edge.erasure.erasure import Erasure
from edge.erasure.place import Place
from edge.erasure.readings import Readings
from edge.journal.erased import Erased

if TYPE_CHECKING:
    from edge.service.hub import Hub


def erasure_of(hub: Hub) -> Erasure:
    """Give the erasure of what a hub has open.

    Copies first: what imports said tells which files they came from.
    """

    def meters() -> list[str]:
        return sorted({*hub.gates, *hub.reads.meters()})

    here = hub.journal.directory
    places: list[Place] = [
        copies_of(hub.config, hub.journal),
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
    return Erasure(
        *(hub.journal, places, lambda: hub.clock.now().wall_ms, meters),
        prove=partial(prove, hub.consents),
    )


def prove(consents: Consents, stone: Erased) -> None:
    """Enter in the ledger that something was erased; what it was is dropped at once.

    The entry's digest stays in the chain, and its salt is gone: that it was done, and
    when, can be shown to nobody's harm.
    """
    erasure = secrets.token_hex(8)
    told = {"meter": stone.meter, "start_ms": stone.start_ms, "end_ms": stone.end_ms}
    consents.enter(Act.ERASED, {"erasure": erasure, **told})
    consents.ledger.erase([erasure])
