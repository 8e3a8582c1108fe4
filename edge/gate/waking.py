"""Which tariff's index counts: one at a time, so that another's rise must last."""

from __future__ import annotations

from edge.gate.count import Count

WAKING_FRAMES = 30
"""Frames in which another tariff's index than the last must show its rise, if nothing
said that the tariff changed: one at a time counts, and a stuck bit is in any."""

FAMILIES = ("import_tariff", "import_distributor")


class Waking:
    """The index of each family that rose last, until the tariff changes."""

    def __init__(self) -> None:
        self._risers: dict[str, str] = {}

    def change_tariff(self) -> None:
        """Expect another tariff's index to rise than the last that did."""
        self._risers.clear()

    def awake(self, count: Count) -> bool:
        """Tell whether this is the index that counts, or has shown its rise long."""
        name = count.register.name
        if count.value is None or not name.startswith(FAMILIES):
            return True
        riser = self._risers.get(name[:-5], name)
        return riser == name or count.rising >= WAKING_FRAMES

    def rise(self, count: Count) -> None:
        """Note that this one's rise is let in."""
        name = count.register.name
        if count.value is not None and name.startswith(FAMILIES):
            self._risers[name[:-5]] = name
        count.rising = 0
