"""The virtual Linky says what a Linky of its kind says, in full and in order."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleinfo.decoder import Decoder
from teleinfo.frame import Frame
from teleinfo.labels import LABELS
from teleinfo.mode import Mode
from teleinfo.stge import Direction, Stge
from teleinfo.virtual import Contract, MeterSpec, Spell, VirtualLinky

HOUR_MS = 3_600_000


def ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1000


NOON = ms(2026, 1, 14, 11)
SPECS = [
    MeterSpec(mode=mode, contract=contract, phases=phases, producer=producer)
    for mode, contract, phases, producer in product(
        Mode, Contract, (1, 3), (False, True)
    )
]


def decoded(meter: VirtualLinky, start_ms: int, end_ms: int) -> list[Frame]:
    decoder = Decoder()
    frames: list[Frame] = []
    for sent in meter.frames(start_ms, end_ms):
        frames += decoder.feed(sent)
    return frames + decoder.flush()


def one(meter: VirtualLinky, at_ms: int) -> Frame:
    decoder = Decoder(meter.mode)
    (frame,) = decoder.feed(meter.frame_at(at_ms)) + decoder.flush()
    return frame


def value(frame: Frame, label: str) -> int:
    number = frame[label].value
    assert isinstance(number, int)
    return number


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_every_group_it_sends_is_one_that_a_meter_sends(spec):
    frames = decoded(VirtualLinky(spec, NOON), NOON, NOON + 60_000)
    assert len(frames) > 20
    assert all(frame.complete and not frame.refusals for frame in frames)
    assert {frame.mode for frame in frames} == {spec.mode}


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_labels_come_in_the_order_of_the_table(spec):
    frame = one(VirtualLinky(spec, NOON), NOON)
    order = {label: rank for rank, label in enumerate(LABELS[spec.mode])}
    ranks = [order[label] for label in frame.groups]
    assert ranks == sorted(ranks)


def test_the_same_spec_says_the_same_to_the_byte_and_another_seed_does_not():
    spec = MeterSpec(contract=Contract.TEMPO, producer=True)
    end = NOON + 60_000
    first = list(VirtualLinky(spec, NOON).frames(NOON, end))
    again = list(VirtualLinky(spec, NOON).frames(NOON, end))
    other = list(VirtualLinky(MeterSpec(seed=2), NOON).frames(NOON, end))
    assert first == again
    assert first != other


@settings(max_examples=10)
@given(hours=st.lists(st.integers(-24, 96), min_size=1, max_size=5))
def test_an_instant_can_be_asked_in_any_order(hours):
    meter = VirtualLinky(MeterSpec(contract=Contract.HPHC), NOON)
    for hour in hours:
        at_ms = NOON + hour * HOUR_MS
        fresh = VirtualLinky(MeterSpec(contract=Contract.HPHC), NOON)
        assert meter.frame_at(at_ms) == fresh.frame_at(at_ms)


def test_before_it_was_fitted_it_says_nothing():
    meter = VirtualLinky(MeterSpec(), NOON)
    with pytest.raises(ValueError, match="not fitted"):
        meter.frame_at(NOON - 3 * 24 * HOUR_MS)


@pytest.mark.parametrize("contract", list(Contract))
@pytest.mark.parametrize("producer", [False, True])
def test_indexes_only_rise_and_their_sums_agree(contract, producer):
    spec = MeterSpec(contract=contract, producer=producer, phases=3)
    meter = VirtualLinky(spec, NOON)
    counted = [one(meter, NOON + n * 600_000) for n in range(24 * 6)]
    for frame in counted:
        supplier = sum(value(frame, f"EASF{n:02}") for n in range(1, 11))
        distributor = sum(value(frame, f"EASD{n:02}") for n in range(1, 5))
        assert value(frame, "EAST") == supplier == distributor
    indexes = [g for g in counted[0].groups if g[:2] == "EA" or g[:3] == "ERQ"]
    for before, after in pairwise(counted):
        for label in indexes:
            assert value(before, label) <= value(after, label)
    total = value(counted[-1], "EAST") - value(counted[0], "EAST")
    assert 2_000 < total < 40_000  # a home's day, in Wh
    assert ("EAIT" in counted[0]) is producer


def test_only_the_tariff_in_force_counts():
    meter = VirtualLinky(MeterSpec(contract=Contract.HPHC), ms(2026, 1, 14, 19))
    last_peak, off_peak, later = (
        one(meter, at)
        for at in (
            ms(2026, 1, 14, 21, 29),
            ms(2026, 1, 14, 21, 31),
            ms(2026, 1, 14, 23),
        )
    )
    assert [value(f, "NTARF") for f in (last_peak, off_peak, later)] == [2, 1, 1]
    assert value(off_peak, "EASF02") == value(later, "EASF02")
    assert value(off_peak, "EASF01") < value(later, "EASF01")


@pytest.mark.parametrize("hours", [23, 25], ids=["summer begins", "winter begins"])
def test_a_day_of_23_or_25_hours_is_counted_whole(hours):
    start = ms(2026, 3, 28, 23) if hours == 23 else ms(2026, 10, 24, 22)
    meter = VirtualLinky(MeterSpec(contract=Contract.HPHC), start)
    end = start + hours * HOUR_MS
    first, last = one(meter, start), one(meter, end)
    assert first["DATE"].horodate.text[7:] == "000000"
    assert last["DATE"].horodate.text[7:] == "000000"
    assert value(first, "EAST") < value(last, "EAST")
    assert value(last, "SMAXSN-1") == value(one(meter, end - 1), "SMAXSN")


def test_the_horodate_carries_the_season_and_doubt_in_lower_case():
    summer, winter = ms(2026, 7, 1), NOON
    sure = VirtualLinky(MeterSpec(), winter)
    doubtful = VirtualLinky(MeterSpec(degraded_clock=True), winter)
    assert one(sure, winter)["DATE"].horodate.text == "H260114120000"
    assert one(doubtful, winter)["DATE"].horodate.text[0] == "h"
    assert one(doubtful, winter)["STGE"].value.clock == "degraded"
    in_summer = one(VirtualLinky(MeterSpec(), summer), summer)
    assert in_summer["DATE"].horodate.text == "E260701020000"


def test_a_clock_that_is_wrong_is_wrong_by_that_much():
    meter = VirtualLinky(MeterSpec(clock_error_ms=90_000), NOON)
    assert one(meter, NOON)["DATE"].horodate.at_ms == NOON + 90_000


def test_maxima_start_anew_at_midnight_and_yesterdays_stay():
    midnight = ms(2026, 1, 14, 23)
    meter = VirtualLinky(MeterSpec(phases=3), NOON)
    before, after = one(meter, midnight - 1000), one(meter, midnight + 30_000)
    for n in ("", "1", "2", "3"):
        assert value(after, f"SMAXSN{n}-1") == value(before, f"SMAXSN{n}")
        assert value(after, f"SMAXSN{n}") < value(before, f"SMAXSN{n}")
        assert before[f"SMAXSN{n}"].horodate.at_ms < midnight


def test_the_load_curve_is_the_mean_of_what_was_counted():
    meter = VirtualLinky(MeterSpec(producer=True), NOON)
    end = NOON + 30 * 60_000
    first, last = one(meter, NOON), one(meter, end)
    assert last["CCASN"].horodate.at_ms == end
    assert last["CCASN-1"].horodate.at_ms == NOON
    for label, index in (("CCASN", "EAST"), ("CCAIN", "EAIT")):
        counted = (value(last, index) - value(first, index)) * 2
        assert abs(value(last, label) - counted) <= 2  # Wh are whole
        assert value(first, label) == value(last, f"{label}-1")


def test_the_mean_voltage_is_dated_each_ten_minutes():
    frame = one(VirtualLinky(MeterSpec(phases=3), NOON), NOON + 17 * 60_000)
    stamps = {frame[f"UMOY{n}"].horodate.at_ms for n in (1, 2, 3)}
    assert stamps == {NOON + 10 * 60_000}


def test_the_status_register_agrees_with_everything_else():
    meter = VirtualLinky(MeterSpec(contract=Contract.TEMPO, producer=True), NOON)
    directions = set()
    for n in range(24 * 6):
        frame = one(meter, NOON + n * 600_000)
        status = frame["STGE"].value
        assert isinstance(status, Stge)
        assert status.supplier_index == value(frame, "NTARF")
        exporting = status.direction is Direction.EXPORT
        assert exporting == (value(frame, "SINSTI") > 0)
        assert not (exporting and value(frame, "SINSTS"))
        assert (status.dry_contact == "closed") == (frame["RELAIS"].raw == "001")
        assert not status.overload
        directions.add(status.direction)
    assert directions == set(Direction)


def test_tempo_days_turn_at_six_and_announce_the_next_from_eleven():
    meter = VirtualLinky(MeterSpec(contract=Contract.TEMPO), ms(2026, 1, 1))
    seen = set()
    for day in range(1, 29):
        morning, evening = (one(meter, ms(2026, 1, day, hour, 30)) for hour in (8, 20))
        nextday = one(meter, ms(2026, 1, day + 1, 4, 30))
        colour = morning["STGE"].value.tempo_today
        assert morning["STGE"].value.tempo_tomorrow == "none"
        assert evening["STGE"].value.tempo_today == colour
        assert nextday["STGE"].value.tempo_today == colour
        announced = evening["STGE"].value.tempo_tomorrow
        following = one(meter, ms(2026, 1, day + 1, 8))
        assert announced == following["STGE"].value.tempo_today
        peak = colour in ("white", "red")
        assert bool(morning["STGE"].value.peak_running) == peak
        dated = "DPM1" in morning or "DPM2" in morning
        assert ("PPOINTE" in morning) == dated == peak
        seen.add(colour)
    assert seen == {"blue", "white", "red"}


def test_the_historic_mode_tells_tempo_by_its_own_words():
    meter = VirtualLinky(
        MeterSpec(mode=Mode.HISTORIC, contract=Contract.TEMPO), ms(2026, 1, 1)
    )
    words = {
        one(meter, ms(2026, 1, day, hour, 30))[label].raw
        for day in range(1, 29)
        for hour in (4, 20)
        for label in ("PTEC", "DEMAIN")
    }
    assert words >= {"HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR"}
    assert words >= {"BLEU", "BLAN", "ROUG"}


def test_an_ejp_peak_is_announced_half_an_hour_before():
    meter = VirtualLinky(MeterSpec(mode=Mode.HISTORIC, contract=Contract.EJP), NOON)
    told = [
        (one(meter, at).get("PEJP") is not None, one(meter, at)["PTEC"].raw)
        for at in range(ms(2026, 1, 15), ms(2026, 1, 29), 30 * 60_000)
    ]
    starts = [
        n
        for n, ((_, was), (_, now)) in enumerate(pairwise(told))
        if (was, now) == ("HN..", "PM..")
    ]
    assert starts
    assert all(told[n][0] for n in starts)
    assert sum(notice for notice, _ in told) == len(starts)


def test_over_the_subscribed_power_one_phase_tells_adps():
    spell = Spell(NOON + 60_000, NOON + 120_000)
    spec = MeterSpec(mode=Mode.HISTORIC, overloads=(spell,))
    meter = VirtualLinky(spec, NOON)
    assert "ADPS" not in one(meter, NOON)
    over = one(meter, NOON + 90_000)
    assert value(over, "ADPS") == value(over, "IINST") > spec.limit_a
    assert "ADPS" not in one(meter, NOON + 130_000)
    standard = meter.speaking(Mode.STANDARD)
    assert one(standard, NOON + 90_000)["STGE"].value.overload
    assert not one(standard, NOON)["STGE"].value.overload


def test_on_three_phases_an_overload_is_twenty_short_frames_then_a_long_one():
    spell = Spell(NOON + 60_000, NOON + 120_000)
    spec = MeterSpec(mode=Mode.HISTORIC, phases=3, overloads=(spell,))
    meter = VirtualLinky(spec, NOON)
    frames = decoded(meter, NOON + 60_000, NOON + 180_000)
    runs, run = [], 0
    for frame in frames:
        if frame.short:
            run += 1
            assert list(frame.groups)[:4] == ["ADIR1", "ADIR2", "ADIR3", "ADCO"]
        elif run:
            runs.append(run)
            run = 0
    assert len(runs) >= 4
    assert all(18 <= run <= 22 for run in runs)
    # For one minute after, then no more.
    assert not one(meter, NOON + 181_000).short


def test_a_home_with_panels_and_no_such_contract_exports_unmeasured():
    meter = VirtualLinky(MeterSpec(solar=True), ms(2026, 6, 20))
    frames = [one(meter, ms(2026, 6, 20, 11, minute)) for minute in range(60)]
    exporting = [f for f in frames if f["STGE"].value.direction is Direction.EXPORT]
    assert exporting
    assert all("SINSTI" not in f and value(f, "SINSTS") == 0 for f in exporting)
    historic = meter.speaking(Mode.HISTORIC)
    assert value(one(historic, ms(2026, 6, 20, 11, 30)), "PAPP") % 10 == 0


def test_frames_follow_each_other_at_the_speed_of_the_line():
    meter = VirtualLinky(MeterSpec(), NOON)
    timed = list(meter.timed_frames(NOON, NOON + 60_000))
    for (at, frame), (following, _) in pairwise(timed):
        gap_ms = following - at - len(frame) / 0.96
        assert 15 < gap_ms < 35


@pytest.mark.parametrize(
    ("given", "said"), [({"phases": 2}, "phases"), ({"pref_kva": 0}, "subscribed")]
)
def test_a_meter_that_can_not_be_is_refused(given, said):
    with pytest.raises(ValueError, match=said):
        MeterSpec(**given)


def test_its_numbers_are_invented_and_of_its_kind():
    assert MeterSpec(seed=7).address == "041961000007"
    assert MeterSpec(seed=7, phases=3).address == "041963000007"
    assert MeterSpec(seed=7).prm == "99000000000007"
