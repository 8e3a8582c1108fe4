"""What time it is for consents: never earlier than it was durably known to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from edge.calendar import HOUR_MS
from edge.consent.ledger import Ledger
from edge.host import Clock

STEADY_MS = HOUR_MS
"""How far a clock may run ahead of what is known before it needs a witness."""
HELD_NS = 600_000_000_000
"""How long a synchronised clock must hold what nothing else confirms."""
NOTED_MS = HOUR_MS
"""How much newer what is known is before it is written down anew."""


@dataclass(slots=True)
class ConsentTime:
    """Judges expiry by the latest of: the host's clock, what is known, the meters.

    What is known moves only with what is confirmed: time that passed, a meter that
    says the same, or a synchronised clock that holds. So one bad answer suspends what
    it would have expired and ends nothing, and a clock set back revives nothing.
    """

    ledger: Ledger
    clock: Clock
    meter_ms: Callable[[int], int] = lambda _monotonic_ns: 0
    _known_ms: int = field(init=False, default=0)
    _noted_ms: int = field(init=False, default=0)
    _at_ns: int = field(init=False, default=0)
    _ahead_ns: int | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Take up what was known when the service ended."""
        rows = self.ledger.database.execute("SELECT at_ms FROM seen")
        self._known_ms = self._noted_ms = rows[0][0] if rows else 0
        self._at_ns = self.clock.now().monotonic_ns

    def now_ms(self) -> int:
        """Give the instant that consents are judged at."""
        host = self.clock.now()
        passed_ms = (host.monotonic_ns - self._at_ns) // 1_000_000
        floor_ms = self._known_ms + passed_ms if self._known_ms else 0
        witness_ms = self.meter_ms(host.monotonic_ns)
        judged = max(host.wall_ms, floor_ms, witness_ms)
        if self._confirmed(host.wall_ms, floor_ms, witness_ms, host.monotonic_ns):
            self._known_ms = max(host.wall_ms, floor_ms)
        else:
            self._known_ms = max(floor_ms, self._known_ms)
        self._at_ns = host.monotonic_ns
        return judged

    def _confirmed(
        self, wall_ms: int, floor_ms: int, witness_ms: int, now_ns: int
    ) -> bool:
        """Tell whether the host's word may become what is known."""
        if wall_ms <= floor_ms + STEADY_MS and floor_ms:
            self._ahead_ns = None
            return True
        if abs(wall_ms - witness_ms) <= STEADY_MS:
            return True
        if not self.clock.now().synchronised:
            self._ahead_ns = None
            return False
        if self._ahead_ns is None:
            self._ahead_ns = now_ns
        return not floor_ms or now_ns - self._ahead_ns >= HELD_NS

    @property
    def known_ms(self) -> int:
        """Give the latest instant that is confirmed; what ends, ends by it."""
        return self._known_ms

    def note(self, *, force: bool = False) -> None:
        """Write down what is known, if it is much newer than what was written."""
        if self._known_ms > self._noted_ms + (0 if force else NOTED_MS):
            self.ledger.database.execute(
                "INSERT OR REPLACE INTO seen VALUES (1, ?)", (self._known_ms,)
            )
            self._noted_ms = self._known_ms
