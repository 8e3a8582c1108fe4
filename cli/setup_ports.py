"""Where the meter may be plugged in, and what is heard there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from teleinfo.diagnosis import Diagnosis, Verdict, diagnose
from teleinfo.errors import PortBusy, PortError
from teleinfo.mode import Mode
from teleinfo.port import ports
from teleinfo.uart import Parity

TIC = Path("/dev/tic")
BY_ID = Path("/dev/serial/by-id")
PINS = Path("/dev/ttyAMA0")
LIKELY = (Verdict.GOOD, Verdict.NOISY)
ENOUGH_FRAMES = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """What a port said: a diagnosis, or why it could not be opened.

    `parity` is how it has to be read. `busy`: another program holds it.
    """

    port: str
    diagnosis: Diagnosis | None
    parity: Parity = Parity.HARDWARE
    error: str = ""
    busy: bool = False

    @property
    def speaks(self) -> bool:
        """Tell whether a meter is there."""
        told = self.diagnosis
        return told is not None and told.mode is not None and told.verdict in LIKELY

    @property
    def mode(self) -> Mode | None:
        """Give how the meter speaks; None when none was heard."""
        return None if self.diagnosis is None else self.diagnosis.mode


def candidates() -> list[str]:
    """Give this machine's serial ports, each once, by the name that lasts longest."""
    lasting: list[Path] = [TIC] if TIC.exists() else []
    lasting += sorted(BY_ID.iterdir()) if BY_ID.is_dir() else []
    lasting += [PINS] if PINS.exists() else []
    named = {os.path.realpath(path): str(path) for path in reversed(lasting)}
    for port in ports():
        named.setdefault(os.path.realpath(port), port)
    first = [
        str(path) for path in lasting if named[os.path.realpath(path)] == str(path)
    ]
    return [*first, *sorted(set(named.values()) - set(first))]


def listen_to(given: Iterable[str], seconds: float) -> list[Heard]:
    """Listen to ports, all at the same time."""
    return asyncio.run(_all(list(given), seconds))


async def _all(given: Sequence[str], seconds: float) -> list[Heard]:
    return await asyncio.gather(*(_one(port, seconds) for port in given))


async def _one(port: str, seconds: float) -> Heard:
    try:
        told = await diagnose(port, seconds, enough_frames=ENOUGH_FRAMES)
        if told.verdict is not Verdict.EIGHT_BITS:
            return Heard(port, told)
        # a UART without parity, as a Pi's ttyS0: we check it ourselves
        software = Parity.SOFTWARE
        told = await diagnose(
            port, seconds, parity=software, enough_frames=ENOUGH_FRAMES
        )
        return Heard(port, told, software)
    except PortError as error:
        return Heard(port, None, error=str(error), busy=isinstance(error, PortBusy))
