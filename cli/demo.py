"""`releve demo`: a virtual Linky on a real pseudo-terminal, and the whole service."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import time
from pathlib import Path
from typing import Annotated

import typer

from cli.demo_words import MQTT, NEXT, NO_BROKER, farewell, line
from cli.language import spoken
from edge.config import Config, MeterConfig, load_config
from edge.errors import BrokerError
from edge.host import HostClock
from edge.sources.linky import LinkySource
from edge.sources.replay import ReplaySource
from teleinfo.virtual import Contract, MeterSpec, PtyLine, VirtualLinky
from teleinfo.virtual.household import Household

MARK = "releve-demo"
PAST_MS = 26 * 3_600_000
PAST_STEP_MS = 5_000
"""The day before is told in a frame each 5 s: a word holds for 10."""
TELL_S = 5.0


def demo(
    *,
    directory: Annotated[
        Path, typer.Option(help="Where the demo keeps its data; emptied first.")
    ] = Path("demo-data"),
    seconds: Annotated[
        float | None, typer.Option(help="Stop by itself after so long.")
    ] = None,
) -> None:
    """Run everything on a virtual Linky: nothing to plug in, nothing to set up."""
    from cli.compose import run_service  # noqa: PLC0415 - slow to import, see `run`
    from edge.service.hub import Hub  # noqa: PLC0415 - same

    directory = directory.absolute()
    _empty(directory)
    config = load_config(_write_config(directory))
    clock = HostClock(trust=True)
    now_ms = time.time_ns() // 1_000_000
    spec = MeterSpec(contract=Contract.HPHC)
    home = Household(spec, now_ms - PAST_MS)
    past = directory / "yesterday.tic"
    typer.echo(NEXT.before.said(spoken()))
    _write_past(past, VirtualLinky(spec, now_ms - PAST_MS, home), now_ms)

    async def tell(hub: Hub, address: str) -> None:
        typer.echo(NEXT.said(spoken(), address, directory, str(config.meters[0].port)))
        typer.echo(_mqtt(config, directory))
        stop_at = None if seconds is None else time.monotonic() + seconds
        while stop_at is None or time.monotonic() < stop_at:
            await asyncio.sleep(TELL_S)
            latest = hub.bus.latest.get("linky")
            if latest is not None:
                typer.echo(line(latest, config.zone))
        os.kill(os.getpid(), 15)  # the way that systemd would stop it

    async def live() -> None:
        replayed = ReplaySource("linky", past, None, clock, origin="demo")
        await run_service(config, sources=[replayed], replay=True)
        meter = VirtualLinky(spec, time.time_ns() // 1_000_000, home)
        pty = PtyLine(meter, link=Path(str(config.meters[0].port)))
        speaking = asyncio.create_task(pty.run())
        await run_service(config, sources=[_linky(config.meters[0], clock)], told=tell)
        speaking.cancel()

    asyncio.run(live())
    typer.echo(farewell(spoken(), directory))


def _linky(meter: MeterConfig, clock: HostClock) -> LinkySource:
    # What is invented is marked so, for ever.
    return LinkySource(meter.id, str(meter.port), None, clock, origin="demo")


def _empty(directory: Path) -> None:
    mark = directory / MARK
    if directory.exists() and any(directory.iterdir()) and not mark.exists():
        raise typer.BadParameter(f"{directory} holds something else: name another")
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700, parents=True)
    mark.touch()


def _broker() -> str:
    """Give the [mqtt] of a private Mosquitto; nothing where there is none."""
    from edge.broker.mosquitto import find  # noqa: PLC0415 - MQTT, where asked for

    try:
        find()
    except BrokerError:
        return ""
    return f"""[mqtt]
url = "managed"
listen = "127.0.0.1:{_free_port(1883)}"
language = "{spoken()}"
"""


def _mqtt(config: Config, directory: Path) -> str:
    from cli.mqtt_words import watching  # noqa: PLC0415 - MQTT, where asked for
    from edge.broker.parts import owner_login  # noqa: PLC0415 - same

    owner = owner_login(config)
    if owner is None:
        return NO_BROKER.said(spoken())
    return MQTT.said(spoken()).format(
        address=owner.address,
        line=watching(owner, config.mqtt.prefix),
        config=directory / "releve.toml",
    )


def _write_config(directory: Path) -> Path:
    path = directory / "releve.toml"
    path.write_text(
        f"""data_dir = "{directory}/data"
log_level = "warning"
[api]
listen = "127.0.0.1:{_free_port(8080)}"
[journal]
commit_seconds = 5
{_broker()}[[meters]]
id = "linky"
port = "{directory}/linky"
"""
    )
    return path


def _free_port(first: int) -> int:
    """Give the first port from a usual one on that nobody listens at."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    return 0


def _write_past(path: Path, meter: VirtualLinky, until_ms: int) -> None:
    with path.open("wb") as file:
        for at_ms in range(meter.start_ms, until_ms, PAST_STEP_MS):
            file.write(meter.frame_at(at_ms))
