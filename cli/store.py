"""`releve store`: the databases that readings are queried from."""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.options import ConfigFile
from cli.passphrase import PassphraseFile, passphrase
from edge.backup import is_sealed
from edge.commands import RebuildStore
from edge.config import Config, InfluxConfig, load_config
from edge.errors import StoreError
from edge.journal.file import private_directory
from edge.sample import utc
from edge.service.control import send

if TYPE_CHECKING:
    from edge.stores.influx.setup import Bucket

app = typer.Typer(help="The databases readings are queried from.", no_args_is_help=True)
SHOWN = 100
"""Characters of a line or a reason in the table."""


@app.command()
def rebuild(
    backup: Annotated[
        Path | None,
        typer.Option(help="A backup, for what the journal no longer has."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
) -> None:
    """Make the stores anew: from the journal, and from a backup if there is one."""
    data_dir = load_config(config).data_dir
    with ExitStack() as stack:
        archive = None if backup is None else backup.resolve()
        if archive is not None and is_sealed(archive):
            from edge.portability.door import staged  # noqa: PLC0415 - cryptography, where it is wanted

            secret = passphrase(passphrase_file, twice=False)
            archive = stack.enter_context(staged(archive, secret, data_dir))
        command = RebuildStore(None if archive is None else str(archive))
        asyncio.run(send(data_dir, command))
    typer.echo("The store is being rebuilt; /api/v1/health shows how far it is.")


@app.command()
def init(config: ConfigFile = None) -> None:
    """Make InfluxDB ready: buckets, and a token for these alone. Safe to run again.

    A fresh InfluxDB is set up. One that was set up before wants an operator's token:
    it is asked for, or read from the standard input.
    """
    from edge.stores.influx.attach import token_file  # noqa: PLC0415 - engines not in use
    from edge.stores.influx.names import Databases  # noqa: PLC0415 - same
    from edge.stores.influx.setup import Setup, buckets  # noqa: PLC0415 - same
    from edge.stores.influx.token import ADMIN, load_secret_of  # noqa: PLC0415 - same

    settings = load_config(config)
    influx = _configured(settings)
    private_directory(settings.data_dir)
    databases = Databases(influx.bucket)
    wanted = buckets(databases, settings.store.raw_days, settings.store.minute_days)
    if influx.version == 1:
        _init_1(settings, influx, wanted)
        return
    admin = settings.data_dir / ADMIN
    setup = Setup(influx.url, influx.org)
    try:
        if setup.fresh():
            setup.begin(databases.lasting, admin)
            typer.echo(f"InfluxDB is set up; its administrator's secrets: {admin}")
        else:
            setup.token = load_secret_of(admin) or _ask()
        for step in setup.prepare(wanted, token_file(settings, influx)):
            typer.echo(step)
    finally:
        setup.close()


def _init_1(settings: Config, influx: InfluxConfig, wanted: list[Bucket]) -> None:
    """Make an InfluxDB 1.x ready, by whoever its token file names."""
    from edge.stores.influx.attach import open_server  # noqa: PLC0415 - engines not in use
    from edge.stores.influx.server1 import prepare  # noqa: PLC0415 - same

    server = open_server(settings, influx)
    try:
        for step in prepare(server, wanted):
            typer.echo(step)
    finally:
        server.close()


def _configured(settings: Config) -> InfluxConfig:
    if settings.influxdb is None:
        raise StoreError(
            "no InfluxDB is configured",
            hint="add a table [influxdb] to the configuration; it may be empty",
        )
    return settings.influxdb


def _ask() -> str:
    """Give the operator's token: never an argument, which others could see."""
    if sys.stdin.isatty():
        said = str(typer.prompt("InfluxDB operator's token", hide_input=True))
    else:
        said = sys.stdin.readline()
    if not said.strip():
        raise StoreError(
            "this InfluxDB was set up before, and wants an operator's token",
            hint="give it when asked, or on the standard input",
        )
    return said.strip()


@app.command()
def parked(
    *,
    retry: Annotated[bool, typer.Option("--retry", help="Send them again.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Forget them.")] = False,
    config: ConfigFile = None,
) -> None:
    """List the points that InfluxDB refused; send them again, or forget them."""
    from edge.stores.influx.attach import open_store  # noqa: PLC0415 - engines not in use
    from edge.stores.influx.parked import FILE  # noqa: PLC0415 - same

    settings = load_config(config)
    influx = _configured(settings)
    if not (settings.data_dir / FILE).exists():
        typer.echo("No point is parked.")
        return
    store = open_store(settings, influx)
    try:
        found = store.parking.all()
        if not found:
            typer.echo("No point is parked.")
            return
        table = Table("number", "parked", "bucket", "point", "reason")
        for one in found:
            stamp = f"{utc(one.parked_ms):%Y-%m-%d %H:%M:%S} UTC"
            cells = (one.bucket, one.line[:SHOWN], one.reason[:SHOWN])
            table.add_row(str(one.number), stamp, *cells)
        Console().print(table)
        if retry:
            taken = store.retry_parked()
            typer.echo(f"{taken} of {len(found)} were taken; the others stay.")
        elif drop:
            store.parking.drop([one.number for one in found])
            typer.echo(f"{len(found)} forgotten.")
    finally:
        store.close()
