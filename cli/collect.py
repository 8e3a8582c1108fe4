"""`releve collect`: the collectors' process, beside the service."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.language import Words, spoken
from cli.options import ConfigFile
from edge.config import Config, load_config


def tables_of(config: Config) -> dict[str, dict[str, Any]]:
    """Give each [[collectors]] table by its name, with the number of its meter."""
    numbers = {meter.id: meter.identifier for meter in config.meters}
    tables = {}
    for one in config.collectors:
        table = one.model_dump(exclude_none=True, mode="json")
        number = numbers.get(one.meter or "") or _only(config, table)
        tables[one.name] = {"number": number, **table} if number else table
    return tables


def _only(config: Config, table: dict[str, Any]) -> str | None:
    """Give the number of the only meter of a collector's fluid."""
    from collectors import Unusable, plugins  # noqa: PLC0415 - where collectors are
    from edge.sources.plugins import fluid_of  # noqa: PLC0415 - loads their classes

    if table.get("meter"):
        return None
    try:
        fluid = plugins.load(table["kind"]).fluid
    except Unusable:
        return None
    found = [meter for meter in config.meters if fluid_of(meter.kind) == fluid]
    return found[0].identifier if len(found) == 1 else None


def collect(
    *,
    once: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Ask this one now, say what came, and end."),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=1100, help="With --once: how many days, for the past."),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Ask the portals of [[collectors]] at their hours, until told to stop.

    It needs the Internet, and the service beside it, which keeps what it brings.
    """
    settings = load_config(config)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    # A client's own log lines have whole URLs in them, hence a meter's number.
    for name in ("httpx", "httpcore", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if not settings.collectors:
        _forget(settings)  # a table that is gone leaves its secret
        typer.echo(NONE.said(spoken()))
        return
    asyncio.run(_collect(settings, once, days))


def _forget(settings: Config) -> None:
    """Let go of secrets that have brought nothing for as long as [keep] says."""
    from collectors import forgetting, past  # noqa: PLC0415 - where portals are asked

    directory = past.directory_of(Path(settings.data_dir))
    now_ms = time.time_ns() // 1_000_000
    forgetting.forget(directory, tables_of(settings), settings.keep.secrets, now_ms)


async def _collect(settings: Config, once: str | None, days: int | None) -> None:
    # Imported once there is something to do: APScheduler is not small.
    from cli.collectors import line  # noqa: PLC0415
    from collectors import Unusable, past  # noqa: PLC0415
    from collectors.handing import Service  # noqa: PLC0415
    from collectors.process import Process  # noqa: PLC0415
    from collectors.runner import Runner  # noqa: PLC0415

    data_dir = Path(settings.data_dir)
    service = Service(data_dir)
    runners = [
        Runner(name, table, settings.zone, past.directory_of(data_dir), service)
        for name, table in tables_of(settings).items()
    ]
    if once is not None:
        for runner in (one for one in runners if one.name == once):
            if days is not None:
                runner.table = {**runner.table, "days": days}
                runner.deadline_s += days  # long pasts are asked for slowly
            await runner.run()
            typer.echo(line(runner.name, runner.past, settings.zone, spoken()))
            if runner.past.reason is not None:
                raise typer.Exit(1)
            return
        known = ", ".join(one.name for one in runners)
        raise Unusable(f"no collector is called {once!r}", hint=f"there are {known}")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Process(runners, service, forget=partial(_forget, settings)).run(stop)


NONE = Words(
    "Aucun portail n'est configuré ([[collectors]]) : rien n'est demandé à Internet.",
    "No portal is configured ([[collectors]]): the Internet is asked nothing.",
)
