"""The gate for slices: what a file says of a period, let in or refused with its reason.

Pure: it knows the registers' bounds and what can flow through a home's meter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edge.catalogue import Fluid, Kind, Register
from edge.gate.flow import WIDEST_L_H
from edge.gate.power import DEFAULT_KVA
from edge.importing import mapping
from edge.registers import meter_of
from edge.registers.electricity import CURVES
from edge.sample import RANK, Quality, Slice, millis
from exports.said import Amount, Nature, Refused

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
"""No meter's file is older; a date that is was mangled."""
WH_A_M3 = 13_000
"""More than natural gas holds (9,200 to 12,000)."""
MARGIN = 1.5
"""What was counted in a period may have been read a little later than it says."""
SLACK: Mapping[str, int] = {"gas": 2_000, "gas_energy": 2 * WH_A_M3, "water": 2_000}
"""Whole m³, as operators round their indexes: one at each end."""
SLACK_WH = 2


@dataclass(frozen=True, slots=True)
class Flow:
    """What a meter lets through: L/h, its fluid's usual where None; kVA of a contract.

    None is of a contract less than what is given, since its past may have been more.
    """

    qmax_l_h: int | None = None
    kva: int = DEFAULT_KVA

    def most_an_hour(self, register: Register) -> float | None:
        """Give the most that a register can count in an hour, in its unit."""
        litres = float(self._litres(register))
        return {
            "gas": litres,
            "gas_energy": WH_A_M3 * litres / 1000,
            "water": litres,
            "import": 1000.0 * self.kva,
            "export": 1000.0 * self.kva,
        }.get(register.power or "")

    def most(self, register: Register) -> int | None:
        """Give the most that a register can show, in its unit; None: any."""
        if register.name in CURVES:
            return 1000 * self.kva
        if register.name == "water_flow_min_l_h":
            return self._litres(register)
        return register.maximum

    def _litres(self, register: Register) -> int:
        return self.qmax_l_h or meter_of(register.fluid).qmax_l_h or WIDEST_L_H


@dataclass(frozen=True, slots=True)
class Judged:
    """What was let in, and what was not."""

    slices: list[Slice]
    refused: list[Refused]


@dataclass(frozen=True, slots=True)
class Series:
    """What the amounts of one quantity become."""

    meter: str
    register: Register
    origin: str
    qualities: Mapping[Nature, Quality]


def series(
    meter: str,
    fluid: Fluid,
    register: Register,
    format_name: str,
    origin: str,
) -> Series:
    """Say what becomes of a quantity in a format, or of a collector's kind."""
    qualities = {one: mapping.quality(fluid, format_name, one) for one in Nature}
    return Series(meter, register, origin, qualities)


def judge(
    amounts: Iterable[Amount],
    of: Callable[[str], Series],
    now_ms: int,
    flow: Flow | None = None,
    *,
    ahead_ms: int = DAY_MS,
) -> Judged:
    """Let in what can be; of two of one period the better known, else the first.

    `of` gives the series of a quantity. What ends later than
    `ahead_ms` from now is refused.
    """
    flow = flow or Flow()
    latest_ms, oldest_ms = now_ms + ahead_ms, millis(OLDEST)
    gates: dict[str, Gate] = {}
    refused: list[Refused] = []
    instants: dict[datetime, int] = {}
    for one in amounts:
        gate = gates.get(one.quantity)
        if gate is None:
            gate = gates[one.quantity] = Gate.of(of(one.quantity), flow, now_ms)
        start, end = one.start, one.end
        start_ms = instants.get(start)
        if start_ms is None:
            start_ms = instants[start] = millis(start)
        end_ms = instants.get(end)
        if end_ms is None:
            end_ms = instants[end] = millis(end)
        reason = None
        if not start_ms < end_ms:
            reason = "no-period"
        elif end_ms > latest_ms:
            reason = "in-the-future"
        elif start_ms < oldest_ms:
            reason = "too-old"
        reason = reason or gate.reason(one, end_ms - start_ms)
        reason = reason or gate.take(one, start_ms, end_ms)
        if reason is not None:
            refused.append(Refused(one.place, reason, _detail(one, reason)))
    slices = [one for gate in gates.values() for one in gate.taken.values()]
    return Judged(slices, refused)


@dataclass(slots=True)
class Gate:
    """One series' gate: its bounds, worked out once, and what it has let in."""

    series: Series
    received_ms: int
    index: bool
    low: int
    high: int | None
    an_hour: float | None
    slack: int
    taken: dict[tuple[int, int], Slice]

    @classmethod
    def of(cls, series: Series, flow: Flow, received_ms: int) -> Gate:
        """Make the gate of a series."""
        register = series.register
        index = register.kind is Kind.INDEX
        return cls(
            series,
            received_ms,
            index,
            0 if index or register.minimum is None else register.minimum,
            register.maximum if index else flow.most(register),
            flow.most_an_hour(register) if index else None,
            SLACK.get(register.power or "", SLACK_WH),
            {},
        )

    def reason(self, one: Amount, length_ms: int) -> str | None:
        """Give why a value can't be; None when it can."""
        value = one.value
        if value < self.low:
            return "negative"
        if self.high is not None and value > self.high:
            return "too-much"
        if self.an_hour is not None and value > (
            MARGIN * self.an_hour * length_ms / HOUR_MS + self.slack
        ):
            return "too-much"
        end = one.index_end
        if end is not None and (end < 0 or (self.high is not None and end > self.high)):
            return "no-such-index"
        return None

    def take(self, one: Amount, start_ms: int, end_ms: int) -> str | None:
        """Take a value in; give why not when another of the same period stands."""
        series = self.series
        slot = (start_ms, end_ms)
        quality = series.qualities[one.nature]
        standing = self.taken.get(slot)
        if standing is not None:
            before = RANK[standing.quality]
            if RANK[quality] == before and one.value != standing.value:
                return "two-values"
            if RANK[quality] < before or one.value == standing.value:
                return None  # better known already, or said twice
        self.taken[slot] = Slice(
            series.meter,
            series.register.name,
            start_ms,
            end_ms,
            one.value,
            quality,
            series.origin,
            self.received_ms,
            one.index_end,
        )
        return None


def _detail(one: Amount, reason: str) -> str:
    unit = one.quantity.rsplit("_", 1)[-1]
    hours = (one.end - one.start) / timedelta(hours=1)
    return f"{one.value} {unit} in {hours:g} h: {DETAILS[reason]}"


DETAILS: Mapping[str, str] = {
    "no-period": "it ends before it begins",
    "in-the-future": "it lies in the future",
    "too-old": "it lies before the year 2000",
    "negative": "nothing counts less than 0",
    "too-much": "more than can flow through a home's meter",
    "no-such-index": "the index is more than a meter can show",
    "two-values": "another value stands for the same period",
}
