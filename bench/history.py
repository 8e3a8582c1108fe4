"""A long past for a benchmark: one day of a meter, lived again and again.

The first day goes through the real gate; each that follows is the same day later, its
indexes counting on.
"""

from __future__ import annotations

from dataclasses import replace

from bench.decode import DAY_START_MS
from edge.config import Config
from edge.gate import Gate
from edge.host import HostClock
from edge.record import Lane
from edge.registers import CATALOGUE
from edge.sample import HostInstant, Sample
from edge.service.hub import Hub
from edge.sources.mapping import Mapper
from teleinfo import Decoder, Mode
from teleinfo.virtual import Contract, MeterSpec, VirtualLinky

DAY_MS = 86_400_000
COMMIT_MS = 30_000


def one_day(meter: str) -> list[Sample]:
    """Give what the gate lets in of a standard-mode day, some 93,000 samples."""
    spec = MeterSpec(mode=Mode.STANDARD, contract=Contract.HPHC, seed=7)
    linky = VirtualLinky(spec, DAY_START_MS)
    decoder, mapper, gate = Decoder(Mode.STANDARD), Mapper(meter), Gate(meter)
    samples = []
    for at_ms, data in linky.timed_frames(DAY_START_MS, DAY_START_MS + DAY_MS):
        seen = HostInstant(at_ms, at_ms * 1_000_000, synchronised=True, boot_id="day")
        for frame in decoder.feed(data):
            sample = gate.judge(mapper.reading(frame, seen)).sample
            if sample is not None:
                samples.append(sample)
    return samples


def growth(samples: list[Sample]) -> dict[str, int]:
    """Give how much each index counted from the first of these to the last."""
    grown = {}
    for name in samples[-1].values:
        if name in CATALOGUE and CATALOGUE[name].monotonic:
            known = [s.values[name] for s in samples if s.values.get(name) is not None]
            first, last = known[0], known[-1]
            if isinstance(first, int) and isinstance(last, int):
                grown[name] = last - first
    return grown


async def fill(config: Config, meter: str, days: int, until_ms: int) -> int:
    """Live days that end at an instant, rolled, in a journal; give how many samples.

    The embedded store takes them as it would have; nothing else is attached.
    """
    day = one_day(meter)
    grown = growth(day)
    hub = Hub.open(config, HostClock(trust=True), (meter,))
    try:
        await hub.roller.start()
        for consumer in ("store", "influxdb", "mqtt"):  # they begin with the first day
            await hub.journal.register(consumer)
            for lane in Lane:
                await hub.journal.rewind(consumer, lane, None)
        first_ms = until_ms - days * DAY_MS - DAY_START_MS
        for number in range(days):
            shift_ms = first_ms + number * DAY_MS
            more = {name: number * amount for name, amount in grown.items()}
            await _live(hub, day, shift_ms, more)
            await hub.roller.catch_up()
            await hub.projector.project()
    finally:
        hub.close()
    return days * len(day)


async def _live(
    hub: Hub, day: list[Sample], shift_ms: int, more: dict[str, int]
) -> None:
    committed_ms = 0
    for sample in day:
        values = dict(sample.values)
        for name, amount in more.items():
            value = values.get(name)
            if isinstance(value, int):
                values[name] = value + amount
        at_ms = sample.at_ms + shift_ms
        hub.journal.add_sample(replace(sample, at_ms=at_ms, values=values))
        if at_ms - committed_ms >= COMMIT_MS:
            await hub.journal.commit()
            committed_ms = at_ms
