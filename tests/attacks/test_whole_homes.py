"""Two whole homes, from what their meters said to the bytes of an answer.

The rows of the table are answered out of simulated rows. Here a real journal is rolled,
projected and merged, in homes whose days are equal and whose hours are not; in one of
them half an afternoon came late, so that its rows were made twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from rest_tricks import API, STEPS
from twin_home import GAS, LINKY, NOW_MS, PARIS, paris
from twin_house import Held, House, SetClock, house

from edge.calendar import calendar_of
from edge.catalogue import Fluid
from edge.config import Config, MeterConfig
from edge.interval import Step
from edge.record import Lane
from edge.sample import Sample
from edge.service.hub import Hub

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

START_MS = paris("2026-10-20T00:00:00+02:00")
TARIFF, TOTAL, VOLUME = "import_tariff01_wh", "import_total_wh", "gas_volume_l"
MINUTE_MS, WATT_HOURS = 60_000, 500


@dataclass(frozen=True)
class Pattern:
    """What a service holds, and how the homes differ within it.

    A meter speaks each `every_ms`; what flows flows in `count` pieces of a period, in
    home "b" from the piece `later` on.
    """

    grain: Step
    every_ms: int
    count: int
    later: int

    @property
    def held(self) -> tuple[Held, ...]:
        grain = self.grain.value
        gas = Held("energy", grain, GAS, "gas")
        return Held("energy", grain), Held("energy_by_tariff", grain), gas


PATTERNS = (
    Pattern(Step.DAY, 30 * MINUTE_MS, count=24, later=16),
    Pattern(Step.MIN30, 10 * MINUTE_MS, count=1, later=2),
)
OWNERS = f"{API}/meters/linky/registers/{TOTAL}?step="


def counts(name: str, fluid: Fluid, pattern: Pattern) -> dict[int, int]:
    """Give what a meter showed when it spoke: periods are equal, pieces are not."""
    calendar = calendar_of(fluid, PARIS)
    periods = calendar.boundaries(pattern.grain, START_MS, NOW_MS)
    begins = {int(at) for at in periods}
    first = 0 if name == "a" else pattern.later
    found, total, piece = {}, 1_000, 99  # nothing flows before the first period
    for at_ms in range(START_MS, NOW_MS, pattern.every_ms):
        piece = 0 if at_ms in begins else piece
        found[at_ms] = total
        total += WATT_HOURS * (first <= piece < first + pattern.count)
        piece += 1
    return found


def said(name: str, pattern: Pattern) -> Iterator[Sample]:
    """Give what the meters of a home said, in the order of time."""
    other = name == "b"
    gas = counts(name, Fluid.GAS, pattern)
    for at_ms, total in counts(name, Fluid.ELECTRICITY, pattern).items():
        hidden = {"apparent_power_va": 300 + 900 * other, "voltage_l1_v": 230 + other}
        hidden |= {"voltage_l2_v": 231} if other else {}
        yield Sample(LINKY, at_ms, {TOTAL: total, TARIFF: total // 2, **hidden})
        yield Sample(GAS, at_ms, {VOLUME: gas[at_ms]})


def late(sample: Sample) -> bool:
    """Tell whether a sample is of the afternoon that came late to one of the homes."""
    afternoon = (f"2026-10-22T{hour}:15:00+02:00" for hour in ("12", "19"))
    begins_ms, ends_ms = map(paris, afternoon)
    return sample.meter == LINKY and begins_ms < sample.at_ms < ends_ms


async def kept(hub: Hub, samples: list[Sample], lane: Lane) -> None:
    for sample in samples:
        hub.journal.add_sample(sample, lane)
    await hub.journal.commit()
    await hub.roller.catch_up()
    await hub.projector.project()


@asynccontextmanager
async def whole(name: str, pattern: Pattern, path) -> AsyncIterator[House]:
    """Serve one of the homes out of its own journal and store."""
    (path / name).mkdir()
    meters = (
        MeterConfig(id=LINKY, port="/dev/null"),
        MeterConfig(id=GAS, kind="gazpar"),
    )
    config = Config(data_dir=path / name / "data", meters=meters)
    hub = Hub.open(config, SetClock(), (LINKY, GAS))
    try:
        await hub.roller.start()
        samples = list(said(name, pattern))
        held_back = [one for one in samples if late(one)] if name == "b" else []
        first = [one for one in samples if one not in held_back]
        await kept(hub, first, Lane.PRESENT)
        await kept(hub, held_back, Lane.HISTORY)
        async with house(name, path / name, reads=hub.reads) as home:
            await home.give("coach", *pattern.held)
            yield home
    finally:
        hub.close()


async def questions(home: House) -> None:
    """Ask everything of what is held."""
    registers = ((LINKY, TOTAL), (LINKY, TARIFF), (GAS, VOLUME), (GAS, "gas_energy_wh"))
    bounds = ("", "from=2026-10-21", "from=2026-10-22T10:30:00%2B02:00")
    async with home.client() as client:
        for meter, register in registers:
            path = f"{API}/meters/{meter}/registers/{register}"
            for step in STEPS:
                for more in bounds:
                    await client.get(f"{path}?step={step}&{more}")
            await client.get(f"{path}?step=day&from=2026-10-21&purpose=bill")
            await client.get(f"{path}?step=day&from=2026-10-21&limit=2")
        for path in ("meters", "meters/linky/latest", "meters/gaz/facts", "grant"):
            await client.get(f"{API}/{path}")


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda one: one.grain.value)
async def test_a_service_can_not_tell_two_whole_homes_apart(pattern, tmp_path):
    told, hidden = [], []
    for name in ("a", "b"):
        async with whole(name, pattern, tmp_path) as home:
            await questions(home)
            async with home.client("owner") as owner:
                paths = [f"{OWNERS}{step}&from=2026-10-21" for step in ("30min", "raw")]
                answers = [(await owner.get(path)).json()["rows"] for path in paths]
            hidden.append(answers)
            told.append(home.said)
    for one, other in zip(*told, strict=True):
        assert one[-1] == other[-1]
        assert one == other
    everything = b"".join(one[-1] for one in told[0])
    shown = b'"value":%d,' % (WATT_HOURS * pattern.count)
    assert everything.count(shown) >= 4
    assert hidden[0] != hidden[1]
    assert max(row["revision"] for row in hidden[1][0]) > 1
