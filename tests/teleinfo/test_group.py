"""One line, one group: read from its ends, never trimmed, refused with one reason."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleinfo import Mode, checksum, encode
from teleinfo.errors import GroupRefused
from teleinfo.group import parse, refusal, shown
from teleinfo.reason import Reason

STANDARD, HISTORIC = Mode.STANDARD, Mode.HISTORIC


def why(line: bytes, mode: Mode) -> Reason:
    with pytest.raises(GroupRefused) as refused:
        parse(line, mode)
    return refused.value.reason


@pytest.mark.parametrize(
    ("line", "mode", "label", "raw"),
    [
        (b"EAST\t021849106\t.", STANDARD, "EAST", "021849106"),
        (b"DATE\tE170915101601\t\t>", STANDARD, "DATE", ""),
        (b"PAPP 00760 .", HISTORIC, "PAPP", "00760"),
        # The checksum is a space: whoever trims loses these.
        (b"EASD01\t000000000\t ", STANDARD, "EASD01", "000000000"),
        (b"CCASN-1\tH200214225000\t00786\t ", STANDARD, "CCASN-1", "00786"),
        (b"PTEC HP..  ", HISTORIC, "PTEC", "HP.."),
        (b"BASE 010151175  ", HISTORIC, "BASE", "010151175"),
        (b"HCHC 000723392  ", HISTORIC, "HCHC", "000723392"),
        # The data ends in a space.
        (b"OPTARIF EJP  T", HISTORIC, "OPTARIF", "EJP "),
        (b"NGTF\t     TEMPO      \tF", STANDARD, "NGTF", "     TEMPO      "),
        # The season is a space.
        (b'DPM1\t 260214060000\t00\t"', STANDARD, "DPM1", "00"),
        # A nine-character label, longer than the standard says.
        (b"SMAXSN1-1\tH200213085118\t03129\tJ", STANDARD, "SMAXSN1-1", "03129"),
    ],
)
def test_a_real_line_is_read_as_sent(line, mode, label, raw):
    group = parse(line, mode)
    assert (group.label, group.raw) == (label, raw)


@pytest.mark.parametrize(
    ("line", "mode", "reason"),
    [
        (b"", STANDARD, "separator"),
        (b"EAST", STANDARD, "separator"),
        (b"EAST\t", STANDARD, "separator"),
        (b"EAST\t021849106.", STANDARD, "separator"),
        (b"EAST 021849106 .", STANDARD, "separator"),
        (b"PAPP\t00760\t.", HISTORIC, "charset"),
        (b"PAPP 00760.", HISTORIC, "separator"),
        (b"EAST\t021849106\t/", STANDARD, "checksum"),
        (b"PAPP 00760 /", HISTORIC, "checksum"),
        # A NUL adds nothing to the sum.
        (b"EAST\t0218\x0049106\t.", STANDARD, "charset"),
        (b"EAST\t021849106\xff\t.", STANDARD, "charset"),
        (b"EAST\t02184910\x7f\t.", STANDARD, "charset"),
        (b"x" * 129, STANDARD, "too_long"),
    ],
)
def test_a_damaged_line_is_refused_with_its_reason(line, mode, reason):
    assert why(line, mode) == reason


@pytest.mark.parametrize(
    ("mode", "label", "data", "horodate", "reason"),
    [
        # A false group of a real capture, its sum right by chance.
        (HISTORIC, "}PR`PzSOUSC", "20", "", "unknown_label"),
        (HISTORIC, "TENSION", "230", "", "unknown_label"),
        (HISTORIC, "EAST", "021849106", "", "unknown_label"),
        (STANDARD, "SINST1", "00230", "", "unknown_label"),
        (STANDARD, "PREF", "00", "", "value"),
        (STANDARD, "EAST", "21849106", "", "width"),
        (STANDARD, "EAST", "02184910p", "", "charset"),
        (STANDARD, "EAST", "021849106", "H261124071530", "separator"),
        (STANDARD, "SMAXSN", "02700", "", "separator"),
        (STANDARD, "SMAXSN", "02700", "H260231120000", "horodate"),
        (STANDARD, "DATE", "", " 261124071530", "horodate"),
        (STANDARD, "SMAXSN", "02700\t1", "H261124071530", "separator"),
    ],
)
def test_a_good_checksum_is_not_enough(mode, label, data, horodate, reason):
    assert why(encode.group_line(mode, label, data, horodate), mode) == reason


def test_the_historic_sum_leaves_out_the_last_separator_and_the_standard_has_it():
    assert checksum.of(b"PAPP 00760") == ord(".")
    assert checksum.of(b"EAST\t021849106\t") == ord(".")
    assert checksum.of(checksum.covers(b"PAPP 00760 .", HISTORIC)) == ord(".")


@given(st.binary(max_size=400))
def test_the_checksum_is_the_plain_sum_of_the_bytes(covered):
    assert checksum.of(covered) == (sum(covered) & 0x3F) + 0x20


def test_the_longest_sum_is_still_exact():
    assert checksum.of(b"\xff" * 255) == (255 * 255 & 0x3F) + 0x20
    assert checksum.of(b"\xff" * 2000) == (255 * 2000 & 0x3F) + 0x20


@given(st.binary(max_size=140), st.sampled_from(Mode))
def test_no_line_raises_anything_but_a_refusal(line, mode):
    with suppress(GroupRefused):
        assert parse(line, mode).raw.encode() in line


def test_a_refusal_shows_its_line_and_names_its_label():
    said = refusal(b"EAST\t0218\x00\t.", STANDARD, Reason.CHARSET)
    assert said == ("EAST\t0218\\x00\t.", "charset", "EAST")
    assert refusal(b"RMS3\t001\t1", STANDARD, Reason.CHECKSUM).label is None
    assert refusal(b"EAST", STANDARD, Reason.SEPARATOR).label is None


def test_a_long_line_is_shown_cut():
    assert shown(b"a" * 128) == "a" * 128
    assert shown(b"a" * 2000) == "a" * 128 + "…"
