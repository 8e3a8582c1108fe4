"""When it really was: the policy that gives each frame its instant, once.

A Pi has no battery clock, and a Linky's can be hours off while claiming to be good.
Time is kept on the host's monotonic clock of this boot; the meter's clock and the
host's wall clock are each an offset to it. A new offset of the meter's clock counts
once a second frame agrees, so that one corrupted DATE moves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from edge.sample import HostInstant, MeterInstant, Value

TOLERANCE_MS = 120_000
"""How far a good meter clock may be from a synchronised host's (design: Clocks)."""

JITTER_MS = 2_500
"""DATE is in whole seconds, and a frame takes up to 2 s to arrive."""

BURST_MS = 800
"""No meter sends two frames in less: they waited in a buffer and came in one read."""

FRAME_MS = 2_500
"""What the slowest meter takes for one frame (three-phase producer, historic Tempo)."""

LATE = 1.5
"""A frame that takes so many times its usual time isn't the next one: one was lost."""

UNKNOWN_MS = 7 * 86_400_000
"""What may have passed when no clock can say: a reboot with no time yet."""


# A named tuple's own constructor costs as much again as the tuple.
_make = tuple.__new__


class Dated(NamedTuple):
    """One frame's place in time; a NamedTuple since one is made for each frame.

    `at_ms` None: it can't be dated yet, or never (`replayed`). `step_ms` is what has
    passed since the frame before, at most; `next` tells that no frame can have been
    lost between. `detail` is a CLOCK event's, on an edge.
    """

    at_ms: int | None
    step_ms: int
    next: bool = False
    replayed: bool = False
    detail: Mapping[str, Value] | None = None


