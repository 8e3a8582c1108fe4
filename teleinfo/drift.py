"""How far the meter's clock is from the host's: pure, both instants are given."""

from __future__ import annotations

from dataclasses import dataclass

from teleinfo.frame import Frame


@dataclass(frozen=True, slots=True)
class Drift:
    """What two clocks said of one moment, in ms of UTC.

    DATE is cut to the second and stands some groups before a frame's end: a meter
    that is right shows about -0.5 s, and -2 s at most on a long frame. `degraded` is
    the meter's own doubt; a meter can be hours off without any.
    """

    meter_ms: int
    host_ms: int
    degraded: bool

    @classmethod
    def of(cls, frame: Frame, host_ms: int) -> Drift | None:
        """Compare a frame's DATE with the host's instant; None if it has none."""
        horodate = frame.horodate
        if horodate is None:
            return None
        return cls(horodate.at_ms, host_ms, horodate.degraded)

    @property
    def ahead_ms(self) -> int:
        """Give how far the meter is ahead of the host; negative if it is behind."""
        return self.meter_ms - self.host_ms
