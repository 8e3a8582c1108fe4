"""The host's clocks: the one adapter through which the edge asks what time it is."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path
from typing import Protocol

from edge.sample import HostInstant

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
PROCESS_IO = Path("/proc/self/io")
TIME_ERROR = 5
"""What adjtimex(2) returns while the kernel's clock is not synchronised."""


class Clock(Protocol):
    """Anything that can say when it is."""

    def now(self) -> HostInstant:
        """Give this instant by each of the host's clocks."""
        ...


def synchronised() -> bool:
    """Tell whether NTP disciplines the kernel's clock (adjtimex(2), read only)."""
    try:
        timex = ctypes.create_string_buffer(512)  # larger than struct timex; modes = 0
        return bool(ctypes.CDLL(None).adjtimex(timex) not in (TIME_ERROR, -1))
    except (OSError, AttributeError):
        return False


def written_bytes() -> int:
    """Give what this process had written to disks since it started (proc(5), io)."""
    try:
        lines = PROCESS_IO.read_text().splitlines()
    except OSError:
        return 0
    return next((int(n[12:]) for n in lines if n.startswith("write_bytes:")), 0)


class HostClock:
    """The real clocks of this machine; synchronisation is asked at most each 10 s."""

    RECHECK_NS = 10_000_000_000

    def __init__(self, *, trust: bool | None = None) -> None:
        self._trust = trust
        self._boot_id = BOOT_ID.read_text().strip() if BOOT_ID.exists() else "unknown"
        self._synchronised = False
        self._checked_ns = -self.RECHECK_NS

    def now(self) -> HostInstant:
        """Give this instant; `trust` in the constructor overrides what NTP says."""
        monotonic_ns = time.monotonic_ns()
        if self._trust is None and monotonic_ns - self._checked_ns >= self.RECHECK_NS:
            self._synchronised = synchronised()
            self._checked_ns = monotonic_ns
        return HostInstant(
            wall_ms=time.time_ns() // 1_000_000,
            monotonic_ns=monotonic_ns,
            synchronised=self._synchronised if self._trust is None else self._trust,
            boot_id=self._boot_id,
        )