class MeterClock:
    """One meter's line of time: instants strictly increase, whatever the clocks do."""

    def __init__(self) -> None:
        self.last_ms: int | None = None
        self._boot: str | None = None
        self._mono_ms = 0
        self._pace_ms = FRAME_MS
        self._meter: int | None = None  # meter's clock less the monotonic one
        self._candidate: int | None = None  # the same, said by one frame only
        self._wall: int | None = None  # synchronised wall clock less the monotonic
        self._fault: str | None = None
        self._suspected: str | None = None

    def restore(self, last_ms: int | None) -> None:
        """Go on after the last instant that the journal holds."""
        self.last_ms = last_ms

    @property
    def drift_ms(self) -> int | None:
        """Give the meter's clock less the host's; None while either is unknown."""
        if self._meter is None or self._wall is None:
            return None
        return self._meter - self._wall

    def meter_ms(self, monotonic_ns: int) -> int | None:
        """Give what the meter's own clock says at an instant of this boot.

        None while it is unknown, or says itself that it isn't good: a witness to the
        host's clock, and no word of the host's.
        """
        if self._meter is None or self._fault == "degraded":
            return None
        return self._meter + monotonic_ns // 1_000_000

    @property
    def fault(self) -> str | None:
        """Say why the meter's clock is not followed: degraded, off, or it is."""
        return self._fault

    def date(self, seen: HostInstant, meter: MeterInstant | None) -> Dated:
        """Give the frame's instant; call once for each, in the order of arrival."""
        mono = seen.monotonic_ns // 1_000_000
        rebooted = seen.boot_id != self._boot
        if rebooted:
            self._start(seen.boot_id)
            passed = 0
        else:
            passed = mono - self._mono_ms
            if passed < 0:
                return Dated(None, 0, replayed=True)
        self._mono_ms = mono
        following = not rebooted and passed <= LATE * self._pace_ms
        if passed >= BURST_MS:
            # the usual time is close to the shortest: silences hardly move it
            slower = self._pace_ms + (passed - self._pace_ms) // 64
            self._pace_ms = min(passed, slower)
        if seen.synchronised:
            self._wall = seen.wall_ms - mono
        before = self._meter
        if meter is not None:
            usual = self._usual(meter, mono, passed)
            if usual is not None:
                return _make(Dated, (*usual, following, False, None))
            self._listen(meter, mono)
        target = self._target(mono, meter)
        at_ms, step = self._after_last(target, passed, rebooted=rebooted)
        if before is not None and self._meter is not None:
            # a stalled reader gets old frames late: the meter knows what has passed
            step = max(step, passed + self._meter - before)
        return Dated(
            at_ms, step, following, detail=self._edge(meter, held=at_ms is None)
        )

    def when(self, held: HostInstant) -> int | None:
        """Give the instant of what was held earlier in this boot; None if not yet."""
        offset = None if held.boot_id != self._boot else self._offset(None)
        return None if offset is None else held.monotonic_ns // 1_000_000 + offset

    def _start(self, boot_id: str) -> None:
        self._boot = boot_id
        self._meter = self._candidate = self._wall = None

    def _usual(
        self, meter: MeterInstant, mono: int, passed: int
    ) -> tuple[int, int] | None:
        """Give a frame's instant and step where the meter's clock goes on as before.

        None: look closer. It gives nothing else than the long way would, sooner.
        """
        before, wall, last = self._meter, self._wall, self.last_ms
        if before is None or wall is None or last is None or meter.degraded:
            return None
        if self._fault is not None or self._suspected is not None:
            return None
        at_ms = meter.at_ms
        offset = at_ms - mono
        off = abs(offset - before) > JITTER_MS or abs(offset - wall) > TOLERANCE_MS
        if off or last - mono - wall > TOLERANCE_MS:
            return None
        if at_ms <= last:
            at_ms = last + max(1, min(passed, FRAME_MS) // 2)
        self._meter, self._candidate, self.last_ms = offset, None, at_ms
        step = passed if passed >= BURST_MS else FRAME_MS
        return at_ms, max(step, passed + offset - before)

    def _listen(self, meter: MeterInstant, mono: int) -> None:
        if meter.degraded:
            return
        offset = meter.at_ms - mono
        if (
            self._meter is not None and abs(offset - self._meter) <= JITTER_MS
        ) or self._agrees(offset):
            self._meter, self._candidate = offset, None
        else:
            self._candidate = offset

    def _agrees(self, offset: int) -> bool:
        if self._candidate is not None:
            return abs(offset - self._candidate) <= JITTER_MS
        # the first word of a boot is taken when the host says nearly the same
        return (
            self._meter is None
            and self._wall is not None
            and abs(offset - self._wall) <= TOLERANCE_MS
        )

    def _offset(self, meter: MeterInstant | None) -> int | None:
        """Give what to add to the monotonic clock: the meter's word, or the host's."""
        degraded = self._fault == "degraded" or (
            meter is not None and meter.degraded and self._suspected == "degraded"
        )
        followed = None if degraded else self._meter
        if followed is None or self._wall is None:
            return self._wall if followed is None else followed
        return followed if abs(followed - self._wall) <= TOLERANCE_MS else self._wall

    def _target(self, mono: int, meter: MeterInstant | None) -> int | None:
        offset = self._offset(meter)
        if offset is None:
            return None
        at_ms = mono + offset
        backward = self.last_ms is not None and at_ms <= self.last_ms - JITTER_MS
        # a meter's clock that goes back is no witness while the host has no time
        return None if self._wall is None and backward else at_ms

    def _after_last(
        self, target: int | None, passed: int, *, rebooted: bool
    ) -> tuple[int | None, int]:
        step = passed if passed >= BURST_MS else FRAME_MS
        last = self.last_ms
        if target is None:
            return None, UNKNOWN_MS if rebooted else step
        if last is None:
            self.last_ms = target
            return target, step
        own = target if self._wall is None else self._mono_ms + self._wall
        if last - own > TOLERANCE_MS:
            return None, UNKNOWN_MS if rebooted else step
        # a clock set back a little is caught up with at half speed, never repeated
        slowly = last + max(1, min(passed, FRAME_MS) // 2)
        at_ms = target if target > last else slowly
        self.last_ms = at_ms
        return at_ms, max(at_ms - last, FRAME_MS) if rebooted else step

    def _edge(
        self, meter: MeterInstant | None, *, held: bool
    ) -> Mapping[str, Value] | None:
        fault = self._fault
        if meter is not None and meter.degraded:
            fault = "degraded"
        elif held and self._wall is not None:
            fault = "behind"
        elif meter is not None and self._candidate is None and self._meter is not None:
            off = self._wall is not None and (
                abs(self._meter - self._wall) > TOLERANCE_MS
            )
            fault = "off" if off else None
        elif self._fault == "behind":
            fault = None
        suspected, self._suspected = self._suspected, fault
        if fault == self._fault or fault != suspected:
            return None
        self._fault = fault
        return {
            "fault": fault,
            "follows": "meter" if fault is None else "host",
            "meter_less_host_ms": self.drift_ms,
        }


def date_held(held: HostInstant, now: HostInstant) -> int | None:
    """Give the instant of what was held, told from a good `now`; None if it can't be.

    The monotonic clock counts from boot, so only the same boot can tell.
    """
    if held.boot_id != now.boot_id or not now.synchronised:
        return None
    return now.wall_ms - (now.monotonic_ns - held.monotonic_ns) // 1_000_000
