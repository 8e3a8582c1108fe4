"""InfluxStore: the same answers out of an InfluxDB, attached beside the embedded store.

Imported only once [influxdb] is configured: its client is not small.
"""

from edge.stores.influx.store import InfluxStore

__all__ = ["InfluxStore"]
