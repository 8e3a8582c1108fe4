"""`releve replay`: a capture through the whole service, at true or any speed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.options import ConfigFile
from edge.config import load_config
from edge.host import HostClock
from edge.sources.replay import ReplaySource


def replay(
    file: Annotated[
        Path,
        typer.Argument(
            help="A capture, or a file of raw bytes.",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    *,
    speed: Annotated[
        str, typer.Option(help="1 is true speed, 10 ten times that, max all at once.")
    ] = "1",
    config: ConfigFile = None,
) -> None:
    """Play a capture through the whole service, as if it came now."""
    from cli.compose import run_service  # noqa: PLC0415 - slow to import, see `run`

    settings = load_config(config)
    meter = settings.meters[0].id
    source = ReplaySource(meter, file, _speed(speed), HostClock(trust=True))
    asyncio.run(run_service(settings, sources=[source], replay=True))


def _speed(written: str) -> float | None:
    if written == "max":
        return None
    try:
        speed = float(written)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise typer.BadParameter(f"{written!r} is no speed: 1, 10, 0.5 or max")
    return speed
