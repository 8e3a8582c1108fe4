"""An index counts once a second frame or the meter's own sums confirm it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.gate import Gate, Reason
from edge.gate.indexes import PATIENCE_MS, STEADY_FRAMES
from edge.gate.sums import DISTRIBUTOR, SUPPLIER, TOTAL
from edge.sample import HostInstant, Reading, Sample

SUMMED = (TOTAL, *SUPPLIER, *DISTRIBUTOR)
COUNTS = ("total", "tariff", "distributor")


def refusals(home):
    return {(each.register, each.reason) for each in home.verdict.refused}


def settled(home, value=1000, frames=20):
    for _ in range(frames):
        home.base(value)
    return home


def test_a_first_baseline_needs_two_agreeing_frames(home):
    assert home.base(1000) is None
    assert home.base(1000) == 1000


def test_a_false_first_frame_is_not_a_baseline(home):
    assert home.base(91_000_000) is None
    assert home.base(1000) is None
    assert (("import_total_wh", Reason.UNCONFIRMED)) in refusals(home)
    assert home.base(1000) is None, "two are not enough once the line has shown noise"
    assert home.base(1000) == 1000


def test_a_rise_shows_what_stood_for_one_frame_then_counts(home):
    settled(home)
    assert home.base(1001) == 1000
    assert home.base(1001) == 1001


def test_a_rise_that_only_one_frame_says_is_dropped_and_never_shown(home):
    settled(home)
    assert home.base(1003) == 1000
    assert home.base(1000) is None, "either frame may be the false one"
    assert ("import_total_wh", Reason.UNCONFIRMED) in refusals(home)
    assert home.base(1000) == 1000


def test_a_false_rise_never_blocks_the_true_one(home):
    settled(home)
    home.base(1004)
    home.base(1001)
    home.base(1001)
    assert home.base(1001) == 1001


def test_on_a_noisy_line_nothing_old_is_shown_while_a_rise_waits(home):
    settled(home)
    home.base(None)
    assert [home.base(1001) for _ in range(3)] == [None, None, 1001]


def test_frames_that_agree_are_in_a_row(home):
    settled(home)
    home.base(1001)
    home.base(None)
    assert [home.base(1001) for _ in range(3)] == [None, None, 1001]


def test_on_a_noisy_line_the_same_false_value_twice_is_not_enough(home):
    settled(home)
    for _ in range(30):
        home.base(None)
        assert home.base(1003) is None
        assert home.base(1003) is None
        home.base(1000)
    home.base(1000)
    assert home.base(1000) == 1000


def test_a_false_value_that_equals_the_old_one_holds_the_truth_up_for_no_time(home):
    settled(home)
    for _ in range(100):  # each frame's index is refused by the decoder
        home.base(None)
    home.base(1000)  # false: 100 s at 9 kVA went by
    shown = [home.base(1250 + n // 4) for n in range(12)]
    assert shown[-1] == 1252
    assert not home.gate.device_pending


def test_after_a_refused_group_the_same_value_too_needs_a_second_frame(home):
    settled(home)
    assert home.base(None) is None
    assert home.base(1000) is None
    assert home.base(1000) == 1000


def test_after_a_lost_frame_the_same_value_too_needs_a_second_frame(home):
    settled(home, frames=200)
    home.at_ms += 1000
    assert home.base(1000) is None
    assert home.base(1000) == 1000


def test_a_fall_is_refused_with_what_stood(home):
    settled(home)
    assert home.base(999) is None
    (refused,) = home.verdict.refused
    assert (refused.reason, refused.value, refused.accepted) == (Reason.FALL, 999, 1000)
    assert refused.durable


def test_more_than_the_subscribed_power_can_count_is_refused(home):
    settled(home)  # 9 kVA, 1 s: 1.5 × 9000 / 3600 + 2 = 5.75 Wh
    assert home.base(1006) is None
    assert ("import_total_wh", Reason.JUMP) in refusals(home)
    assert home.base(1005) is None, "5 Wh in 2 s is possible, and unconfirmed"
    home.base(1005)
    assert home.base(1005) == 1005


def test_after_a_silence_as_much_is_possible_as_it_was_long(home):
    settled(home)
    home.at_ms += 3_600_000
    assert home.base(1000 + 13_600) is None
    assert ("import_total_wh", Reason.JUMP) in refusals(home)
    home = settled(type(home)())
    home.at_ms += 3_600_000
    home.base(1000 + 13_400)
    assert home.base(1000 + 13_400) == 14_400


def test_a_subscribed_power_counts_once_a_second_frame_confirms_it(home):
    settled(home)
    home.hear(import_total_wh=1000, subscribed_power_kva=36)
    assert home.hear(import_total_wh=1020, subscribed_power_kva=9) is None
    assert ("import_total_wh", Reason.JUMP) in refusals(home)


@pytest.mark.parametrize("value", [-1, 1_000_000_000, "1001"])
def test_what_no_index_can_be_is_refused(home, value):
    settled(home)
    assert home.base(value) is None
    assert ("import_total_wh", Reason.BOUNDS) in refusals(home)


def test_under_a_heavy_load_a_count_that_never_repeats_flows_one_frame_late(home):
    values = [1000 + 3 * n for n in range(STEADY_FRAMES + 8)]
    shown = [home.base(value) for value in values]
    assert shown[-5:] == values[-6:-1]


def test_on_a_line_less_clean_such_a_count_is_let_in_now_and_then(home):
    hit = {n for n in range(600) if n % 40 == 0}
    values = [None if n in hit else 1000 + 3 * n for n in range(600)]
    shown = [home.base(value) for value in values]
    times = [n for n, value in enumerate(shown) if value is not None]
    gaps = [b - a for a, b in pairwise(times)]
    assert all(shown[n] == 1000 + 3 * (n - 1) for n in times)
    assert PATIENCE_MS // home.period_ms - 1 <= min(gaps) <= max(gaps) <= 120


def test_a_bent_line_is_not_believed_without_a_second_frame(home):
    for n in range(STEADY_FRAMES + 4):
        home.base(1000 + 3 * n)
    last = 1000 + 3 * (STEADY_FRAMES + 3)
    home.base(last + 5)  # true: +3
    assert home.base(last + 6) is None


def test_the_sums_of_a_frame_confirm_its_indexes_at_once(standard, sent):
    for _ in range(2):
        standard.say(sent(1000))
    assert standard.hear(values=sent(1001)) == 1001


def test_a_first_baseline_needs_two_frames_even_with_sums(standard, sent):
    assert standard.hear(values=sent(1000)) is None
    assert standard.hear(values=sent(1001)) == 1001


@pytest.mark.parametrize(
    "lie",
    [
        {"total": 1002},
        {"tariff": 1002},
        {"distributor": 1002},
        {"total": 1002, "distributor": 1002},
        {"total": 1002, "tariff": 1002},
    ],
)
def test_indexes_that_their_own_frame_denies_are_not_taken(standard, sent, lie):
    for _ in range(6):
        standard.say(sent(1000))
    for _ in range(50):
        values = standard.say(sent(**dict.fromkeys(COUNTS, 1001) | lie))
        values = values.sample.values
        assert 1002 not in values.values()
    assert standard.verdict.sample.values["import_tariff02_wh"] == 0
    assert standard.hear(values=sent(1001)) == 1001


def test_a_denied_value_is_no_first_of_two(standard, sent):
    for _ in range(6):
        standard.say(sent(1000))
    standard.say(sent(1000, distributor=1002))
    lie = sent(1000, distributor=1002, import_tariff05_wh=None)
    assert standard.hear("import_distributor01_wh", lie) is None


def test_with_a_group_refused_the_others_wait_for_a_second_frame(standard, sent):
    for _ in range(20):
        standard.say(sent(1000))
    standard.say(sent(1001, import_tariff05_wh=None))
    assert standard.verdict.sample.values["import_total_wh"] == 1000
    standard.say(sent(1001, import_tariff05_wh=None))
    assert standard.hear(values=sent(1001, import_tariff05_wh=None)) == 1001


def test_an_index_lost_in_every_frame_does_not_stop_the_others(standard, sent):
    lost = {"import_tariff01_wh": None}
    seen = [standard.hear(values=sent(1000 + n // 3, **lost)) for n in range(60)]
    assert seen[-2:] == [1019, 1019]


def test_a_meter_that_rounds_each_count_apart_is_learned(standard, sent):
    def frame(n):
        return sent(1000 + n // 2, tariff=999 + n // 2, distributor=999 + n // 2)

    shown = [standard.hear(values=frame(n)) for n in range(1100)]
    assert shown[10] is None
    assert shown[-1] == 1000 + 1099 // 2


def test_sums_that_never_hold_are_no_sums(standard, sent):
    def frame(n):
        return sent(90_000 + n // 4, tariff=90_000 + n // 4, distributor=0)

    shown = [standard.hear(values=frame(n)) for n in range(1100)]
    assert shown[-1] == 90_000 + 1099 // 4


@given(st.lists(st.integers(0, 2), min_size=2, max_size=60), st.randoms())
def test_whatever_one_frame_in_three_says_only_true_values_are_shown(rises, rng):
    gate, value, before = Gate("linky"), 5000, 5000
    for n, rise in enumerate(rises):
        before, value = value, value + rise
        said = rng.randint(0, 20_000) if n % 3 == 2 else value
        seen = HostInstant(n * 1000, n * 1_000_000_000, True, "boot")
        verdict = gate.judge(Reading("linky", {"import_total_wh": said}, seen))
        shown = verdict.sample.values.get("import_total_wh")
        assert shown in (None, value, before)


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from([*range(16), *[None] * 20])),
        max_size=60,
    )
)
def test_the_short_way_through_the_sums_decides_as_the_long_one(frames):
    quick, long = Gate("linky"), Gate("linky")
    long._counting._indexes._proved = lambda *_: None
    total = 70_000
    for n, (rise, hit) in enumerate(frames):
        total += rise
        counts = [total, total, *[0] * 9, total - 5, 5, 0, 0]
        values = dict(zip(SUMMED, counts, strict=True))
        if hit is not None:
            register = [*SUMMED, "apparent_power_va"][hit]
            values[register] = None if n % 2 else values.get(register, 0) + 1
        seen = HostInstant(n * 1000, n * 1_000_000_000, True, "boot")
        one, other = (
            gate.judge(Reading("linky", values, seen)) for gate in (quick, long)
        )
        assert one == other


def test_a_restart_keeps_the_difference_that_a_meters_sums_have(standard, sent):
    values = sent(1000, tariff=999, distributor=999)
    standard.gate.restore(Sample("linky", 1_780_000_000_000, values))
    rise = {"tariff": 1000, "distributor": 1000}
    assert standard.hear(values=sent(1001, **rise)) == 1001


def test_a_sum_proves_its_own_members_only(standard, sent):
    """Two supplier indexes hit alike, one impossible, and EAST = ΣEASD still holds."""
    for _ in range(3):
        standard.say(sent(10_000))
    for total in range(10_000, 10_000 + 60):
        standard.say(sent(total, import_tariff02_wh=None))  # ΣEASF can't be told
    hit = sent(total, import_tariff02_wh=100, import_tariff07_wh=100)
    assert standard.hear("import_tariff02_wh", hit) is None
    standard.say(sent(total))
    assert standard.hear("import_tariff02_wh", sent(total)) == 0


@pytest.mark.parametrize("silent", [1, 60])
def test_a_sum_proves_nothing_at_once_while_the_other_cannot_be_told(
    standard, sent, silent
):
    for _ in range(20):
        standard.say(sent(10_000))
    lost = {"import_tariff02_wh": None}
    for _ in range(silent):
        standard.say(sent(10_000, **lost))
    hit = standard.say(sent(10_003, tariff=10_000, **lost)).sample.values
    assert 10_003 not in hit.values(), "EAST and EASD01 hit alike"
