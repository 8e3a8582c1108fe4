"""An InfluxDB beside the embedded store, as the configuration names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edge.config import Config, InfluxConfig
from edge.stores.influx.consumer import FollowedJournal, InfluxConsumer, Keeping
from edge.stores.influx.names import Databases
from edge.stores.influx.parked import FILE, Parking
from edge.stores.influx.server import Influx2
from edge.stores.influx.store import InfluxStore
from edge.stores.influx.token import TOKEN, load_secret
from edge.stores.protocol import Store


def token_file(config: Config, influx: InfluxConfig) -> Path:
    """Give where the token is."""
    return influx.token_file or config.data_dir / TOKEN


def attach(
    config: Config, influx: InfluxConfig, journal: FollowedJournal, embedded: Store
) -> InfluxConsumer:
    """Give the consumer of a configured InfluxDB, which need not be there.

    Raises StoreError when others may read the token. One that is missing is looked for
    again at each request: `releve store init` may come later.
    """
    path = token_file(config, influx)
    if path.exists():
        load_secret(path)
    keeping = Keeping(config.store.raw_days, config.store.minute_days)
    return InfluxConsumer(journal, open_store(config, influx), embedded, keeping)


def open_store(config: Config, influx: InfluxConfig) -> InfluxStore:
    """Open the store alone, for a command beside the service."""
    token: Callable[[], str] = lambda: load_secret(token_file(config, influx))  # noqa: E731 - shorter
    server = Influx2(influx.url, influx.org, token)
    parking = Parking(Path(config.data_dir) / FILE)
    return InfluxStore(server, Databases(influx.bucket), parking)
