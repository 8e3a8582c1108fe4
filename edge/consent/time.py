"""What time it is for consents: never earlier than it was durably known to be."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from edge.calendar import DAY_MS, HOUR_MS
from edge.consent.ledger import Ledger
from edge.host import Clock
from edge.sample import HostInstant

STEADY_MS = 120_000
"""How far two clocks may be apart and still say the same (a meter's: edge.clock)."""
HELD_MS = 600_000
"""How long a synchronised clock must hold what nothing else confirms."""
HELD_ALONE_MS = DAY_MS
"""The same for one that nothing disciplines, or that a meter's contradicts."""
NOTED_MS = HOUR_MS
"""How much newer what is known is before it is written down anew."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An instant as clocks have it, between two: one, where they agree.

    By `latest_ms` is over what was granted until then; by `sure_ms`, which is never
    the later, has happened what may be told once it has.
    """

    latest_ms: int
    sure_ms: int

    @property
    def behind_ms(self) -> int:
        """Give how far the two are apart."""
        return self.latest_ms - self.sure_ms


@dataclass(slots=True)
class ConsentTime:
    """Judges by all of: the host's clock, what is known, what a meter's clock says.

    What is known moves only with what is confirmed: time that passed, a meter that
    says the same, or a clock that holds. So one bad answer suspends what it would have
    expired and ends nothing, and a clock set back revives nothing. While nothing was
    ever confirmed, the latest that was told stands in for it. Any thread may ask.
    """

    ledger: Ledger
    clock: Clock
    meter_ms: Callable[[int], int] = lambda _monotonic_ns: 0
    _known_ms: int = field(init=False, default=0)
    _told_ms: int = field(init=False, default=0)
    _noted: tuple[int, bool] = field(init=False, default=(0, False))
    _at_ns: int = field(init=False, default=0)
    _ahead: tuple[int, int] | None = field(init=False, default=None)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Take up what was known when the service ended."""
        rows = self.ledger.database.execute("SELECT at_ms, confirmed FROM seen")
        for at_ms, confirmed in rows:
            self._noted = (at_ms, bool(confirmed))
            if confirmed:
                self._known_ms = at_ms
            else:
                self._told_ms = at_ms
        self._at_ns = self.clock.now().monotonic_ns

    def now_ms(self) -> int:
        """Give the instant by which what was granted expires."""
        return self.judge().latest_ms

    def judge(self) -> Judged:
        """Give what time it is, at the latest and for sure."""
        with self._lock:
            host = self.clock.now()
            passed_ms = max(0, (host.monotonic_ns - self._at_ns) // 1_000_000)
            self._at_ns += passed_ms * 1_000_000  # and what is left counts next time
            floor_ms = self._known_ms and self._known_ms + passed_ms
            witness_ms = self.meter_ms(host.monotonic_ns)
            if self._confirmed(host, floor_ms, witness_ms):
                floor_ms = max(host.wall_ms, floor_ms)
            self._known_ms = floor_ms
            told_ms = self._told_ms and self._told_ms + passed_ms
            self._told_ms = 0 if floor_ms else max(host.wall_ms, told_ms)
            return self._judged(host, floor_ms, witness_ms)

    def _judged(self, host: HostInstant, floor_ms: int, witness_ms: int) -> Judged:
        latest = [host.wall_ms, floor_ms, self._told_ms]
        sure = [host.wall_ms]
        if floor_ms:
            sure.append(floor_ms)
        if witness_ms and not host.synchronised:
            # a meter's clock may be wrong too, and is no word against a good one
            sure.append(witness_ms)
        if not host.synchronised or abs(witness_ms - host.wall_ms) <= DAY_MS:
            latest.append(witness_ms)
        return Judged(max(latest), min(sure))

    def _confirmed(self, host: HostInstant, floor_ms: int, witness_ms: int) -> bool:
        """Tell whether the host's word may become what is known."""
        wall_ms, mono_ms = host.wall_ms, host.monotonic_ns // 1_000_000
        if floor_ms and wall_ms <= floor_ms:
            self._ahead = None
            return False
        if witness_ms and abs(wall_ms - witness_ms) <= STEADY_MS:
            return True
        if floor_ms and wall_ms <= floor_ms + STEADY_MS and host.synchronised:
            return True
        line_ms = wall_ms - mono_ms
        if self._ahead is None or abs(line_ms - self._ahead[0]) > STEADY_MS:
            self._ahead = (line_ms, mono_ms)
        against = witness_ms and abs(wall_ms - witness_ms) > DAY_MS
        alone = against or not host.synchronised
        return mono_ms - self._ahead[1] >= (HELD_ALONE_MS if alone else HELD_MS)

    @property
    def known_ms(self) -> int:
        """Give the latest instant that is confirmed; what ends, ends by it."""
        return self._known_ms

    def note(self, *, force: bool = False) -> None:
        """Write down what is known, if it is much newer than what was written."""
        confirmed = self._known_ms > 0
        at_ms = self._known_ms or self._told_ms
        noted_ms, before = self._noted
        if confirmed is before and at_ms <= noted_ms + (0 if force else NOTED_MS):
            return
        with self.ledger.writing() as database:
            database.execute(
                "INSERT OR REPLACE INTO seen VALUES (1, ?, ?)", (at_ms, confirmed)
            )
        self._noted = (at_ms, confirmed)
