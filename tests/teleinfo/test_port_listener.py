"""A listener turns bytes into frames, follows the speed, and counts over all of it."""

from __future__ import annotations

from teleinfo.listener import Listener
from teleinfo.mode import Mode
from teleinfo.virtual import MeterSpec, VirtualLinky

NOON = 1_768_388_400_000


def frames(mode: Mode, count: int) -> list[bytes]:
    meter = VirtualLinky(MeterSpec(mode=mode), NOON)
    return [meter.frame_at(NOON + n * 1000) for n in range(count)]


def test_it_gives_frames_and_settles():
    ear = Listener(0.0)
    got = [
        f
        for n, sent in enumerate(frames(Mode.STANDARD, 3))
        for f in ear.take(sent, n / 1)
    ]
    assert len(got) == 3
    assert ear.settled
    assert (ear.baud, ear.mode) == (9600, Mode.STANDARD)
    assert ear.groups == 3 * 38


def test_the_historic_format_at_9600_is_read_as_well():
    ear = Listener(0.0)
    for n, sent in enumerate(frames(Mode.HISTORIC, 3)):
        ear.take(sent, n / 10)
    assert (ear.baud, ear.mode) == (9600, Mode.HISTORIC)


def test_after_garbage_it_listens_afresh_and_its_counts_go_on():
    ear = Listener(0.0)
    ear.take(b"\x00\xff" * 50, 1.0)
    assert ear.take(b"", 3.0) == []
    assert ear.baud == 1200
    assert ear.retuned == 1
    for n, sent in enumerate(frames(Mode.HISTORIC, 3)):
        ear.take(sent, 4.0 + n)
    assert ear.mode is Mode.HISTORIC
    assert (ear.nuls, ear.high) == (50, 50)
    assert ear.counters.frames == 3
    assert ear.bytes == 100 + sum(map(len, frames(Mode.HISTORIC, 3)))


def test_a_port_opened_again_is_listened_to_at_the_speed_that_was_good():
    ear = Listener(0.0)
    ear.take(b"", 3.0)
    for n, sent in enumerate(frames(Mode.HISTORIC, 2)):
        ear.take(sent, 4.0 + n)
    assert (ear.settled, ear.baud) == (True, 1200)
    ear.restart(100.0)
    assert (ear.settled, ear.baud) == (False, 1200)
    assert ear.counters.frames == 2
    ear.take(b"", 106.0)
    ear.restart(110.0)
    assert ear.baud == 1200  # it did not settle elsewhere in between


def test_a_frame_that_was_cut_is_given_at_the_end():
    ear = Listener(0.0, Mode.STANDARD)
    first, second = frames(Mode.STANDARD, 2)
    ear.take(first, 1.0)
    ear.take(second[:300], 2.0)
    (rest,) = ear.flush()
    assert not rest.complete
    assert rest["ADSC"].raw == MeterSpec().address
