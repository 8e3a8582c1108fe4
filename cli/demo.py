"""`releve demo`: a virtual home of three meters, and the whole service."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Annotated

import typer

from cli.demo_place import Place, held
from cli.demo_words import (
    CLOSED,
    FAREWELL,
    FILES,
    FIRST,
    MQTT,
    NEXT,
    NO_BROKER,
    OPENED,
    happened,
    imported,
    line,
)
from cli.language import spoken
from edge.config import Config, load_config
from edge.errors import EdgeError
from edge.host import HostClock
from edge.importing.reading import Asked
from edge.sample import Sample
from edge.service.hub import Hub
from edge.sources.plugins import build
from gazpar.virtual import VirtualGazpar
from house import Story, VirtualHome
from house.line import ContactLine
from house.living import Living
from teleinfo.virtual import PtyLine, VirtualLinky
from water.virtual import VirtualWaterMeter

TELL_S = 5.0
LOOK_S = 0.5
SIGTERM = 15


def demo(
    *,
    directory: Annotated[
        Path, typer.Option(help="Where the demo keeps its data, and goes on from it.")
    ] = Path("demo-data"),
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget an earlier demo's data first.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option(help="Stop by itself after so long.")
    ] = None,
) -> None:
    """Run everything on a virtual home: nothing to plug in, nothing to set up.

    A Linky speaks, a Gazpar and a water meter pulse, and 25 months of their history
    are imported meanwhile. All of it is invented, and marked so wherever it shows.
    """
    with held(directory.absolute(), fresh=fresh) as place:
        typer.echo(FIRST.said(spoken()))
        home = VirtualHome(place.anchor_ms)
        config = load_config(place.write_config(home))
        asyncio.run(_run(place, home, config, seconds))
    typer.echo(FAREWELL.said(spoken()).format(place.directory))


async def _run(
    place: Place, home: VirtualHome, config: Config, seconds: float | None
) -> None:
    from cli.compose import run_service  # noqa: PLC0415 - slow to import, see `run`

    now_ms = time.time_ns() // 1_000_000
    living = Living(home, now_ms)
    meter = VirtualLinky(home.power.spec, now_ms, home.power.household)
    gazpar = VirtualGazpar(index_l=home.gas.at(home.anchor_ms))
    dial = VirtualWaterMeter(index_l=home.water.at(home.anchor_ms))
    pulsing = [
        ContactLine(place.line("gas"), gazpar, living.gas_l_h),
        ContactLine(place.line("water"), dial, living.water_l_h),
    ]

    async def tell(hub: Hub, address: str) -> None:
        typer.echo(NEXT.said(spoken()).format(**place.words(address)))
        typer.echo(_mqtt(config, place))
        async with asyncio.TaskGroup() as telling:
            telling.create_task(_import(hub, place, home))
            telling.create_task(_values(hub, config))
            telling.create_task(_events(hub, config))
            telling.create_task(_leak(place, living))

    playing = [asyncio.create_task(each.run()) for each in pulsing]
    playing.append(asyncio.create_task(PtyLine(meter, link=place.linky).run()))
    if seconds is not None:
        playing.append(asyncio.create_task(_stop(seconds)))
    clock = HostClock(trust=True)
    kept = {"data_dir": str(config.data_dir)}
    sources = [build(one.model_dump() | kept, clock) for one in config.meters]
    try:
        await run_service(config, sources=sources, told=tell)
    finally:
        for each in playing:
            each.cancel()
        await asyncio.gather(*playing, return_exceptions=True)


async def _import(hub: Hub, place: Place, home: VirtualHome) -> None:
    """Import the years, a file after the other; twice changes nothing."""
    files = await asyncio.to_thread(lambda: list(Story(home).files()))
    await asyncio.to_thread(place.write_history, files)
    typer.echo(FILES.said(spoken()).format(place.history))
    assert hub.importer is not None  # noqa: S101 - a hub that is open has one
    try:
        for number, (name, data) in enumerate(files, 1):
            report = await hub.importer.take(data, Asked(name))
            typer.echo(imported(report, spoken(), f"{number}/{len(files)}"))
    except EdgeError as error:  # a full disk: the meters are live all the same
        typer.echo(f"releve: {error}", err=True)


async def _values(hub: Hub, config: Config) -> None:
    """Say what the meters said last: as soon as each has, then each few seconds."""
    said: set[str] = set()
    waited_s = 0.0
    while True:
        await asyncio.sleep(LOOK_S)
        waited_s += LOOK_S
        latest = dict(hub.bus.latest)
        if latest.keys() - said or (latest and waited_s >= TELL_S):
            typer.echo(line(latest, config.zone))
            said, waited_s = set(latest), 0.0


async def _events(hub: Hub, config: Config) -> None:
    """Say what happens, as the service tells it to all."""
    with hub.bus.subscribe() as subscription:
        async for item in subscription:
            if not isinstance(item, Sample):
                said = happened(item, spoken(), config.zone)
                if said is not None:
                    typer.echo(said)


async def _leak(place: Place, living: Living) -> None:
    """Turn the leak on while its file is there, and say that it was done."""
    while True:
        leak = place.leak.exists()
        if leak != living.leak:
            living.leak = leak
            typer.echo((OPENED if leak else CLOSED).said(spoken()))
        await asyncio.sleep(LOOK_S)


async def _stop(seconds: float) -> None:
    await asyncio.sleep(seconds)
    os.kill(os.getpid(), SIGTERM)  # the way that systemd would stop it


def _mqtt(config: Config, place: Place) -> str:
    from cli.mqtt_words import watching  # noqa: PLC0415 - MQTT, where asked for
    from edge.broker.parts import owner_login  # noqa: PLC0415 - same

    owner = owner_login(config)
    if owner is None:
        return NO_BROKER.said(spoken())
    return MQTT.said(spoken()).format(
        address=owner.address,
        line=watching(owner, config.mqtt.prefix),
        config=place.config,
    )
