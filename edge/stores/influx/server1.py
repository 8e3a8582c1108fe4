"""InfluxDB 1.x: the same lines and questions, written at another path."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from urllib.parse import urlencode

from edge.stores.influx.server import Influx2, Server, Token
from edge.stores.influx.setup import Bucket
from edge.stores.influx.words import name


class Influx1(Influx2):
    """InfluxDB 1.x; its token is `user:password`, or nothing where it asks for none."""

    scheme = "Basic"

    def __init__(self, url: str, login: Token) -> None:
        super().__init__(url, "", lambda: base64.b64encode(login().encode()).decode())

    def _write_path(self, database: str) -> str:
        return f"/write?{urlencode({'db': database, 'precision': 'ms'})}"


def prepare(server: Server, wanted: Sequence[Bucket]) -> list[str]:
    """Make the databases that are missing, and set how long each is kept."""
    done = []
    for bucket in wanted:
        kept = f"{bucket.keep_s}s" if bucket.keep_s else "INF"
        policy = f"DURATION {kept} REPLICATION 1 SHARD DURATION {bucket.shard_s}s"
        database = name(bucket.name)
        server.ask("", f"CREATE DATABASE {database}")
        server.ask(
            "", f'ALTER RETENTION POLICY "autogen" ON {database} {policy} DEFAULT'
        )
        done.append(f"database {bucket.name} is there, kept {kept}")
    return done
