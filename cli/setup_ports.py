"""Where the meter may be plugged in, and what is heard there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
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

    `parity` is how it has to be read; `read_as`, in which mode the service that holds
    it reads it.
    """

    port: str
    diagnosis: Diagnosis | None
    parity: Parity = Parity.HARDWARE
    refused: PortError | None = None
    read_as: Mode | None = None

    @property
    def speaks(self) -> bool:
        """Tell whether a meter is there."""
        told = self.diagnosis
        return told is not None and told.mode is not None and told.verdict in LIKELY

    @property
    def mode(self) -> Mode | None:
        """Give how the meter speaks; None when nobody knows."""
        return self.read_as if self.diagnosis is None else self.diagnosis.mode

    @property
    def busy(self) -> bool:
        """Tell whether another program holds it."""
        return isinstance(self.refused, PortBusy)


def candidates(known: Iterable[str] = (), others: Iterable[str] = ()) -> list[str]:
    """Give this machine's serial ports, each once, by the name that lasts longest.

    Those that are `known` come first, by the name that they were given; `others` are
    another meter's, and not listened to.
    """
    lasting = [*map(Path, known)]
    lasting += [TIC] if TIC.exists() else []
    lasting += sorted(BY_ID.iterdir()) if BY_ID.is_dir() else []
    lasting += [PINS] if PINS.exists() else []
    found = {_real(path): "" for path in others}
    for path in [*map(str, lasting), *ports()]:
        found.setdefault(_real(path), path)
    return [path for path in found.values() if path]


def listen_to(given: Iterable[str], seconds: float, known: str = "") -> list[Heard]:
    """Listen to ports, all at the same time.

    One that some program has open is let alone, unless it is `known` as the meter's:
    to set its speed would take it from who reads it.
    """
    return asyncio.run(_all(list(given), seconds, known))


def is_open(port: str) -> bool:
    """Tell whether another program has a port open, as far as we may see."""
    real = _real(port)
    return any(real == target for target in _opened())


def _opened() -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        if process.name != str(os.getpid()):
            with suppress(OSError):  # it ended, or it is somebody else's
                for handle in (process / "fd").iterdir():
                    with suppress(OSError):
                        yield str(handle.readlink())


def _real(path: str | Path) -> str:
    return os.path.realpath(path)


async def _all(given: Sequence[str], seconds: float, known: str) -> list[Heard]:
    return await asyncio.gather(*(_one(port, seconds, known) for port in given))


async def _one(port: str, seconds: float, known: str) -> Heard:
    if port != known and is_open(port):
        return Heard(port, None, refused=PortBusy(f"{port} is held by another program"))
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
        return Heard(port, None, refused=error)
