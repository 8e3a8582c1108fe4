"""Data fields to values: exact width, exact characters, nothing a meter can't mean."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleinfo.errors import ValueRefused
from teleinfo.label import Kind
from teleinfo.labels import LABELS
from teleinfo.mode import Mode
from teleinfo.pattern import data_pattern
from teleinfo.schedule import Schedule
from teleinfo.values import READERS_OF_CHECKED, read

ROWS = [row for rows in LABELS.values() for row in rows.values()]
HISTORIC, STANDARD = LABELS[Mode.HISTORIC], LABELS[Mode.STANDARD]


def reason(label, field):
    with pytest.raises(ValueRefused) as refused:
        read(label, field)
    return refused.value.reason


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("EAST", "021849106", 21849106),
        ("SINSTS", "00000", 0),
        ("NTARF", "10", 10),
        ("NGTF", "H PLEINE/CREUSE ", "H PLEINE/CREUSE"),
        ("LTARF", "    HP  BLEU    ", "HP BLEU"),
        ("MSG1", "PAS DE          MESSAGE         ", None),
        ("MSG1", "     PAS DE          MESSAGE    ", None),
        ("MSG2", "                ", None),
        ("MSG2", "TRAVAUX DEMAIN  ", "TRAVAUX DEMAIN"),
        ("PRM", "99000000000017", "99000000000017"),
        ("VTIC", "02", "02"),
        ("DATE", "", None),
        # What passed it on trimmed it whole: a real producer's NGTF came so.
        ("NGTF", "PRODUCTEUR", "PRODUCTEUR"),
    ],
)
def test_a_field_as_sent_is_its_value(name, field, value):
    assert read(STANDARD[name], field) == value


@pytest.mark.parametrize(
    ("name", "field", "why"),
    [
        ("EAST", "21849106", "width"),
        ("EAST", "0021849106", "width"),
        ("EAST", "02184910p", "charset"),
        ("EAST", " 21849106", "charset"),
        ("EAST", "-21849106", "charset"),
        ("EAST", "0218_9106", "charset"),
        ("PREF", "00", "value"),
        ("NTARF", "00", "value"),
        ("NTARF", "11", "value"),
        ("STGE", "003A00p1", "value"),
        ("STGE", "003A001", "width"),
        ("RELAIS", "256", "value"),
        ("RELAIS", "1p0", "value"),
        ("RELAIS", "01", "width"),
        ("PRM", "0736179447993p", "charset"),
        ("ADSC", "04196100002", "width"),
        ("DATE", "0", "width"),
        # Two of its spaces lost: the checksum can't see it.
        ("NGTF", "    TEMPO     ", "width"),
        ("NGTF", "  PRODUCTEUR", "width"),
        ("NGTF", "", "width"),
        ("MSG1", "PAS DE          MESSAGE       ", "width"),
        ("PJOURF+1", "00008001", "width"),
        ("PJOURF+1", "0000800G" + " NONUTILE" * 10, "value"),
        ("PJOURF+1", "00608001" + " NONUTILE" * 10, "value"),
        ("PJOURF+1", "0000-001" + " NONUTILE" * 10, "value"),
    ],
)
def test_a_standard_field_that_no_meter_sends_is_refused_with_its_reason(
    name, field, why
):
    assert reason(STANDARD[name], field) == why


@pytest.mark.parametrize(
    ("name", "field", "why"),
    [
        ("ISOUSC", "00", "value"),
        ("PEJP", "00", "value"),
        ("OPTARIF", "HC..x", "width"),
        ("OPTARIF", "HP..", "value"),
        ("PTEC", "HP.", "width"),
        ("PTEC", "HPJX", "value"),
        ("DEMAIN", "VERT", "value"),
        ("PPOT", "10", "value"),
        ("PPOT", "0G", "value"),
        ("HHPHC", "a", "charset"),
        ("MOTDETAT", "0000p0", "charset"),
        ("ADCO", "04196100002p", "charset"),
    ],
)
def test_a_historic_field_that_no_meter_sends_is_refused_with_its_reason(
    name, field, why
):
    assert reason(HISTORIC[name], field) == why


def test_masked_numbers_of_shared_captures_are_read():
    assert read(HISTORIC["ADCO"], "XXXXXXXXXXXX") == "XXXXXXXXXXXX"


@settings(max_examples=20)
@given(st.data())
@pytest.mark.parametrize("label", ROWS, ids=lambda label: label.name)
def test_the_pattern_of_whole_frames_says_the_same(label, data):
    pattern = data_pattern(label)
    field = data.draw(
        st.one_of(
            st.from_regex(pattern, fullmatch=True),
            st.text(
                "0123456789ABCDEFXp HC.BLNONUTIE-",
                min_size=label.width,
                max_size=label.width,
            ),
        )
    )
    try:
        value = read(label, field)
    except ValueRefused:
        assert re.fullmatch(pattern, field) is None
    else:
        # A text that was trimmed has no pattern: it is read line by line.
        trimmed = label.kind in (Kind.TEXT, Kind.MESSAGE) and len(field) < label.width
        assert (re.fullmatch(pattern, field) is None) == trimmed
        assert READERS_OF_CHECKED[label.kind](field) == value


BLOCKS = st.one_of(
    st.just("NONUTILE"),
    st.tuples(st.text("0123456789ABCDEF", min_size=4, max_size=4), st.just("8001")).map(
        "".join
    ),
    st.sampled_from(["23598001", "173B8001", "06008001", "00608001", "24008001"]),
)


@given(st.lists(BLOCKS, min_size=11, max_size=11).map(" ".join))
def test_the_pattern_of_a_schedule_says_the_same(field):
    label = STANDARD["PJOURF+1"]
    matched = re.fullmatch(data_pattern(label), field) is not None
    try:
        assert read(label, field) == Schedule.from_checked(field)
        assert matched
    except ValueRefused:
        assert not matched
