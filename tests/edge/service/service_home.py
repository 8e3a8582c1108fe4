"""A source, its readings, and a home to take them in: what these tests share."""

from edge.sample import HostInstant, MeterInstant, Reading
from edge.service.intake import Intake
from edge.service.keeper import JournalKeeper

T0 = 1_795_500_000_000
VALUES = {
    "import_total_wh": 1000,
    "import_distributor01_wh": 1000,
    "apparent_power_va": 200,
    "tariff_index": 1,
    "subscribed_power_kva": 9,
}


def reading(n, *, synchronised=True, clock=True, device="041961000001", **values):
    at_ms = T0 + n * 1000
    seen = HostInstant(at_ms, at_ms * 1_000_000, synchronised, "boot")
    meter_clock = MeterInstant(at_ms, degraded=False) if clock else None
    return Reading("linky", {**VALUES, **values}, seen, meter_clock, device)


class Source:
    meters = ("linky",)
    beat_ns = 0

    def __init__(self, readings):
        self.readings = readings

    async def __aiter__(self):
        for one in self.readings:
            yield one


def intake_of(hub, readings, **kwargs):
    return Intake(
        Source(readings), hub.gates, JournalKeeper(hub.journal), hub.bus, **kwargs
    )


async def settled(hub, intake):
    await intake._keeper.settle()
    await hub.journal.commit()
