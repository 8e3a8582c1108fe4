"""An InfluxDB beside the home: its points, and the lines that it would not have."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from edge.erasure.books import clean
from edge.journal.database import SqliteDatabase
from edge.journal.erased import Erased
from edge.stores.influx.consumer import InfluxConsumer
from edge.stores.influx.parked import FILE


@dataclass(frozen=True, slots=True)
class Series:
    """What InfluxDB has; it is asked again until it answers."""

    consumer: InfluxConsumer
    data_dir: Path
    name: str = "influxdb"

    async def count(self, stone: Erased) -> int:
        """Say how many points would go."""
        return await asyncio.to_thread(self.consumer.store.would_erase, stone)

    async def erase(self, stone: Erased) -> int:
        """Delete them; InfluxDB's files lack them once it has compacted them."""
        return await self.consumer.erase(stone)

    async def clean(self) -> None:
        """Write the file of parked lines anew."""
        await asyncio.to_thread(self._clean)

    def _clean(self) -> None:
        with closing(SqliteDatabase(self.data_dir / FILE)) as database:
            clean(database)
