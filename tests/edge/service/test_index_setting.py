"""The index goes on from what the owner reads on the dial; what was missed shows."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.commands import CommandRefused, SetIndex, from_json, to_json
from edge.config import Config, JournalConfig, MeterConfig
from edge.errors import EdgeError
from edge.event import EventKind
from edge.health import PartHealth
from edge.host import HostClock
from edge.sample import Gap, HostInstant, Reading
from edge.service.hub import Hub
from edge.service.index_setting import missed
from edge.service.intake import Intake
from edge.service.keeper import JournalKeeper
from edge.service.owner import Owner
from edge.sources.settable import IndexSet, Span

NOW = 1_795_500_000_000
HOUR = 3_600_000


class Pulses:
    """A source whose index is set, and which says what it is told to."""

    meters = ("gas",)
    beat_ns = 0
    hold_ms = 120_000
    counts_here = True

    def __init__(self, index_l, uncounted=()):
        self.index_l, self.uncounted, self.readings = index_l, uncounted, []

    async def __aiter__(self):
        for one in self.readings:
            yield one

    def health(self):
        return PartHealth("source:gas", ok=True)

    async def set_index(self, index_l):
        before, self.index_l = self.index_l, index_l
        return IndexSet("gas_volume_l", before, index_l, NOW + HOUR, self.uncounted)


def reading(n, index_l):
    at_ms = NOW + n * 1000
    seen = HostInstant(at_ms, at_ms * 1_000_000, True, "boot")
    return Reading("gas", {"gas_volume_l": index_l}, seen, origin="pulses")


@pytest.fixture
def hub(tmp_path):
    config = Config(
        data_dir=tmp_path / "data",
        journal=JournalConfig(commit_seconds=300),
        meters=(
            MeterConfig(id="gas", kind="gazpar", gpio=17),
            MeterConfig(id="linky", port="/dev/null"),
        ),
    )
    hub = Hub.open(config, HostClock(trust=True), ("gas", "linky"))
    yield hub
    hub.close()


def owner(hub, *sources):
    return Owner(
        hub.journal,
        hub.gates,
        hub.reads,
        hub.bus,
        hub.clock,
        rebuild=hub.rebuild,
        sources=sources,
    )


async def say(hub, source, *readings, restored=None):
    source.readings = list(readings)
    keeper = JournalKeeper(hub.journal)
    intake = Intake(source, hub.gates, keeper, hub.bus)
    if restored is not None:
        intake.restore("gas", restored)
    await intake.run()
    await keeper.settle()
    await hub.journal.commit()


async def test_the_index_goes_on_from_the_dial_and_the_series_has_no_step(hub):
    source = Pulses(1_000)
    await say(hub, source, reading(0, 1_000), reading(60, 1_010))
    source.index_l = 1_010
    with hub.bus.subscribe() as live:
        done = await owner(hub, source).execute(SetIndex("gas", 10_380_420))
        event = live._waiting[-1]
    assert done["after"] == 10_380_420
    assert done["missed"] == 10_380_420 - 1_010
    assert (event.kind, event.detail["state"]) == (EventKind.CORRECTION, "set_index")
    await say(hub, source, reading(120, 10_380_420), reading(180, 10_380_430))
    assert hub.journal.last_sample("gas").values == {"gas_volume_l": 10_380_430}
    (baseline,) = hub.journal.baselines("gas")
    assert baseline.offsets == {"gas_volume_l": 1_010 - 10_380_420}
    assert hub.journal.corrections("gas") == []


async def test_a_restart_knows_the_index_that_was_set(hub):
    source = Pulses(1_000)
    await say(hub, source, reading(0, 1_000))
    await owner(hub, source).execute(SetIndex("gas", 2_000))
    await say(hub, source, reading(60, 2_000))
    hub.restore("gas")
    assert hub.gates["gas"].offsets == {"gas_volume_l": -1_000}


async def test_what_was_missed_is_counted_where_nothing_ran(hub):
    source = Pulses(1_000, (Span(NOW - 2 * HOUR, NOW - HOUR),))
    await say(hub, source, reading(0, 1_000))
    done = await owner(hub, source).execute(SetIndex("gas", 1_500))
    assert (done["missed"], done["placed"]) == (500, 500)
    (word,) = hub.journal.corrections("gas")
    assert (word.start_ms, word.end_ms, word.value) == (NOW - 2 * HOUR, NOW - HOUR, 500)


async def test_what_was_counted_too_much_is_told_and_placed_nowhere(hub):
    source = Pulses(1_000, (Span(NOW - 2 * HOUR, NOW - HOUR),))
    await say(hub, source, reading(0, 1_000))
    done = await owner(hub, source).execute(SetIndex("gas", 990))
    assert (done["missed"], done["placed"]) == (-10, 0)
    await say(hub, source, reading(60, 990))
    assert hub.journal.last_sample("gas").values == {"gas_volume_l": 990}


async def test_the_index_of_a_linky_is_its_own(hub):
    with pytest.raises(CommandRefused, match="its meter's own"):
        await owner(hub, Pulses(1)).execute(SetIndex("linky", 5))


@pytest.mark.parametrize("index_l", [-1, 100_000_000])
async def test_what_no_dial_shows_is_refused(hub, index_l):
    with pytest.raises(CommandRefused, match="a dial shows"):
        await owner(hub, Pulses(1)).execute(SetIndex("gas", index_l))


async def test_an_unknown_meter_is_refused(hub):
    with pytest.raises(EdgeError, match="no meter"):
        await owner(hub, Pulses(1)).execute(SetIndex("water", 1))


def test_it_crosses_the_control_socket():
    assert from_json(to_json(SetIndex("gas", 5))) == SetIndex("gas", 5)


async def test_however_short_nothing_ran_it_is_a_gap(hub):
    await say(
        hub, Pulses(1), reading(0, 1_000), reading(3, 1_010), restored=NOW - 2_000
    )
    gaps = [r.body for r in hub.journal.read() if isinstance(r.body, Gap)]
    assert gaps == [Gap("gas", NOW - 2_000, NOW, "stopped")]


async def test_a_minute_without_a_pulse_is_no_gap(hub):
    await say(hub, Pulses(1), reading(0, 1_000), reading(100, 1_000))
    assert not [r for r in hub.journal.read() if isinstance(r.body, Gap)]


async def test_the_gate_of_a_gas_meter_is_bound_by_its_flow(hub):
    await say(hub, Pulses(1), reading(0, 1_000), reading(60, 1_000_000))
    await asyncio.sleep(0)
    (entry,) = hub.journal.quarantined()
    assert (entry.register, str(entry.reason)) == ("gas_volume_l", "jump")


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10**9)), max_size=20),
    st.integers(-1_000, 10**7),
)
def test_the_shares_of_what_was_missed_add_up_to_it(spans, litres):
    uncounted = tuple(Span(n, n + length) for n, length in spans)
    changed = IndexSet("gas_volume_l", 10**6, 10**6 + litres, NOW, uncounted)
    found = missed("gas", changed, lambda _ms: 10**8)
    if litres > 0 and any(length for _, length in spans):
        assert sum(each.value for each in found) == litres
        assert all(each.value >= 0 for each in found)
    else:
        assert found == ()


def test_what_could_not_have_flowed_then_was_missed_elsewhere():
    changed = IndexSet("gas_volume_l", 0, 5_000, NOW, (Span(0, 3_000),))
    assert missed("gas", changed, lambda ms: ms // 400) == ()
