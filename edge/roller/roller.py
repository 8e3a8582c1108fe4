"""The roller: what it takes from the journal, and the bodies that it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from edge.calendar import calendar_of
from edge.catalogue import Catalogue, Fluid
from edge.config.conversion import Dated
from edge.interval import Interval
from edge.journal.block import Block
from edge.record import Baseline, Correction, Lane, Record
from edge.registers import CATALOGUE, meter_of
from edge.roller.halves import Halves
from edge.roller.history import History
from edge.roller.meter import MeterRoller
from edge.roller.state import MeterState, pack, unpack
from edge.rollup.track import Track

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Counting:
    """How a home counts: its registers, its zone, what flows through its meters."""

    zone: ZoneInfo = PARIS
    catalogue: Catalogue = field(default_factory=lambda: CATALOGUE)
    fluids: Mapping[str, Fluid] = field(default_factory=dict)
    """The fluid of each meter, electricity where nothing is said."""
    conversions: Mapping[str, Dated] = field(default_factory=dict)
    """What a m³ of gas is worth by the configuration, by meter and from a day on."""

    def halves(self, meter: str, history: History) -> Halves:
        """Give how one meter's half-hours are cut."""
        fluid = self.fluids.get(meter, Fluid.ELECTRICITY)
        return Halves(
            meter,
            self.catalogue,
            calendar_of(fluid, self.zone),
            meter_of(fluid).hold_ms,
            list(history.baselines(meter)),
            list(history.corrections(meter)),
        )


class Roller:
    """Rolls every meter; give it records in order, and append what it settles.

    `state()` goes into the transaction that appends and moves the cursor; a roller
    made anew with it goes on where that one stood.
    """

    def __init__(
        self, history: History, counting: Counting | None = None, state: bytes = b""
    ) -> None:
        self._history = history
        self._counting = counting or Counting()
        self._meters = {m: self._make(m, s) for m, s in unpack(state).items()}

    def _make(self, meter: str, state: MeterState) -> MeterRoller:
        halves = self._counting.halves(meter, self._history)
        return MeterRoller(halves, state, self._history)

    def take(self, record: Record) -> None:
        """Take one committed record; what isn't rolled is passed over."""
        body = record.body
        if isinstance(body, Block):
            self.hear(Track.of(body))
        elif isinstance(body, Baseline):
            self._of(body.meter).rebase(body)
        elif isinstance(body, Correction):
            self._of(body.meter).correct(body)

    def hear(self, track: Track) -> None:
        """Take what a meter said."""
        if len(track):
            self._of(track.meter).take(track)

    def _of(self, meter: str) -> MeterRoller:
        if meter not in self._meters:
            self._meters[meter] = self._make(meter, MeterState())
        return self._meters[meter]

    @property
    def due(self) -> bool:
        """Tell whether there is anything to settle."""
        return any(meter.due for meter in self._meters.values())

    def settle(self) -> list[tuple[Lane, tuple[Interval, ...]]]:
        """Roll what is due: a body a meter and lane, revised rows in history."""
        bodies = []
        for meter in self._meters.values():
            if meter.due:
                settled = meter.settle()
                bodies.append((Lane.PRESENT, settled.closed))
                bodies.append((Lane.HISTORY, settled.revised))
        return [(lane, rows) for lane, rows in bodies if rows]

    def state(self) -> bytes:
        """Give what a roller made anew must know."""
        return pack({name: meter.state for name, meter in self._meters.items()})
