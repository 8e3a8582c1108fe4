"""An InfluxDB beside the home: its buckets go, or all that is in them.

One that Relevé itself has set up stays the machine's: its administrator's secrets are
made anew, and outlive the home.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from edge.config import Config, InfluxConfig
from edge.handover.outside import ERASED
from edge.stores.influx.attach import open_server, token_file
from edge.stores.influx.names import Databases
from edge.stores.influx.server import Server
from edge.stores.influx.setup import Setup
from edge.stores.influx.token import ADMIN, load_secret_of
from edge.stores.influx.words import drop


@dataclass(frozen=True, slots=True)
class Influx:
    """The one of [influxdb]; by its administrator's secret, where the home has it."""

    config: Config
    influx: InfluxConfig
    name: str = "influxdb"

    async def leave(self) -> str:
        """Have it forget the home; raise StoreError."""
        await asyncio.to_thread(self._leave)
        return ERASED

    def _leave(self) -> None:
        names = Databases(self.influx.bucket).all
        admin = load_secret_of(self.config.data_dir / ADMIN)
        if self.influx.version == 2 and admin:
            setup = Setup(self.influx.url, self.influx.org, token=admin)
            try:
                setup.unmake(names)
                setup.renew(self.config.data_dir / ADMIN)
            finally:
                setup.close()
            return
        if (
            self.influx.version == 2
            and not token_file(self.config, self.influx).exists()
        ):
            return  # `releve store init` was never done: it has nothing of ours
        server = open_server(self.config, self.influx)
        try:
            for name in names:
                _empty(server, name)
        finally:
            server.close()


def _empty(server: Server, database: str) -> None:
    for series in server.ask(database, "SHOW MEASUREMENTS")[0]:
        for row in series.rows:
            server.ask(database, drop(str(row[0])))
