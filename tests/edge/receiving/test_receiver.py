"""Readings that are sent: each judged alone, durable once answered, no harm done."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.catalogue import Fluid
from edge.config import Config, JournalConfig, MeterConfig
from edge.gate.neighbours import Known
from edge.health import PartHealth
from edge.receiving import Denied, Receiver, Sent
from edge.receiving.past import Past
from edge.record import Baseline
from edge.rollup.track import Track
from edge.sample import HostInstant, Quality, Reading, Sample
from edge.service.hub import Hub
from edge.service.intake import Intake
from edge.service.keeper import JournalKeeper

NOW = 1_795_500_000_000
MINUTE, HOUR = 60_000, 3_600_000
GAS = "gas_volume_l"


class Clock:
    synchronised = True

    def now(self):
        return HostInstant(NOW, NOW * 1_000_000, self.synchronised, "boot")


class Meter:
    """A source of the gas meter; mute unless told that it speaks."""

    meters = ("gas",)
    beat_ns = 0
    speaks = False

    async def __aiter__(self):
        for one in ():
            yield one

    def health(self):
        return PartHealth("source:gas", ok=True)


@pytest.fixture
def hub(tmp_path):
    meters = (MeterConfig(id="gas", kind="gazpar"), MeterConfig(id="linky", port="/x"))
    config = Config(
        data_dir=tmp_path / "data",
        journal=JournalConfig(commit_seconds=300),
        meters=meters,
    )
    opened = Hub.open(config, Clock(), ("gas", "linky"))
    intake = Intake(Meter(), opened.gates, JournalKeeper(opened.journal), opened.bus)
    opened.intakes.append(intake)
    yield opened
    opened.close()


@pytest.fixture
def receiver(hub):
    fluids = {"gas": Fluid.GAS, "linky": Fluid.ELECTRICITY}
    parts = (hub.journal, hub.reads, hub.clock, hub.gates, hub.intakes)
    return Receiver(*parts, fluids)


def sent(ago_ms, value, register=GAS, where="x"):
    return Sent(where, register, NOW - ago_ms, value)


def brief(answer):
    reasons = [one.reason for one in answer.refused]
    return answer.accepted, answer.unchanged, reasons


def kept(hub, meter="gas", register=GAS):
    points = hub.reads.raw(meter, register, 0, NOW + HOUR)
    return [(NOW - point.at_ms, point.value) for point in points]


def said(n, value):
    at_ms = NOW + n * 1000
    seen = HostInstant(at_ms, at_ms * 1_000_000, True, "boot")
    return Reading("gas", {GAS: value}, seen, origin="pulses")


async def test_a_batch_is_committed_when_it_is_answered_whatever_its_order(
    hub, receiver
):
    batch = [sent(HOUR, 1200), sent(3 * HOUR, 1000), sent(2 * HOUR, 1100)]
    assert brief(await receiver.take("gas", batch)) == (3, 0, [])
    assert kept(hub) == [(3 * HOUR, 1000), (2 * HOUR, 1100), (HOUR, 1200)]
    latest = hub.bus.latest["gas"]
    assert (latest.quality, latest.origin) == (Quality.RAW, "http")
    assert hub.journal.last_sample("gas").at_ms == NOW - HOUR


async def test_the_same_again_changes_nothing(hub, receiver):
    batch = [sent(2 * HOUR, 1100), sent(HOUR, 1200), sent(HOUR, 1200)]
    assert brief(await receiver.take("gas", batch)) == (2, 1, [])
    tail = hub.journal.tail
    assert brief(await receiver.take("gas", batch)) == (0, 3, [])
    assert hub.journal.tail == tail


async def test_another_value_at_the_same_instant_is_refused(hub, receiver):
    await receiver.take("gas", [sent(HOUR, 1200)])
    both = [sent(HOUR, 1201), sent(MINUTE, 1300), sent(MINUTE, 1301, where="y")]
    answer = await receiver.take("gas", both)
    assert brief(answer) == (1, 0, ["two-values", "two-values"])
    assert answer.refused[1] == Denied("y", "two-values")
    assert kept(hub)[0] == (HOUR, 1200)


async def test_what_comes_late_stands_between_its_neighbours(hub, receiver):
    await receiver.take("gas", [sent(3 * HOUR, 1000), sent(HOUR, 2000)])
    late = [
        *(sent(2 * HOUR, 1500), sent(150 * MINUTE, 999), sent(90 * MINUTE, 2001)),
        sent(4 * HOUR, 1001),
    ]
    assert brief(await receiver.take("gas", late)) == (1, 0, ["fall"] * 3)
    assert (2 * HOUR, 1500) in kept(hub)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (sent(0, 1, "no_such_register"), "unknown"),
        (sent(0, 1, "import_total_wh"), "fluid"),
        (sent(0, 1, "gas_status"), "not-counted"),
        (sent(NOW, 1), "too-old"),
        (sent(-MINUTE * 3, 1001), "future"),
        (sent(-NOW, 1001), "future"),
        (sent(0, -1), "bounds"),
        (sent(0, 1 << 40), "bounds"),
        (sent(0, 999), "fall"),
        (sent(0, 1_000_000), "jump"),
    ],
)
async def test_a_reading_is_refused_with_its_reason_and_nothing_else_is(
    hub, receiver, one, reason
):
    await receiver.take("gas", [sent(HOUR, 1000)])
    answer = await receiver.take("gas", [sent(2 * MINUTE, 1000), one])
    assert brief(answer) == (1, 0, [reason])
    waiting = [entry.reason for entry in hub.journal.quarantined()]
    assert waiting == ([reason] if reason in ("future", "fall", "jump") else [])


async def test_a_poisoned_reading_never_blocks_the_true_one_sent_after(hub, receiver):
    await receiver.take("gas", [sent(HOUR, 1000)])
    poison = [sent(n * MINUTE, 1_000_000 + n) for n in range(30, 40)]
    await receiver.take("gas", [*poison, sent(-HOUR, 1100), sent(29 * MINUTE, 0)])
    assert brief(await receiver.take("gas", [sent(MINUTE, 1100)])) == (1, 0, [])
    assert hub.bus.latest["gas"].values[GAS] == 1100
    assert not hub.gates["gas"].device_pending


async def test_a_poisoned_reading_never_blocks_what_a_source_says(hub, receiver):
    (intake,) = hub.intakes
    intake.source.speaks = True
    intake.take(said(-3600, 1000))
    poison = [sent(n * MINUTE, 1_000_000 + n) for n in range(5)]
    # within what can have flowed, but above what the source says next
    poison += [sent(-MINUTE, 1500), sent(-HOUR, 1001)]
    await receiver.take("gas", poison)
    intake.take(said(0, 1010))
    intake.take(said(1, 1020))
    await hub.journal.commit()
    assert hub.bus.latest["gas"].values[GAS] == 1020
    assert hub.bus.latest["gas"].origin == "pulses"
    assert not hub.gates["gas"].refused


async def test_a_little_ahead_is_taken_and_what_comes_in_between_as_well(receiver):
    await receiver.take("gas", [sent(-MINUTE, 1100), sent(HOUR, 1000)])
    assert brief(await receiver.take("gas", [sent(0, 1050)])) == (1, 0, [])


async def test_before_the_time_is_known_nothing_ahead_is_taken(
    hub, receiver, monkeypatch
):
    monkeypatch.setattr(Clock, "synchronised", False)
    batch = [sent(HOUR, 1000), sent(-HOUR, 1100)]
    assert brief(await receiver.take("gas", batch)) == (1, 0, ["clock"])
    assert not hub.journal.quarantined()
    assert kept(hub) == [(HOUR, 1000)]


async def test_readings_of_a_linky_stand_beside_its_own(hub, receiver):
    one = sent(HOUR, 5000, "import_total_wh")
    assert brief(await receiver.take("linky", [one])) == (1, 0, [])
    assert kept(hub, "linky", "import_total_wh") == [(HOUR, 5000)]
    assert "linky" not in hub.bus.latest


async def test_two_batches_at_once_are_taken_one_after_the_other(hub, receiver):
    batch = [sent(HOUR, 1000)]
    both = await asyncio.gather(*(receiver.take("gas", batch) for _ in range(2)))
    assert sorted(brief(one)[:2] for one in both) == [(0, 1), (1, 0)]
    assert kept(hub) == [(HOUR, 1000)]


async def test_another_meters_count_is_no_neighbour(hub, receiver):
    await receiver.take("gas", [sent(4 * HOUR, 90_000), sent(2 * HOUR, 90_100)])
    assert brief(await receiver.take("gas", [sent(HOUR, 5)])) == (0, 0, ["fall"])
    fitted = NOW - 90 * MINUTE
    await hub.journal.append([Baseline("gas", fitted, "device", {GAS: 90_100})])
    batch = [sent(3 * HOUR, 90_050), sent(HOUR, 5), sent(MINUTE, 20)]
    assert brief(await receiver.take("gas", batch)) == (3, 0, [])
    late = [sent(30 * MINUTE, 4), sent(30 * MINUTE, 6), sent(100 * MINUTE, 50_000)]
    assert brief(await receiver.take("gas", late)) == (1, 0, ["fall", "fall"])


async def test_readings_go_on_after_a_restart(hub, receiver):
    await receiver.take("gas", [sent(HOUR, 1000)])
    hub.restore("gas")
    assert brief(await receiver.take("gas", [sent(HOUR, 1000), sent(0, 1010)])) == (
        *(1, 1),
        [],
    )


class Tracks:
    """A meter's readings in memory."""

    def __init__(self, words):
        samples = [Sample("gas", at, {GAS: value}) for at, value in words]
        self.all = Track.from_samples(samples) if samples else None

    def baselines(self, _meter):
        return ()

    def heard(self, _meter):
        if self.all is None:
            return None
        return int(self.all.instants[0]), int(self.all.instants[-1])

    def track(self, _meter, start_ms, end_ms, registers):
        return self.all.clip(start_ms, end_ms).only(registers)


SPARSE = st.dictionaries(
    st.integers(0, 60 * 24 * HOUR), st.none() | st.integers(0, 9), max_size=8
)


@given(SPARSE, st.integers(0, 60 * 24 * HOUR))
def test_the_words_around_an_instant_are_the_nearest_known(words, at_ms):
    past = Past(Tracks(sorted(words.items())), "gas", GAS)
    known = sorted(Known(*word) for word in words.items() if word[1] is not None)
    before = [one for one in known if one.at_ms < at_ms]
    after = [one for one in known if one.at_ms > at_ms]
    assert past.at(at_ms) == words.get(at_ms)
    assert past.before(at_ms, None) == (before[-1] if before else None)
    assert past.after(at_ms) == (after[0] if after else None)
    since = Known(at_ms - HOUR, 5)
    expected = max([*before[-1:], since], key=lambda one: one.at_ms)
    found = past.before(at_ms, since)
    assert found is not None
    assert found.at_ms == expected.at_ms
