"""What one client may ask for: sizes, rates, and how much at the same time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from api.errors import Problem

ROWS_MAX = 60_000
"""The most rows of one page: three years of half-hours are 52,608."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the API; the defaults suit a Pi Zero 2 W.

    Rates are requests a second and the burst allowed above them, for each credential
    and peer; failures likewise, for each peer. Times are in seconds. What a writer
    sends is answered after a whole number of `written_s`, whatever became of it.
    """

    rows: int = ROWS_MAX
    query_bytes: int = 2048
    header_bytes: int = 16_384
    rate: float = 20.0
    burst: int = 100
    failure_rate: float = 0.2
    failure_burst: int = 10
    queries: int = 16
    queries_per_caller: int = 4
    uploads: int = 1
    batches: int = 4
    streams: int = 16
    streams_per_credential: int = 8
    connections: int = 128
    connections_per_peer: int = 48
    request_s: float = 10.0
    idle_s: float = 15.0
    stall_s: float = 15.0
    written_s: float = 1.0
    keep_alive_s: float = 15.0
    ring_s: float = 600.0
    ring_entries: int = 2048
    read_threads: int = 2


class Rates:
    """Token buckets by key; the keys least lately used are forgotten beyond `keys`.

    Whoever has to wait is told the longest that anybody has to, always the same: how
    long it really is would tell what others, of the same address or all, have asked.
    """

    def __init__(
        self,
        rate: float,
        burst: int,
        *,
        keys: int = 1024,
        clock_s: Callable[[], float] = monotonic,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._keys = keys
        self.wait_s = 1.0 / rate
        self._clock_s = clock_s
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one; give 0.0 when there was one, else the seconds to be told."""
        now_s = self._clock_s()
        left, then_s = self._buckets.pop(key, (float(self._burst), now_s))
        left = min(self._burst, left + (now_s - then_s) * self._rate)
        granted = left >= 1.0
        self._buckets[key] = (left - 1.0 if granted else left, now_s)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return 0.0 if granted else self.wait_s

    def give_back(self, key: str) -> None:
        """Give back one that was taken."""
        if key in self._buckets:
            left, then_s = self._buckets[key]
            self._buckets[key] = (min(float(self._burst), left + 1.0), then_s)


class Lane:
    """What may run at once: `total` in all, `each` for one key; others are told so."""

    def __init__(self, total: int, each: int, kind: str) -> None:
        self._total = total
        self._each = each
        self._kind = kind
        self._running: dict[str, int] = {}

    @property
    def running(self) -> int:
        """Count what runs."""
        return sum(self._running.values())

    @contextmanager
    def enter(self, key: str, *, spare: int = 0) -> Iterator[None]:
        """Run inside; raise Problem (429 own limit, 503 everyone's) when full.

        `spare` places are left for others than this key is one of.
        """
        mine = self._running.get(key, 0)
        if mine >= self._each:
            raise Problem(
                self._kind,
                f"{mine} of yours are open, which is the most; end one, then try again",
                headers={"Retry-After": "2"},
            )
        if self.running >= self._total - spare:
            raise Problem(
                "busy",
                "all places are taken; try again in a few seconds",
                headers={"Retry-After": "5"},
            )
        self._running[key] = mine + 1
        try:
            yield
        finally:
            left = self._running[key] - 1
            if left:
                self._running[key] = left
            else:
                del self._running[key]
