"""Readings that come together are taken in as if each had come alone."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from service_home import Source, reading

from edge.bus import Bus
from edge.gate import Gate
from edge.host import HostClock
from edge.service.intake import Intake
from edge.sources.protocol import BatchSource, batches
from edge.sources.replay import ReplaySource

STRANGE = {
    "fall": {"import_total_wh": 3},
    "tariff": {"tariff_index": 2},
    "other device": {"device": "041961000077"},
    "undated": {"synchronised": False, "clock": False},
    "rise": {"import_total_wh": 1001, "import_distributor01_wh": 1001},
}


class Notebook:
    """A keeper that writes down what it is given, in order."""

    def __init__(self):
        self.told = []

    def add_sample(self, sample):
        self.told.append(("sample", sample))

    def hold(self, sample, seen):
        self.told.append(("held", sample, seen))

    def add(self, body, *, now=False):
        self.told.append(("body", body, now))

    def refuse(self, refused):
        self.told.append(("refused", refused))

    def fitted(self, meter, device, at_ms):
        self.told.append(("fitted", meter, device, at_ms))

    def release(self, meter, when):
        del when
        self.told.append(("released", meter))

    async def room(self):
        self.told.append(("room",))


class InBatches(Source):
    """A source that has readings ready in batches of these sizes."""

    def __init__(self, readings, cuts):
        super().__init__(readings)
        self.cuts = sorted({0, *cuts, len(readings)})

    async def batches(self):
        for start, end in zip(self.cuts, self.cuts[1:], strict=False):
            yield self.readings[start:end]

    def health(self):
        raise NotImplementedError


def intake_of(source, **more):
    return Intake(source, {"linky": Gate("linky")}, Notebook(), Bus(), **more)


def life(kinds):
    at = 0
    for kind in kinds:
        at += 30 if kind == "silence" else 1
        yield reading(at, **STRANGE.get(kind, {}))


kinds = st.lists(
    st.sampled_from((*["as ever"] * 8, "silence", *STRANGE)), min_size=1, max_size=40
)


@settings(deadline=None)
@given(kinds, st.lists(st.integers(0, 40), max_size=8), st.booleans())
async def test_however_they_are_batched_the_same_is_kept_in_the_same_order(
    kinds, cuts, held_back
):
    readings = list(life(kinds))
    cuts = [cut for cut in cuts if cut <= len(readings)]
    together = intake_of(InBatches(readings, cuts))
    alone = intake_of(Source(readings))
    if held_back:
        for intake in (together, alone):
            intake.restore("linky", readings[0].seen.wall_ms - 60_000)
    await together.run()
    for one in readings:
        alone.take(one)
    assert together._keeper.told == alone._keeper.told
    assert together._bus.latest == alone._bus.latest
    assert together.gaps == alone.gaps


async def test_what_was_judged_before_a_failure_is_kept(monkeypatch):
    readings = [reading(n) for n in range(5)]
    intake = intake_of(InBatches(readings, ()))
    gate = intake._gates["linky"]
    judge = gate.judge

    def fails_at_the_fourth(one):
        if one is readings[3]:
            raise RuntimeError("a fault of ours")
        return judge(one)

    monkeypatch.setattr(gate, "judge", fails_at_the_fourth)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        await intake.run()
    samples = [each for each in intake._keeper.told if each[0] == "sample"]
    assert [each[1].at_ms for each in samples] == [r.seen.wall_ms for r in readings[:3]]


async def test_a_patient_intake_waits_for_room_at_each_breath_however_batched():
    readings = [reading(n) for n in range(300)]
    random.Random(4).shuffle(cuts := list(range(300)))
    for source in (InBatches(readings, cuts[:40]), Source(readings)):
        intake = intake_of(source, patient=True)
        await intake.run()
        assert intake._keeper.told.count(("room",)) in (3, 4)


async def test_any_source_can_be_taken_in_batches(tmp_path):
    replay = ReplaySource("linky", tmp_path / "none", None, HostClock())
    assert isinstance(replay, BatchSource)
    readings = [reading(n) for n in range(3)]
    alone = [some async for some in batches(Source(readings))]
    assert alone == [(one,) for one in readings]
    together = [some async for some in batches(InBatches(readings, (2,)))]
    assert together == [readings[:2], readings[2:]]
