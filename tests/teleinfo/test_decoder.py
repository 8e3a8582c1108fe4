"""The decoder on damaged, interrupted and endless streams, and on a change of mode."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleinfo import Decoder, Mode
from teleinfo.encode import frame, group, group_line

STANDARD, HISTORIC = Mode.STANDARD, Mode.HISTORIC


def labels(found) -> list[list[str]]:
    return [list(one.groups) for one in found]


def swapped(data: bytes, one: bytes, other: bytes) -> bytes:
    return data.replace(one, b"@").replace(other, one).replace(b"@", other)


def line(data: bytes, label: str) -> bytes:
    start = data.index(f"\n{label}\t".encode())
    return data[start : data.index(b"\r", start) + 1]


@pytest.mark.parametrize("name", ["std_1p_hc", "hist_1p_base"])
@pytest.mark.parametrize("chosen", list(Mode))
def test_a_mode_that_was_told_is_kept_to(name, chosen, meter):
    decoder = Decoder(chosen)
    found = decoder.feed(meter(name) * 3) + decoder.flush()
    right = name.startswith("std") == (chosen is STANDARD)
    assert len(found) == (3 if right else 0)
    assert decoder.mode is chosen


def test_fewer_than_three_groups_are_no_mode_while_the_stream_lasts():
    decoder = Decoder()
    two = frame(HISTORIC, [("BASE", "000000001"), ("PTEC", "TH..")])
    assert decoder.feed(two) == []
    assert decoder.mode is None
    assert [len(one) for one in decoder.feed(two)] == [2, 2]
    assert decoder.mode is HISTORIC


def test_the_end_of_a_stream_makes_do_with_what_there_is():
    decoder = Decoder()
    assert decoder.feed(frame(HISTORIC, [("BASE", "000000001")])) == []
    assert len(decoder.flush()) == 1
    assert decoder.mode is HISTORIC


@pytest.mark.parametrize("size", [1, 50, 10_000])
def test_a_switch_by_the_supplier_is_followed_both_ways(size, meter, decoded):
    one, other = meter("hist_1p_hc_old"), meter("std_1p_hc")
    data = one * 2 + one[:90] + other * 3 + other[300:] + one * 2
    found = decoded(data, chunk=size)
    assert {f.mode for f in found if f.complete} == {HISTORIC, STANDARD}
    assert sum(f.complete for f in found) == 7
    decoder = Decoder()
    decoder.feed(data)
    assert decoder.counters.mode_changes == 2


def test_a_switch_amid_a_frame_keeps_the_groups_on_both_sides(meter, decoded):
    one, other = meter("hist_1p_hc_old"), meter("std_1p_hc")
    head = one[: one.index(b"\nPTEC")]
    tail = other[other.index(b"\nEAST") :]
    before, found_head, found_tail = decoded(one + head + tail)
    assert before.complete
    assert (len(found_head), found_head.complete) == (5, False)
    assert (len(found_tail), found_tail.complete) == (33, False)


def test_eot_ends_a_frame_early(meter):
    whole = meter("hist_1p_base")
    cut = whole[: whole.index(b"\nPTEC")] + b"\x04"
    first, second = Decoder(HISTORIC).feed(cut + whole)
    assert (first.complete, second.complete) == (False, True)
    assert list(first.groups) == ["ADCO", "OPTARIF", "ISOUSC", "BASE"]


def test_stx_without_etx_starts_another_frame(meter):
    whole = meter("hist_1p_base")
    first, second = Decoder(HISTORIC).feed(whole[:-1] + whole)
    assert (first.complete, second.complete) == (False, True)


@pytest.mark.parametrize("name", ["std_1p_hc", "hist_1p_base"])
def test_lost_marks_are_made_up_for_by_the_meter_s_number(name, meter, decoded):
    whole = meter(name)
    first, second = decoded(whole[:-1] + whole[1:])
    assert (first.complete, second.complete) == (False, True)
    assert len(first) == len(second)


def test_a_short_frame_after_lost_marks_keeps_its_overloads(meter, decoded):
    short, long = meter("hist_3p_overload_short").split(b"\x03")[:2]
    first, second = decoded(long + short[1:] + b"\x03")
    assert "ADIR1" not in first
    assert second.short
    assert second.complete


def test_a_lost_boundary_between_two_frames_parts_them(meter, decoded):
    whole = meter("std_1p_hc")
    cut = whole[: whole.index(b"\nPREF")] + whole[whole.index(b"\nEASF04") :]
    first, second = decoded(cut)
    assert not first.complete
    assert not second.complete
    assert next(iter(second.groups)) == "EASF04"
    assert not first.refusals + second.refusals


def test_a_label_hit_into_another_is_refused_and_the_true_one_lives(meter, decoded):
    whole = meter("std_1p_hc")
    # EASF01 hit into EASF08 by one bit, its sum made good by hits in the data.
    false = group(STANDARD, "EASF08", "004000000")
    (found,) = decoded(whole.replace(line(whole, "EASF01"), false))
    assert "EASF01" not in found
    assert found.complete
    # Of the two EASF08 the one out of its place is the false one.
    assert found["EASF08"].value == 0
    assert [refusal.reason for refusal in found.refusals] == ["duplicate"]


def test_two_lines_that_changed_places_are_both_refused(meter, decoded):
    whole = meter("std_1p_hc")
    one, other = line(whole, "IRMS1"), line(whole, "URMS1")
    (found,) = decoded(swapped(whole, one, other))
    assert {refusal.label for refusal in found.refusals} == {"IRMS1", "URMS1"}
    assert {refusal.reason for refusal in found.refusals} == {"order"}
    assert len(found) == 36


def test_a_line_said_twice_word_for_word_counts_once(meter, decoded):
    whole = meter("std_1p_hc")
    stamped = line(whole, "SMAXSN")
    (found,) = decoded(whole.replace(stamped, stamped * 2))
    assert found["SMAXSN"].value == 4210
    (refusal,) = found.refusals
    assert refusal == ("SMAXSN\tH261124064012\t04210", "duplicate", "SMAXSN")


def test_a_label_said_twice_with_two_values_counts_not_at_all(meter, decoded):
    whole = meter("std_1p_hc")
    false = group(STANDARD, "EAST", "012345679")
    true = line(whole, "EAST")
    (found,) = decoded(whole.replace(true, true + false))
    assert "EAST" not in found
    assert [refusal.label for refusal in found.refusals] == ["EAST", "EAST"]


def test_an_unknown_label_is_refused_and_seen(meter, decoded):
    whole = meter("std_1p_hc")
    news = b"\n" + group_line(STANDARD, "NEUF", "1") + b"\r"
    (found,) = decoded(whole.replace(b"\nSTGE", news + b"\nSTGE"))
    assert len(found) == 38
    (refusal,) = found.refusals
    assert (refusal.reason, refusal.label) == ("unknown_label", None)
    assert refusal.group.startswith("NEUF\t1\t")


def test_a_mark_made_by_a_hit_ends_no_whole_frame(meter):
    whole = meter("hist_1p_hc_old")
    hit = whole.replace(b"HP..", b"HP\x03.")
    first, second = Decoder(HISTORIC).feed(hit)
    assert not first.complete
    assert not second.complete


@pytest.mark.parametrize("mode", [None, *Mode])
@given(data=st.lists(st.binary(max_size=600), max_size=8))
def test_no_bytes_raise_anything_or_make_up_a_group(mode, data):
    decoder = Decoder(mode)
    found = [one for chunk in data for one in decoder.feed(chunk)] + decoder.flush()
    assert found == []
    assert len(decoder.stray) <= 64


def held(decoder: Decoder) -> int:
    segments = sum(len(segment.body) for segment in decoder._held)
    return segments + len(decoder._tail) + len(decoder._segmenter._rest)


@pytest.mark.parametrize("junk", [b"\x55", b"\x00", b"\r\n\x02", b"A\r", b"\x02\x03"])
def test_a_line_at_the_wrong_speed_holds_no_memory(junk):
    decoder = Decoder()
    for _ in range(300):
        assert decoder.feed(junk * 100) == []
        assert held(decoder) <= 10 * 2049
    assert sys.getsizeof(decoder.stray) < 10_000
    assert all(len(refusal.group) <= 4 * 129 for refusal in decoder.stray)


def test_a_frame_lists_no_more_refusals_than_it_could_have_groups(meter):
    whole = meter("hist_1p_base")
    noisy = whole.replace(b"\nPTEC", b"\nx\r" * 500 + b"\nPTEC")
    (found,) = Decoder(HISTORIC).feed(noisy)
    assert len(found) == 10
    assert len(found.refusals) == 64


def test_a_frame_too_long_is_cut_and_its_groups_kept(meter):
    whole = meter("hist_1p_base")
    decoder = Decoder(HISTORIC)
    found = decoder.feed(whole[:-1] + b"\nxxxxxxxx\r" * 300 + b"\x03" + whole)
    assert [one.complete for one in found] == [False, True]
    assert len(found[0]) == 10


def test_counters_tell_groups_frames_and_refusals(meter):
    decoder = Decoder()
    decoder.feed(meter("std_1p_hc").replace(b"IRMS1\t005", b"IRMS1\t006") * 2)
    assert decoder.counters.groups == 74
    assert decoder.counters.frames == 2
    assert decoder.counters.incomplete == 0
    assert decoder.counters.refused == {"checksum": 2}


def test_a_frame_can_be_asked_like_a_table(meter):
    (found,) = Decoder().feed(meter("std_1p_hc"))
    assert found["EAST"].value == 12_345_678
    assert found.get("EAIT") is None
    assert "EAIT" not in found
    assert found.address == "041961000042"
    assert found.horodate is not None
    assert found.horodate.text == "H261124071530"
    assert repr(found) == "<Frame standard, complete, 38 groups, 0 refused>"
    assert found != "a frame"
    (other,) = Decoder(HISTORIC).feed(frame(HISTORIC, [("BASE", "000000001")]))
    assert other.address is None
    assert other.horodate is None
    assert (
        repr(Decoder(HISTORIC).feed(meter("hist_1p_base")[5:])[0]).find("partial") > 0
    )
