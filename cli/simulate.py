"""`releve simulate linky`: a meter on a pseudo-terminal, faults on demand."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from teleinfo.mode import Mode
from teleinfo.virtual import (
    Contract,
    Faults,
    MeterSpec,
    PtyLine,
    Scenario,
    Spell,
    VirtualLinky,
)

app = typer.Typer(help="Simulate a meter on a pseudo-terminal.", no_args_is_help=True)
OVERLOAD_MS = 120_000


@app.callback()
def _group() -> None:
    """Simulate a meter on a pseudo-terminal."""


@app.command()
def linky(  # noqa: PLR0913 - each is an option of the command
    *,
    mode: Annotated[Mode, typer.Option(help="What it speaks.")] = Mode.STANDARD,
    contract: Annotated[
        Contract, typer.Option(help="The household's.")
    ] = Contract.BASE,
    phases: Annotated[int, typer.Option(help="1 or 3.")] = 1,
    producer: Annotated[bool, typer.Option("--producer", help="It injects.")] = False,
    noise: Annotated[float, typer.Option(help="Bit error rate, as in 1e-4.")] = 0.0,
    unplug: Annotated[
        list[float] | None, typer.Option(help="Pull the cable then, in s. Repeat.")
    ] = None,
    unplugged: Annotated[float, typer.Option(help="For how long, in s.")] = 5.0,
    switch_mode: Annotated[
        float | None, typer.Option(help="Switch to the other mode then, in s.")
    ] = None,
    overload: Annotated[
        list[float] | None, typer.Option(help="Exceed the contract then, in s. Repeat.")
    ] = None,
    interrupt: Annotated[
        int, typer.Option(help="Interrupt (EOT) one frame in so many.")
    ] = 0,
    eight_bits: Annotated[
        bool, typer.Option("--eight-bits", help="A port without parity, as ttyS0.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Another home.")] = 1,
    start: Annotated[
        str | None, typer.Option(help="The meter's clock at first, ISO 8601.")
    ] = None,
    speed: Annotated[float, typer.Option(help="Times the true speed.")] = 1.0,
    link: Annotated[
        Path | None, typer.Option(help="A symbolic link to the terminal.")
    ] = None,
) -> None:
    """Behave as a Linky until Ctrl-C; the first line printed is the port to open."""
    start_ms = _start_ms(start)
    spells = tuple(
        Spell(start_ms + int(s * 1000), start_ms + int(s * 1000) + OVERLOAD_MS)
        for s in overload or ()
    )
    try:
        spec = MeterSpec(
            mode=mode,
            contract=contract,
            phases=phases,
            producer=producer,
            seed=seed,
            overloads=spells,
        )
        faults = Faults(
            ber=noise, eot_one_in=interrupt, eight_bits=eight_bits, seed=seed
        )
        meter = VirtualLinky(spec, start_ms)
        line = PtyLine(meter, link=link, faults=faults, speed=speed)
    except (ValueError, OSError) as error:
        raise typer.BadParameter(str(error)) from error
    scenario = Scenario(tuple(unplug or ()), unplugged, switch_mode)
    asyncio.run(_run(line, scenario))


async def _run(line: PtyLine, scenario: Scenario) -> None:
    loop = asyncio.get_running_loop()
    sending = asyncio.create_task(line.run())
    playing = asyncio.create_task(scenario.play(line, _tell))
    for stop in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(stop, sending.cancel)
    sys.stdout.write(f"{line.path}\n")
    sys.stdout.flush()
    try:
        await sending
    except asyncio.CancelledError:
        return
    finally:
        playing.cancel()


def _tell(what: str) -> None:
    typer.echo(what, err=True)


def _start_ms(start: str | None) -> int:
    if start is None:
        return time.time_ns() // 1_000_000
    try:
        return int(datetime.fromisoformat(start).astimezone().timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(
            f"{start!r} is no instant; write it as 2026-01-31T07:30:00+01:00"
        ) from error
