"""Which mode the meter speaks in, and what is computed here in that mode."""

from __future__ import annotations

from collections.abc import Mapping

from edge.gate.sums import DISTRIBUTOR, SUPPLIER, TOTAL
from edge.sample import Reading, Value

FRAMES = 3
"""As many frames in a row, and the meter was switched: one may be damaged."""

NOTHING: frozenset[str] = frozenset()


class Mode:
    """The mode told from what the frames hold: only standard has DATE and EASD."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.derived: frozenset[str] = NOTHING
        self._frames = 0
        self._derived_said: frozenset[str] | None = None

    def restore(self, values: Mapping[str, Value]) -> None:
        """Tell the mode from the last sample of before a restart."""
        if DISTRIBUTOR[0] in values and values[DISTRIBUTOR[0]] is not None:
            self.name = "standard"
        elif values.get(TOTAL) is not None:
            self.name = "historic"
            parts = any(values.get(name) is not None for name in SUPPLIER)
            self.derived = frozenset({TOTAL}) if parts else NOTHING

    def steady(self, reading: Reading) -> bool:
        """Tell, quickly, that this frame is of the mode known."""
        if self._frames or self.name is None:
            return False
        return (self.name == "standard") == (reading.meter_clock is not None)

    def hear(self, reading: Reading) -> Mapping[str, Value] | None:
        """Give a MODE event's detail when the meter was switched."""
        standard = reading.meter_clock is not None or DISTRIBUTOR[0] in reading.values
        name = "standard" if standard else "historic"
        if name == self.name:
            self._frames = 0
            return None
        if not reading.complete:  # its DATE may be what it lost
            return None
        self._frames += 1
        if self.name is not None and self._frames < FRAMES:
            return None
        before, self.name, self._frames = self.name, name, 0
        return None if before is None else {"mode": name, "mode_before": before}

    def derive(self, reading: Reading, *, first: bool) -> tuple[frozenset[str], bool]:
        """Give the indexes that are computed from now on, or no more; and if it's sure.

        A second frame makes it sure; the first reading of all does at once.
        """
        changed = frozenset(
            name
            for name in self.derived ^ reading.derived
            if reading.values.get(name) is not None
        )
        if not changed:
            self._derived_said = None
            return NOTHING, False
        sure = first or self._derived_said == changed
        if sure:
            self.derived, self._derived_said = self.derived ^ changed, None
        else:
            self._derived_said = changed
        return changed, sure
