"""Frames to readings: what was said, what was refused, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.registers import CATALOGUE
from edge.sample import HostInstant, Reading
from edge.sources.mapping import Mapper, reading
from teleinfo import encode
from teleinfo.decoder import Decoder
from teleinfo.frame import Frame
from teleinfo.mode import Mode
from teleinfo.virtual import Contract, MeterSpec, Spell, VirtualLinky
from teleinfo.virtual.wire import Check, Wire

SEEN = HostInstant(1_768_388_400_500, 1, synchronised=True, boot_id="b")
NOON = int(datetime(2026, 1, 14, 11, tzinfo=UTC).timestamp()) * 1000


def frames(sent: bytes, mode: Mode | None = None) -> list[Frame]:
    decoder = Decoder(mode)
    return decoder.feed(sent) + decoder.flush()


def frame(mode: Mode, *groups: tuple[str, ...]) -> Frame:
    (decoded,) = frames(encode.frame(mode, groups), mode)
    return decoded


def historic(*groups: tuple[str, ...]) -> Frame:
    return frame(Mode.HISTORIC, ("ADCO", "041961000001"), *groups)


def standard(*groups: tuple[str, ...]) -> Frame:
    return frame(Mode.STANDARD, ("ADSC", "041961000001"), *groups)


def values(of: Frame) -> dict:
    return dict(reading(of, "linky", SEEN).values)


def day(spec: MeterSpec, start_ms: int = NOON, minutes: int = 10) -> list[Frame]:
    meter = VirtualLinky(spec, start_ms)
    return frames(b"".join(meter.frames(start_ms, start_ms + minutes * 60_000)))


def test_a_standard_frame_is_dated_named_and_whole():
    (first, *_) = day(MeterSpec())
    got = reading(first, "linky", SEEN)
    assert (got.meter, got.seen, got.origin) == ("linky", SEEN, "tic")
    assert got.meter_clock.at_ms == NOON
    assert not got.meter_clock.degraded
    assert got.device == "041961000001"
    assert got.complete
    assert got.derived == frozenset()
    assert got.values["import_total_wh"] == first["EAST"].value
    assert got.values["tariff_option"] == "BASE"


@pytest.mark.parametrize("contract", list(Contract))
@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("mode", list(Mode))
def test_every_value_is_one_that_its_register_holds(mode, contract, phases):
    spec = MeterSpec(mode=mode, contract=contract, phases=phases, producer=True)
    for name, value in values(day(spec, minutes=1)[0]).items():
        register = CATALOGUE[name]
        if value is None:
            continue
        assert isinstance(value, str) is not (
            register.numeric or register.minimum is not None
        )
        if isinstance(value, int):
            assert register.minimum <= value <= register.maximum
        elif register.options:
            assert value in register.options


@settings(max_examples=15)
@given(
    spec=st.builds(
        MeterSpec,
        mode=st.sampled_from(Mode),
        contract=st.sampled_from(Contract),
        phases=st.sampled_from([1, 3]),
        producer=st.booleans(),
        overloads=st.sampled_from([(), (Spell(NOON + 30_000, NOON + 60_000),)]),
    ),
    ber=st.sampled_from([0.0, 1e-4, 1e-3]),
    seed=st.integers(0, 99),
)
def test_what_is_kept_from_the_frame_before_is_what_mapping_anew_would_give(
    spec, ber, seed
):
    meter = VirtualLinky(spec, NOON)
    sent = b"".join(meter.frames(NOON, NOON + 60_000))
    heard = Wire(ber, seed).receive(sent, 9600, 9600, Check.INPCK)
    mapper = Mapper("linky")
    for each in frames(heard, spec.mode):
        kept = dict(mapper.reading(each, SEEN).values)
        anew = values(each)
        if spec.mode is Mode.HISTORIC and spec.phases == 3:
            # That no phase is over is told by two long frames in a row only.
            for known in (kept, anew):
                for name in list(known):
                    if "overload" in name:
                        del known[name]
        assert kept == anew


def test_a_frame_that_says_nothing_new_gives_the_same_values_again():
    mapper = Mapper("linky")
    sent = VirtualLinky(MeterSpec(), NOON).frame_at(NOON)
    _, one, other = (mapper.reading(each, SEEN) for each in frames(sent * 3))
    assert one.values is other.values


def test_a_refused_group_is_unknown_and_an_absent_one_is_not_there():
    sent = encode.frame(
        Mode.STANDARD,
        [("ADSC", "041961000001"), ("EAST", "000000100"), ("SINSTS", "00250")],
    )
    (damaged,) = frames(sent.replace(b"000000100", b"000000200"), Mode.STANDARD)
    got = values(damaged)
    assert got == {"import_total_wh": None, "apparent_power_va": 250}


def test_a_status_that_was_refused_leaves_all_that_it_says_unknown():
    sent = encode.frame(Mode.STANDARD, [("ADSC", "041961000001"), ("STGE", "003A0001")])
    (damaged,) = frames(sent.replace(b"003A0001", b"003A0002"), Mode.STANDARD)
    got = values(damaged)
    assert got["status_register"] is got["overload"] is got["energy_direction"] is None


def test_a_partial_frame_counts_and_says_so():
    sent = VirtualLinky(MeterSpec(), NOON).frame_at(NOON)
    (part,) = frames(sent[100:], Mode.STANDARD)
    got = reading(part, "linky", SEEN)
    assert not got.complete
    assert got.device is None
    assert got.values["apparent_power_va"] is not None


def test_the_total_of_a_historic_contract_is_the_sum_of_all_its_indexes():
    got = reading(historic(("HCHC", "000000100"), ("HCHP", "000000023")), "l", SEEN)
    assert got.values["import_total_wh"] == 123
    assert got.values["import_tariff01_wh"] == 100
    assert got.values["import_tariff02_wh"] == 23
    assert got.derived == {"import_total_wh"}


def test_without_one_of_its_indexes_the_total_is_unknown():
    got = reading(historic(("HCHC", "000000100")), "linky", SEEN)
    assert got.values["import_total_wh"] is None
    assert got.derived == {"import_total_wh"}


def test_the_total_that_a_base_contract_sends_is_not_derived():
    got = reading(historic(("BASE", "000000100")), "linky", SEEN)
    assert got.values["import_total_wh"] == 100
    assert got.derived == frozenset()


def test_a_tempo_period_tells_the_colour_of_the_day():
    got = values(historic(("PTEC", "HPJW"), ("DEMAIN", "ROUG")))
    assert got["tariff_period"] == "HPJW"
    assert (got["tempo_today"], got["tempo_tomorrow"]) == ("white", "red")
    assert "tempo_today" not in values(historic(("PTEC", "HP..")))


def test_the_tariff_in_use_is_ntarfs_and_the_status_registers_without_it():
    assert values(standard(("STGE", "003A0401"), ("NTARF", "05")))["tariff_index"] == 5
    assert values(standard(("STGE", "003A0401")))["tariff_index"] == 2


def test_texts_are_short_and_no_message_is_an_empty_one():
    (first, *_) = day(MeterSpec(contract=Contract.HPHC), minutes=1)
    got = values(first)
    assert got["message_short"] == ""
    assert got["profile_tomorrow"] == "0000C001 06308002 2230C001"
    assert got["relays"] == 0


def test_a_masked_number_names_no_device():
    got = reading(frame(Mode.STANDARD, ("ADSC", "X" * 12)), "linky", SEEN)
    assert got.device is None


def test_neither_number_is_ever_a_value():
    for mode in Mode:
        (first, *_) = day(MeterSpec(mode=mode), minutes=1)
        spec = MeterSpec()
        assert not {spec.address, spec.prm} & {str(v) for v in values(first).values()}


# --- Overloads ---------------------------------------------------------------


def test_one_phase_is_over_while_adps_comes_and_no_more_after():
    mapper = Mapper("linky")
    calm = historic(("IINST", "010"))
    over = historic(("IINST", "050"), ("ADPS", "050"))
    told = [mapper.reading(f, SEEN).values for f in (calm, over, calm)]
    assert [v["overload"] for v in told] == ["no", "yes", "no"]
    assert [v["overload_current_l1_a"] for v in told] == [None, 50, None]


def damaged_adps() -> Frame:
    sent = encode.frame(
        Mode.HISTORIC,
        [("ADCO", "041961000001"), ("IINST", "050"), ("ADPS", "050")],
    )
    (decoded,) = frames(sent.replace(b"ADPS 050", b"ADPS 051"), Mode.HISTORIC)
    return decoded


def test_an_adps_that_was_refused_leaves_it_unknown():
    got = values(damaged_adps())
    assert got["overload"] is None
    assert got["overload_current_l1_a"] is None


def test_a_line_that_lost_its_label_may_have_been_adps():
    sent = encode.frame(
        Mode.HISTORIC,
        [("ADCO", "041961000001"), ("IINST", "050"), ("ADPS", "050")],
    )
    (decoded,) = frames(sent.replace(b"ADPS", b"A\x00PS"), Mode.HISTORIC)
    assert "overload" not in values(decoded)


def test_a_frame_that_was_cut_does_not_tell_that_there_is_none():
    sent = encode.frame(Mode.HISTORIC, [("IINST", "010"), ("PAPP", "02000")])
    (part,) = frames(sent[1:], Mode.HISTORIC)
    assert "overload" not in values(part)


def test_three_phases_stay_over_through_the_long_frames_of_an_overload():
    spec = MeterSpec(
        mode=Mode.HISTORIC, phases=3, overloads=(Spell(NOON + 20_000, NOON + 60_000),)
    )
    mapper = Mapper("linky")
    told = [
        (f.short, mapper.reading(f, SEEN).values.get("overload"))
        for f in day(spec, minutes=4)
    ]
    assert [said for short, said in told if short].count("yes") > 20
    first = next(n for n, (short, _) in enumerate(told) if short)
    last = max(n for n, (short, _) in enumerate(told) if short)
    assert (told[0][1], told[1][1]) == (None, "no")
    assert "no" not in [said for _, said in told[first : last + 2]]
    assert told[-1][1] == "no"


def test_in_standard_mode_the_status_register_tells_it():
    assert values(standard(("STGE", "003A0081")))["overload"] == "yes"
    assert values(standard(("STGE", "003A0001")))["overload"] == "no"


# --- Injection ----------------------------------------------------------------


def test_a_home_that_exports_unmeasured_is_estimated():
    exporting = standard(
        ("IRMS1", "005"), ("URMS1", "230"), ("SINSTS", "00000"), ("STGE", "003A0201")
    )
    assert values(exporting)["export_estimated_va"] == 1150
    assert values(exporting)["energy_direction"] == "export"
    blind = standard(("STGE", "003A0201"))
    assert values(blind)["export_estimated_va"] is None
    drawing = standard(("SINSTS", "00300"), ("STGE", "003A0001"))
    assert values(drawing)["export_estimated_va"] == 0


def test_what_is_measured_is_not_estimated():
    got = values(standard(("SINSTI", "01423"), ("STGE", "003A0301")))
    assert got["export_apparent_power_va"] == 1423
    assert "export_estimated_va" not in got


def test_in_historic_mode_current_without_power_is_power_that_leaves():
    assert (
        values(historic(("IINST", "003"), ("PAPP", "00000")))["export_estimated_va"]
        == 690
    )
    assert (
        values(historic(("IINST", "003"), ("PAPP", "00690")))["export_estimated_va"]
        == 0
    )


# --- The load curve ------------------------------------------------------------

POINTS = {
    "now": ("CCASN", "00170", "H260114120000"),
    "before": ("CCASN-1", "00162", "H260114113000"),
    "next": ("CCASN", "00190", "H260114123000"),
    "next before": ("CCASN-1", "00170", "H260114120000"),
}


def point(label: str, data: str, horodate: str) -> tuple[str, str, str]:
    return label, data, horodate


def slices(*seen_frames: Frame) -> list[tuple[int, int, int]]:
    mapper = Mapper("linky")
    readings: list[Reading] = [mapper.reading(f, SEEN) for f in seen_frames]
    return [
        (s.start_ms - NOON, s.end_ms - NOON, s.value)
        for r in readings
        for s in r.slices
    ]


def curve(*names: str) -> Frame:
    return standard(*(point(*POINTS[name]) for name in names))


HALF = 30 * 60_000


def test_a_point_is_the_mean_of_the_period_that_its_horodate_ends():
    first = curve("now", "before")
    assert slices(first, first, first) == [(-2 * HALF, -HALF, 162), (-HALF, 0, 170)]


def test_a_point_is_given_once_when_the_next_one_comes():
    first, following = curve("now", "before"), curve("next", "next before")
    got = slices(first, first, following, following, following)
    assert got[2:] == [(0, HALF, 190)]


def test_one_frame_alone_is_not_enough():
    first = curve("now", "before")
    false = standard(("CCASN", "09170", "H260114120000"), POINTS["before"])
    assert slices(false, first, false, first) == []


def test_without_the_point_before_its_length_is_not_known():
    first = curve("now")
    assert slices(first, first) == []


def test_the_length_is_remembered_over_a_hole():
    first, alone = curve("now", "before"), curve("next")
    assert slices(first, first, alone, alone)[-1] == (0, HALF, 190)


@pytest.mark.parametrize("minutes", [10, 60])
def test_curves_of_other_lengths_are_told_by_their_two_dates(minutes):
    before = "H260114115000" if minutes == 10 else "H260114110000"
    first = standard(POINTS["now"], ("CCASN-1", "00100", before))
    assert slices(first, first)[-1] == (-minutes * 60_000, 0, 170)


def test_two_dates_that_no_curve_has_tell_no_length():
    first = standard(POINTS["now"], ("CCASN-1", "00100", "H260114070000"))
    assert slices(first, first) == []
