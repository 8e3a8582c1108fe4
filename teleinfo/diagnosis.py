"""What is wrong with a line, told from what came of it, and what to do about it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from teleinfo.aport import AsyncPort
from teleinfo.listener import Listener
from teleinfo.mode import Mode
from teleinfo.port import Port
from teleinfo.search import Patience
from teleinfo.uart import LineSetting, Parity

NOISY = 0.02
"""A line is noisy when more of its groups are refused."""
TICK_S = 0.25


class Verdict(StrEnum):
    """How a line is, from dead to good."""

    SILENT = "silent"
    GARBLED = "garbled"
    EIGHT_BITS = "eight_bits"
    NOISY = "noisy"
    GOOD = "good"


ADVICE: Mapping[Verdict, str] = {
    Verdict.SILENT: (
        "nothing arrives: check the cable (I1 and I2), that the meter is powered,"
        " and that this is the right port"
    ),
    Verdict.GARBLED: (
        "bytes arrive but no group decodes: the speed is wrong or the signal too weak;"
        " if the meter was switched to standard mode, lower the series resistor"
        " (1.5 kΩ to 1 kΩ or 800 Ω)"
    ),
    Verdict.EIGHT_BITS: (
        'the port does not strip the parity bit: set parity = "software" for this meter'
    ),
    Verdict.NOISY: (
        "groups arrive but some are damaged: lower the series resistor"
        " (1.5 kΩ to 1 kΩ or 800 Ω), shorten the cable, keep it from mains wires"
    ),
    Verdict.GOOD: "the line is good",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was heard of a port over some seconds.

    `nuls` are bytes of wrong parity or framing, `high` bytes over 0x7F; `refused`
    counts groups by reason; `mode` and `baud` are those found, None if none was.
    """

    seconds: float
    bytes: int
    nuls: int
    high: int
    frames: int
    groups: int
    refused: Mapping[str, int]
    mode: Mode | None
    baud: int | None
    parity: Parity

    @property
    def refused_share(self) -> float:
        """Give the part of the groups that were refused, 0.0 to 1.0."""
        bad = sum(self.refused.values())
        return bad / (bad + self.groups) if bad else 0.0

    @property
    def verdict(self) -> Verdict:
        """Tell how the line is."""
        if not self.bytes:
            return Verdict.SILENT
        if self.parity is Parity.HARDWARE and self.high * 10 > self.bytes:
            return Verdict.EIGHT_BITS
        if not self.groups:
            return Verdict.GARBLED
        return Verdict.NOISY if self.refused_share > NOISY else Verdict.GOOD

    @property
    def advice(self) -> str:
        """Say in plain words what to do."""
        return ADVICE[self.verdict]


async def diagnose(  # noqa: PLR0913 - each narrows what is heard
    path: str,
    seconds: float = 15.0,
    *,
    mode: Mode | None = None,
    parity: Parity = Parity.HARDWARE,
    patience: Patience | None = None,
    enough_frames: int | None = None,
) -> Diagnosis:
    """Listen to a port for some seconds; raise PortError if it can't be opened.

    Less than ten seconds may be too short to find a meter at 1200 bit/s. What is
    counted is what came at the speed found, if one was. With `enough_frames` it ends
    once so many have come.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    with Port.open(path, LineSetting(parity=parity)) as port:
        aport = AsyncPort(port)
        listener = Listener(started, mode, patience=patience)
        port.tune(listener.baud)
        before, retuned, found = Heard.of(listener), 0, False
        while loop.time() - started < seconds:
            so_far = Heard.of(listener).less(before).frames
            if found and enough_frames is not None and so_far >= enough_frames:
                break
            heard = await aport.read(TICK_S)
            frames = listener.take(heard, loop.time())
            if listener.retuned != retuned:
                retuned, found = listener.retuned, False
            elif frames and not found:
                # What came before its first end was cut, not damaged.
                before, found = Heard.of(listener), True
            port.tune(listener.baud)
        since = Heard.of(listener).less(before)
        return Diagnosis(
            seconds=min(seconds, loop.time() - started),
            bytes=since.bytes,
            nuls=since.nuls,
            high=since.high,
            frames=since.frames,
            groups=since.groups,
            refused={reason: n for reason, n in since.refused.items() if n},
            mode=listener.mode if found else None,
            baud=listener.baud if found else None,
            parity=port.setting.parity,
        )


class Heard(NamedTuple):
    """What a listener has counted at one moment."""

    bytes: int
    nuls: int
    high: int
    frames: int
    groups: int
    refused: Counter[str]

    @classmethod
    def of(cls, listener: Listener) -> Heard:
        """Take a listener's counts."""
        counters = listener.counters
        refused = Counter({r.value: n for r, n in counters.refused.items()})
        return cls(
            listener.bytes,
            listener.nuls,
            listener.high,
            counters.frames,
            listener.groups,
            refused,
        )

    def less(self, before: Heard) -> Heard:
        """Give what was counted since."""
        return Heard(
            self.bytes - before.bytes,
            self.nuls - before.nuls,
            self.high - before.high,
            self.frames - before.frames,
            self.groups - before.groups,
            self.refused - before.refused,
        )
