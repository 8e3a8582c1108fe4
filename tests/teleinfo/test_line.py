"""What stands between two separators: one group, or what a hit made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleinfo import Group, Mode, Refusal
from teleinfo.labels import LABELS
from teleinfo.line import groups_of

STANDARD, HISTORIC = Mode.STANDARD, Mode.HISTORIC
PREF = b"PREF\t12\tB"
PCOUP = b"PCOUP\t12\t\\"
PRM = b"PRM\t99000000000017\t["
PTEC = b"PTEC HP..  "
PAPP = b"PAPP 00760 ."


def read(line: bytes, mode: Mode = STANDARD) -> tuple[list[str], list[str]]:
    """Give the labels kept and the lines refused."""
    items = groups_of(line, mode)
    kept = [item.label for item in items if isinstance(item, Group)]
    refused = [item.group for item in items if isinstance(item, Refusal)]
    return kept, refused


@pytest.mark.parametrize("hit", [b"\x0b", b"\x0e", b"\x0f", b"\x00", b"\x8a", b"J"])
def test_a_lf_that_was_hit_costs_nothing(hit):
    assert read(hit + PREF) == (["PREF"], [])
    assert read(hit + PAPP, HISTORIC) == (["PAPP"], [])


@pytest.mark.parametrize("hit", [b"\x0c", b"\x0f", b"\x05", b"\x00", b"\x8d", b"\t"])
def test_a_cr_that_was_hit_costs_nothing(hit):
    assert read(PREF + hit) == (["PREF"], [])


@pytest.mark.parametrize("hit", [b"\x0c", b"\x00", b"\x8d"])
def test_a_cr_that_was_hit_costs_nothing_in_historic_mode(hit):
    assert read(PTEC + hit, HISTORIC) == (["PTEC"], [])


@pytest.mark.parametrize("glue", [b"", b"\x0e", b"\x0c\x0b", b"\x00"])
def test_glued_groups_are_all_kept(glue):
    line = glue.join((PREF, PCOUP, PRM))
    assert read(line) == (["PREF", "PCOUP", "PRM"], [])


def test_a_damaged_group_costs_its_neighbour_nothing():
    assert read(b"PREF\t13\tB\x0e" + PCOUP) == (["PCOUP"], ["PREF\t13\tB\\x0e"])
    assert read(PREF + b"\x0ePCOUP\t13\t\\") == (["PREF"], ["\\x0ePCOUP\t13\t\\"])


def test_the_order_is_that_of_the_line():
    items = groups_of(PREF + b"\x0ePC\x01UP\t12\t\\\x0e" + PRM, STANDARD)
    assert [item[0] for item in items] == ["PREF", "\\x0ePC\\x01UP\t12\t\\\\x0e", "PRM"]


def test_a_group_with_a_nul_inside_is_one_refusal():
    kept, refused = read(b"EASD04\t0000000\x0000\t#")
    assert (kept, refused) == ([], ["EASD04\t0000000\\x0000\t#"])


def test_printable_junk_after_a_checksum_is_not_cut_off():
    # Nothing tells which of the two characters is the checksum's.
    assert read(b"PREF\t12\tBc") == ([], ["PREF\t12\tBc"])


def test_a_known_label_lost_in_junk_is_not_trusted_without_its_sum():
    line = b"ADCO 041961001`PR`PS|p~crSOUSC 20 8"
    assert read(line, HISTORIC) == ([], [line.decode()])


def test_the_hit_lines_of_real_meters_keep_what_is_whole():
    assert read(b"PRM\t99000000000024\tY\x0c") == (["PRM"], [])
    assert read(b"ISOUSC 20Po`\x1ex\x07PTEC TH.. $", HISTORIC) == (
        ["PTEC"],
        ["ISOUSC 20Po`\\x1ex\\x07"],
    )


def test_no_label_ends_another_one():
    # Else a group whose first characters were lost could pass as another.
    for labels in LABELS.values():
        for one in labels:
            assert not any(one != other and one.endswith(other) for other in labels)


@given(st.binary(max_size=300), st.sampled_from(Mode))
def test_any_line_gives_something_and_raises_nothing(line, mode):
    assert groups_of(line, mode)


LINES = st.sampled_from([PREF, PCOUP, PRM, b"EAST\t021849106\t.", b"PREF\t1", b"\xff"])


@given(st.lists(LINES, max_size=6), st.binary(max_size=3))
def test_glue_of_any_kind_makes_no_group_that_was_not_there(lines, glue):
    whole = {b"PREF\t12\tB", PCOUP, PRM, b"EAST\t021849106\t."}
    labels = {line.partition(b"\t")[0].decode() for line in lines if line in whole}
    assert set(read(glue.join(lines))[0]) <= labels
