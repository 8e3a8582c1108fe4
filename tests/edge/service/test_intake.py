"""What a source brings is judged, published and kept, and nothing of it waits."""

import asyncio
from dataclasses import replace

import pytest
from service_home import T0, intake_of, reading, settled

from edge.bus import Bus
from edge.errors import DiskFull
from edge.event import Event, EventKind
from edge.gate import Gate, Refused
from edge.gate.verdict import Reason
from edge.host import HostClock, written_bytes
from edge.journal.block import Block
from edge.record import Lane
from edge.sample import DEMO, Gap, HostInstant, Quality, Sample, Slice
from edge.service.keeper import JournalKeeper
from edge.service.silence import Silence


def bodies(hub, kind):
    return [r.body for r in hub.journal.read(limit=1000) if isinstance(r.body, kind)]


async def test_what_the_gate_lets_in_is_live_at_once_and_journalled(hub):
    intake = intake_of(hub, [reading(n) for n in range(4)], patient=True)
    with hub.bus.subscribe() as live:
        await intake.run()
        assert live.lost == 0
    await settled(hub, intake)
    assert hub.bus.latest["linky"].values["apparent_power_va"] == 200
    assert hub.journal.last_sample("linky") == hub.bus.latest["linky"]
    assert hub.journal.device("linky").identifier == "041961000001"


async def test_a_patient_intake_gives_way_and_waits_for_room(hub):
    intake = intake_of(hub, [reading(n) for n in range(200)], patient=True)
    await intake.run()
    await settled(hub, intake)
    assert sum(len(block) for block in bodies(hub, Block)) == 200


async def test_a_silence_between_two_samples_is_a_gap_with_its_reason(hub):
    intake = intake_of(hub, [])
    intake.restore("linky", T0 - 60_000)
    for n in (0, 1, 2, 60, 61):
        intake.take(reading(n))
    await settled(hub, intake)
    gaps = bodies(hub, Gap)
    assert [(g.reason, g.end_ms - g.start_ms) for g in gaps] == [
        ("stopped", 60_000),
        ("silence", 58_000),
    ]
    assert intake.gaps == {"linky": 2}


async def test_an_event_is_committed_at_once(hub):
    intake = intake_of(hub, [])
    intake.take(reading(0))
    intake.tell(Event("linky", T0, EventKind.OVERLOAD, {"state": "start"}))
    intake.tell(Event("linky", T0 + 1, EventKind.OVERLOAD, {"state": "end"}))
    await intake._keeper.settle()
    assert len(bodies(hub, Event)) == 2


async def test_what_cant_be_dated_is_held_and_appended_as_late_data(hub):
    intake = intake_of(hub, [])
    for n in range(3):
        intake.take(reading(n, synchronised=False, clock=False))
    await settled(hub, intake)
    assert hub.journal.last_sample("linky") is None
    assert sum(len(one.block) for one in hub.journal.held()) == 3
    for n in range(3, 7):
        intake.take(reading(n))
    await settled(hub, intake)
    assert hub.journal.held() == []
    late = hub.journal.read(lane=Lane.HISTORY)
    assert [s.at_ms for s in late[0].body.samples()] == [T0, T0 + 1000, T0 + 2000]
    assert hub.journal.last_sample("linky").at_ms == T0 + 6000


async def test_an_index_that_falls_is_refused_and_waits_for_the_owner(hub):
    intake = intake_of(hub, [])
    for n in range(4):
        intake.take(reading(n))
    fallen = {"import_total_wh": 10, "import_distributor01_wh": 10}
    for n in range(4, 8):
        intake.take(reading(n, **fallen))
    await settled(hub, intake)
    assert hub.bus.latest["linky"].values["import_total_wh"] in (1000, None)
    waiting = {one.register for one in hub.journal.quarantined()}
    assert "import_total_wh" in waiting


