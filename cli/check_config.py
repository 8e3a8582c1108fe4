"""`releve check-config`: is the configuration usable, and what will run."""

from __future__ import annotations

import typer

from cli.collect import tables_of
from cli.options import ConfigFile
from edge.config import Config, ConfigError, load_config
from edge.host import HostClock
from edge.sources.plugins import build, kinds


def check_config(config: ConfigFile = None) -> None:
    """Check the configuration; say each key to mend, or what will run."""
    found = load_config(config)
    look_at(found)
    typer.echo("The configuration is usable.")
    typer.echo(f"  data: {found.data_dir}   store: {found.store.engine}")
    typer.echo(f"  API:  http://{found.api.listen}/   time zone: {found.time_zone}")
    if found.lan.open:
        typer.echo(f"  network: HTTPS at {found.lan.https}, MQTT at {found.lan.mqtt}")
    for meter in found.meters:
        gpio = (meter.model_extra or {}).get("gpio")
        where = meter.port or ("-" if gpio is None else f"GPIO {gpio}")
        typer.echo(f"  meter {meter.id}: {meter.kind} on {where}, mode {meter.mode}")
    for collector in found.collectors:
        typer.echo(f"  collector {collector.name}: {collector.kind}")


def look_at(found: Config) -> None:
    """Make each source and collector of a configuration; raise what is wrong."""
    for meter in found.meters:
        if meter.kind not in kinds():
            raise ConfigError(
                f"meter {meter.id!r} is of an unknown kind, {meter.kind!r}",
                hint=f"there are: {', '.join(sorted(kinds()))}",
            )
        build(meter.model_dump() | {"data_dir": str(found.data_dir)}, HostClock())
    _check_collectors(found)


def _check_collectors(found: Config) -> None:
    """Make each collector of its table, as its process will; raise ConfigError."""
    if not found.collectors:
        return
    from collectors import Unusable, plugins  # noqa: PLC0415 - where collectors are

    for name, table in tables_of(found).items():
        try:
            plugins.build(table)
        except Unusable as error:
            raise ConfigError(f"collector {name!r}: {error}") from error
