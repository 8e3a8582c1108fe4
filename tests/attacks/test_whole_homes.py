"""Two whole homes, from what their meters said to the bytes of an answer.

The rows of the table are answered out of simulated rows. Here a real journal is rolled,
projected and merged, in homes whose days are equal and whose hours are not; in one of
them half an afternoon came late, so that its rows were made twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

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
WATT_HOURS, HALVES = 500, 24
"""What flows in half an hour, and in how many of a day."""
HELD = (Held(), Held("energy_by_tariff"), Held(meter=GAS, fluid="gas"))
OWNERS = f"{API}/meters/linky/registers/{TOTAL}?step=30min&from=2026-10-21"


def counts(name: str, fluid: Fluid) -> dict[int, int]:
    """Give what a meter showed at each half-hour: days are equal, halves are not."""
    calendar = calendar_of(fluid, PARIS)
    edges = calendar.boundaries(Step.MIN30, START_MS, NOW_MS)
    days = {int(at) for at in calendar.boundaries(Step.DAY, START_MS, NOW_MS)}
    first = 0 if name == "a" else 16
    found, total, half = {}, 1_000, 99  # nothing flows before the first day
    for at_ms in map(int, edges):
        half = 0 if at_ms in days else half
        found[at_ms] = total
        total += WATT_HOURS * (first <= half < first + HALVES)
        half += 1
    return found


def said(name: str) -> Iterator[Sample]:
    """Give what the meters of a home said, in the order of time."""
    other = name == "b"
    gas = counts(name, Fluid.GAS)
    for at_ms, total in counts(name, Fluid.ELECTRICITY).items():
        hidden = {"apparent_power_va": 300 + 900 * other, "voltage_l1_v": 230 + other}
        hidden |= {"voltage_l2_v": 231} if other else {}
        yield Sample(LINKY, at_ms, {TOTAL: total, TARIFF: total // 2, **hidden})
        if at_ms in gas:
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
async def whole(name: str, path) -> AsyncIterator[House]:
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
        samples = list(said(name))
        held_back = [one for one in samples if late(one)] if name == "b" else []
        first = [one for one in samples if one not in held_back]
        await kept(hub, first, Lane.PRESENT)
        await kept(hub, held_back, Lane.HISTORY)
        async with house(name, path / name, reads=hub.reads) as home:
            await home.give("coach", *HELD)
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


async def test_a_service_can_not_tell_two_whole_homes_apart(tmp_path):
    told, hidden = [], []
    for name in ("a", "b"):
        async with whole(name, tmp_path) as home:
            await questions(home)
            async with home.client("owner") as owner:
                hidden.append((await owner.get(OWNERS)).json()["rows"])
            told.append(home.said)
    for one, other in zip(*told, strict=True):
        assert one[-1] == other[-1]
        assert one == other
    everything = b"".join(one[-1] for one in told[0])
    assert everything.count(b'"value":12000') >= 4
    assert hidden[0] != hidden[1]
    assert max(row["revision"] for row in hidden[1]) > 1
