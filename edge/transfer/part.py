"""What is over goes by itself: packs that nobody took, or that were never sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from edge.errors import EdgeError
from edge.transfer.place import PLACE

log = logging.getLogger(__name__)

EVERY_S = 3600.0


def tidied(data_dir: Path, now_ms: Callable[[], int]) -> None:
    """Let go of what is over in a home's transfers. Blocks."""
    from edge.transfer.offers import Offers  # noqa: PLC0415 - brings cryptography
    from edge.transfer.parcels import Parcels  # noqa: PLC0415 - same

    offers = Offers(data_dir, now_ms)
    with offers.held():
        offers.tidy()
    Parcels(data_dir, now_ms).tidy()


async def tidy(data_dir: Path, now_ms: Callable[[], int]) -> None:
    """Look each hour, for ever; nothing is loaded where nothing was ever sent."""
    while True:
        if (data_dir / PLACE).is_dir():
            try:
                await asyncio.to_thread(tidied, data_dir, now_ms)
            except (EdgeError, OSError) as error:
                log.warning("transfers that are over stay: %s", error)
        await asyncio.sleep(EVERY_S)
