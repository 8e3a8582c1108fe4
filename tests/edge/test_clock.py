"""Each frame gets its instant once, and no clock's mistake becomes a wrong date."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.clock import JITTER_MS, TOLERANCE_MS, MeterClock, date_held
from edge.sample import HostInstant, MeterInstant

WALL = 1_780_000_000_000


def host(mono_ms, *, off_ms=0, synchronised=True, boot="boot"):
    return HostInstant(WALL + mono_ms + off_ms, mono_ms * 1_000_000, synchronised, boot)


def meter(at_ms, *, degraded=False):
    return MeterInstant((WALL + at_ms) // 1000 * 1000, degraded)


def test_a_good_meter_clock_rules():
    clock = MeterClock()
    dates = [clock.date(host(n * 1000), meter(n * 1000 - 40_000)) for n in range(5)]
    assert [each.at_ms - WALL for each in dates] == [
        n * 1000 - 40_000 for n in range(5)
    ]
    assert clock.drift_ms == -40_000


def test_two_frames_of_one_second_get_distinct_instants():
    clock = MeterClock()
    first = clock.date(host(100), meter(0)).at_ms
    second = clock.date(host(900), meter(0)).at_ms
    third = clock.date(host(1100), meter(1000)).at_ms
    assert WALL == first < second < third == WALL + 1000


def test_a_meter_that_is_hours_off_is_not_followed_and_it_is_said_once():
    clock = MeterClock()
    dates = [clock.date(host(n * 1000), meter(n * 1000 + 12_600_000)) for n in range(9)]
    assert [each.at_ms for each in dates] == [WALL + n * 1000 for n in range(9)]
    (detail,) = [each.detail for each in dates if each.detail is not None]
    assert detail["fault"] == "off"
    assert detail["follows"] == "host"
    assert abs(detail["meter_less_host_ms"] - 12_600_000) < 1000


def test_a_degraded_clock_is_not_followed_until_it_is_good_again():
    clock = MeterClock()
    said = []
    for n in range(12):
        degraded = 3 <= n < 8
        dated = clock.date(host(n * 1000), meter(n * 1000 + 30_000, degraded=degraded))
        if dated.detail is not None:
            said.append(dated.detail["fault"])
    assert said == ["degraded", None]


def test_one_damaged_date_moves_nothing():
    clock = MeterClock()
    for n in range(5):
        clock.date(host(n * 1000), meter(n * 1000))
    wrong = clock.date(host(5000), meter(65_000))
    assert wrong.at_ms == WALL + 5000
    assert clock.date(host(6000), meter(6000)).at_ms == WALL + 6000


def test_a_frame_without_its_date_keeps_the_meters_time():
    clock = MeterClock()
    for n in range(3):
        clock.date(host(n * 1000), meter(n * 1000 - 60_000))
    assert clock.date(host(3000), None).at_ms == WALL + 3000 - 60_000


def test_with_no_time_yet_a_frame_is_held_and_dated_when_there_is():
    clock = MeterClock()
    early = host(1000, off_ms=-9_000_000, synchronised=False)
    assert clock.date(early, None).at_ms is None
    assert clock.when(early) is None
    assert clock.date(host(5000), None).at_ms == WALL + 5000
    assert clock.when(early) == WALL + 1000


def test_without_network_a_meter_clock_counts_once_a_second_frame_agrees():
    clock = MeterClock()
    assert clock.date(host(0, synchronised=False), meter(0)).at_ms is None
    assert clock.date(host(1000, synchronised=False), meter(1000)).at_ms == WALL + 1000


def test_without_network_a_meter_clock_that_went_back_is_no_witness():
    clock = MeterClock()
    clock.restore(WALL + 3_600_000)
    for n in range(3):
        dated = clock.date(host(n * 1000, synchronised=False), meter(n * 1000))
        assert dated.at_ms is None


def test_a_host_that_loses_its_network_keeps_its_time():
    clock = MeterClock()
    clock.date(host(0), None)
    dated = clock.date(host(60_000, off_ms=-5, synchronised=False), None)
    assert dated.at_ms == WALL + 60_000


def test_a_host_clock_set_far_back_holds_frames_and_says_so():
    clock = MeterClock()
    clock.date(host(0), None)
    back = [clock.date(host(n * 1000, off_ms=-600_000), None) for n in range(1, 5)]
    assert all(each.at_ms is None for each in back)
    assert [each.detail["fault"] for each in back if each.detail] == ["behind"]
    again = clock.date(host(700_000, off_ms=-600_000), None)
    assert again.at_ms == WALL + 100_000


def test_a_clock_set_a_little_back_is_caught_up_with_at_half_speed():
    clock = MeterClock()
    clock.date(host(10_000), None)
    dates = [clock.date(host(n * 1000, off_ms=-5_000), None) for n in range(11, 30)]
    gained = [b.at_ms - a.at_ms for a, b in pairwise(dates)]
    assert gained[0] == 500
    assert gained[-1] == 1000
    assert dates[-1].at_ms == WALL + 29_000 - 5_000


def test_a_frame_older_than_the_last_is_a_replay():
    clock = MeterClock()
    clock.date(host(10_000), None)
    assert clock.date(host(9_000), None).replayed


def test_after_a_stall_the_meter_tells_how_much_time_its_frames_cover():
    clock = MeterClock()
    for n in range(4):
        clock.date(host(n * 1000), meter(n * 1000))
    # the reader stalled and bytes were lost: the next frame is 50 s on
    clock.date(host(10_000), meter(4_000))
    clock.date(host(11_000), meter(60_000 - 1000))
    assert clock.date(host(12_000), meter(60_000)).step_ms >= 1000


def test_frames_of_one_read_cover_a_frames_time_each():
    clock = MeterClock()
    clock.date(host(1000), None)
    assert clock.date(host(1001), None).step_ms >= 2000


def test_a_lost_frame_shows_in_the_pace():
    clock = MeterClock()
    for n in range(200):
        dated = clock.date(host(n * 1000), None)
    assert dated.next
    assert not clock.date(host(201_000), None).next


@pytest.mark.parametrize(
    ("boot", "synchronised", "expected"),
    [("boot", True, WALL + 1000), ("other", True, None), ("boot", False, None)],
)
def test_what_was_held_is_dated_by_a_good_clock_of_the_same_boot(
    boot, synchronised, expected
):
    held = host(1000, off_ms=-99_000_000, synchronised=False)
    assert date_held(held, host(9000, boot=boot, synchronised=synchronised)) == expected


STEPS = st.lists(
    st.tuples(
        st.integers(0, 5_000),  # monotonic ms since the frame before
        st.sampled_from([0, 0, 0, -3_000, 3_000, -400_000, 400_000, 86_400_000]),
        st.booleans(),  # synchronised
        st.sampled_from([None, 0, 0, -1000, 90_000, -90_000, 12_000_000]),
        st.booleans(),  # degraded
        st.sampled_from(["same", "same", "same", "same", "reboot"]),
    ),
    min_size=1,
    max_size=60,
)


@given(STEPS)
def test_whatever_the_clocks_do_instants_strictly_increase(steps):
    clock, mono, off, boot, dates = MeterClock(), 0, 0, 0, []
    for passed, jump, synchronised, offset, degraded, what in steps:
        if what == "reboot":
            boot, mono = boot + 1, 0
        mono, off = mono + passed, off + jump
        seen = host(mono, off_ms=off, synchronised=synchronised, boot=str(boot))
        said = None if offset is None else meter(mono + off + offset, degraded=degraded)
        dated = clock.date(seen, said)
        assert not dated.replayed
        if dated.at_ms is not None:
            dates.append(dated.at_ms)
    assert all(a < b for a, b in pairwise(dates))


@given(STEPS)
def test_an_instant_is_never_far_from_a_synchronised_host_that_runs_on(steps):
    clock, mono = MeterClock(), 0
    for passed, _, _, offset, degraded, _ in steps:
        mono += passed
        said = None if offset is None else meter(mono + offset, degraded=degraded)
        dated = clock.date(host(mono), said)
        assert dated.at_ms is not None
        assert abs(dated.at_ms - WALL - mono) <= TOLERANCE_MS + JITTER_MS