async def test_a_full_disk_keeps_refusals_waiting_and_the_reader_going(
    hub, monkeypatch
):
    keeper = JournalKeeper(hub.journal)
    refused = Refused("import_total_wh", 1, Reason.FALL, T0, meter="linky")

    async def full(_some):
        raise DiskFull("no space")

    with monkeypatch.context() as patched:
        patched.setattr(type(hub.journal), "quarantine", lambda _self, some: full(some))
        keeper.refuse(refused)
        await keeper.settle()
    assert hub.journal.quarantined() == []
    keeper.refuse(replace(refused, value=2))
    await keeper.settle()
    assert hub.journal.quarantined()[0].count >= 1
    assert not keeper._refused


class Host:
    def __init__(self):
        self.s = 0

    def now(self):
        ms = T0 + self.s * 1000
        return HostInstant(ms, self.s * 1_000_000_000, synchronised=True, boot_id="b")


@pytest.fixture
def watched():
    host, bus, told = Host(), Bus(), []
    return host, bus, told, Silence(host, bus, {"linky": 60}, told.append)


def test_a_meter_that_falls_silent_is_told_once_and_once_when_it_speaks(watched):
    host, bus, told, silence = watched
    bus.publish(Sample("linky", T0, {}))
    for host.s in range(0, 200, 5):
        silence.look()
    assert [(e.detail["state"], e.at_ms) for e in told] == [("silent", T0 + 60_000)]
    bus.publish(Sample("linky", T0 + 200_000, {}))
    for host.s in range(200, 230, 5):
        silence.look()
    assert [e.detail["state"] for e in told] == ["silent", "speaks"]


def test_a_last_word_that_is_erased_is_no_sign_of_life(watched):
    host, bus, told, silence = watched
    bus.publish(Sample("linky", T0, {}))
    for host.s in range(0, 100, 5):
        silence.look()
    bus.forget("linky", 0, T0 + 1)
    silence.look()
    assert [e.detail["state"] for e in told] == ["silent"]


def test_a_meter_that_never_spoke_is_told_as_well(watched):
    host, _, told, silence = watched
    for host.s in (0, 61):
        silence.look()
    assert [e.at_ms for e in told] == [T0 + 61_000]


async def test_it_looks_again_and_again(watched):
    host, _, told, silence = watched

    async def a_minute(_seconds):
        host.s += 61
        if host.s > 200:
            raise asyncio.CancelledError

    silence.sleep = a_minute
    with pytest.raises(asyncio.CancelledError):
        await silence.run()
    assert len(told) == 1


def test_the_host_says_what_time_it_is():
    now = HostClock().now()
    assert now.wall_ms > T0
    assert isinstance(now.synchronised, bool)
    assert HostClock(trust=True).now().synchronised


def test_what_the_process_wrote_is_counted(monkeypatch, tmp_path):
    assert written_bytes() >= 0
    monkeypatch.setattr("edge.host.PROCESS_IO", tmp_path / "none")
    assert written_bytes() == 0


def test_gates_are_of_one_meter_each(hub):
    assert isinstance(hub.gates["linky"], Gate)


async def test_a_replay_passes_over_what_the_journal_has(hub, caplog):
    intake = intake_of(hub, [reading(n) for n in range(4)], patient=True)
    await intake.run()
    await settled(hub, intake)
    again = intake_of(hub, [reading(n) for n in range(6)], patient=True)
    again.restore("linky", T0 + 3000)
    await again.run()
    await settled(hub, again)
    assert "4 frames are no news" in caplog.text
    blocks = bodies(hub, Block)
    instants = [s.at_ms for block in blocks for s in block.samples()]
    assert len(instants) == len(set(instants))


async def test_what_a_demonstration_brings_is_marked_for_ever(hub):
    period = Slice(
        *("linky", "import_load_curve_w", T0, T0 + 1_800_000, 400),
        *(Quality.RAW, "tic", T0),
    )
    told = [replace(reading(n), slices=(period,)) for n in range(3)]
    intake = intake_of(hub, told, patient=True, demo=True)
    await intake.run()
    await settled(hub, intake)
    assert hub.bus.latest["linky"].origin == DEMO
    assert hub.journal.last_sample("linky").origin == DEMO
    kept = [one for some in bodies(hub, tuple) for one in some]
    assert {one.origin for one in kept} == {DEMO}
