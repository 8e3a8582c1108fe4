"""An InfluxDB beside the embedded store, as the configuration names it."""

from __future__ import annotations

from pathlib import Path

from edge.config import Config, InfluxConfig
from edge.journal.followed import MovedJournal
from edge.stores.influx.consumer import InfluxConsumer, Keeping
from edge.stores.influx.names import Databases
from edge.stores.influx.parked import FILE, Parking
from edge.stores.influx.server import Influx2, Server
from edge.stores.influx.store import InfluxStore
from edge.stores.influx.token import TOKEN, load_secret
from edge.stores.protocol import Store


def token_file(config: Config, influx: InfluxConfig) -> Path:
    """Give where the token is."""
    return influx.token_file or config.data_dir / TOKEN


def attach(
    config: Config, influx: InfluxConfig, journal: MovedJournal, embedded: Store
) -> InfluxConsumer:
    """Give the consumer of a configured InfluxDB, which need not be there.

    Raises StoreError when others may read the token. One that is missing is looked for
    again at each request: `releve store init` may come later.
    """
    path = token_file(config, influx)
    if path.exists():
        load_secret(path)
    days = (config.store.raw_days, config.store.minute_days, config.keep.half_hours)
    keeping = Keeping(*days)
    return InfluxConsumer(journal, open_store(config, influx), embedded, keeping)


def open_store(config: Config, influx: InfluxConfig) -> InfluxStore:
    """Open the store alone, for a command beside the service."""
    parking = Parking(Path(config.data_dir) / FILE)
    server = open_server(config, influx)
    return InfluxStore(server, Databases(influx.bucket), parking)


def open_server(config: Config, influx: InfluxConfig) -> Server:
    """Open the door to it; a 1.x that asks for no password has no token file."""
    path = token_file(config, influx)
    if influx.version == 1:
        from edge.stores.influx.server1 import Influx1  # noqa: PLC0415 - seldom

        return Influx1(influx.url, lambda: load_secret(path) if path.exists() else "")
    return Influx2(influx.url, influx.org, lambda: load_secret(path))
