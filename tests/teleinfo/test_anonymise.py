"""An anonymised capture shows no number of the meter nor the home, even damaged."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleinfo.anonymise import RUN, Anonymiser, anonymise
from teleinfo.decoder import Decoder
from teleinfo.encode import frame, group, group_line
from teleinfo.frame import Frame
from teleinfo.mode import Mode
from teleinfo.virtual import Faults, MeterSpec, VirtualLinky
from teleinfo.virtual.wire import Check, Wire

NUMBER, PRM = "021861739264", "14268395174826"
NOON = 1_768_388_400_000


def capture(mode: Mode = Mode.STANDARD, count: int = 5) -> bytes:
    """Give frames of a meter whose numbers are not the virtual ones."""
    meter = VirtualLinky(MeterSpec(mode=mode), NOON)
    sent = b"".join(meter.frame_at(NOON + n * 1000) for n in range(count))
    for label, was, now in (
        ("ADSC", MeterSpec().address, NUMBER),
        ("ADCO", MeterSpec().address, NUMBER),
        ("PRM", MeterSpec().prm, PRM),
    ):
        before, after = (group_line(mode, label, n) for n in (was, now))
        sent = sent.replace(before, after)
    assert NUMBER.encode() in sent
    return sent


def decoded(data: bytes) -> list[Frame]:
    decoder = Decoder()
    return decoder.feed(data) + decoder.flush()


def leaks(shown: bytes, *numbers: str) -> list[str]:
    """Give the runs of digits of the numbers that can be seen, and are no index."""
    runs = {n[i : i + RUN] for n in numbers for i in range(len(n) - RUN + 1)}
    return [run for run in runs if run.encode() in shown]


@pytest.mark.parametrize("mode", list(Mode))
def test_every_frame_is_whole_and_every_other_group_is_as_it_was(mode):
    sent = capture(mode)
    before, after = decoded(sent), decoded(anonymise(sent))
    assert len(after) == len(before)
    personal = {"ADSC", "ADCO", "PRM"}
    for was, now in zip(before, after, strict=True):
        assert now.complete
        assert not now.refusals
        assert list(now.groups) == list(was.groups)
        for label, its in was.groups.items():
            assert (now[label] == its) != (label in personal)


def test_the_same_number_becomes_the_same_other_of_the_same_type():
    after = decoded(anonymise(capture()))
    numbers = {f["ADSC"].raw for f in after}
    assert len(numbers) == 1
    assert len({f["PRM"].raw for f in after}) == 1
    assert numbers.pop()[4:6] == NUMBER[4:6]  # 61: one phase


def test_two_captures_of_one_meter_can_not_be_told_to_be():
    one, other = (decoded(anonymise(capture()))[0]["ADSC"].raw for _ in range(2))
    assert one != other


@given(st.integers(0, 10**12 - 1).map(lambda n: f"{n:012}"), st.integers())
def test_no_run_of_a_number_survives_in_the_invented_one(number, seed):
    sent = frame(Mode.STANDARD, [("ADSC", number)])
    shown = anonymise(sent, random.Random(seed))
    if number.strip("0"):
        assert leaks(shown, number) == []


@pytest.mark.parametrize("ber", [1e-3, 1e-2])
@pytest.mark.parametrize("check", list(Check))
def test_on_a_noisy_line_nothing_of_the_numbers_is_seen(ber, check):
    # Only the personal groups, so that no index holds a run of theirs by chance.
    sent = frame(Mode.STANDARD, [("ADSC", NUMBER), ("PRM", PRM)]) * 400
    noisy = Wire(ber, seed=5).receive(sent, 9600, 9600, check)
    shown = anonymise(noisy, random.Random(1))
    for run in re.findall(rb"\d{4,}", shown):
        assert leaks(run, NUMBER, PRM) == []


@given(st.data())
def test_a_damaged_number_shows_none_of_its_characters(draw):
    line = bytearray(group(Mode.STANDARD, "ADSC", NUMBER))
    at = draw.draw(st.integers(1, len(line) - 2))
    line[at] ^= 1 << draw.draw(st.integers(0, 7))
    shown = anonymise(bytes(line))
    kept = set(shown) - set(b"ADSC\t\r\n\x02\x03\x04X\x10\x00\x0c\x0b\x0d")
    if not decoded(bytes(line)):
        assert not kept & set(b"0123456789")


def test_glued_lines_hide_the_number_whatever_label_they_start_with():
    glued = (
        group(Mode.STANDARD, "RELAIS", "000")[:-1]
        + group(Mode.STANDARD, "ADSC", NUMBER)[1:]
    )
    shown = anonymise(glued)
    assert shown.startswith(b"\nRELAIS\tXXX\t")
    assert leaks(shown, NUMBER) == []


def test_a_refused_line_keeps_its_label_and_the_places_of_its_bad_bytes():
    assert anonymise(b"\nEAST\t0159\x0095194\t:\r") == b"\nEAST\tXXXX\x00XXXXX\tX\r"
    assert anonymise(b"\nPAPP 0\xb9\x10\x0c40 %\r") == b"\nPAPP X\xd8\x10\x0cXX X\r"


def test_what_the_supplier_wrote_to_the_home_is_hidden_and_none_is_shown():
    none = group(Mode.STANDARD, "MSG1", "PAS DE          MESSAGE         ")
    some = group(Mode.STANDARD, "MSG2", "M DUPONT RAPPEL ")
    assert anonymise(none) == none
    assert anonymise(some) == group(Mode.STANDARD, "MSG2", "X XXXXXX XXXXXX ")


def test_a_number_that_was_masked_or_never_set_stays():
    for label, number in (("PRM", "0" * 14), ("ADSC", "X" * 12)):
        line = group(Mode.STANDARD, label, number)
        assert anonymise(line) == line


@given(st.lists(st.integers(1, 400), max_size=12))
def test_it_does_not_matter_how_the_bytes_are_cut(sizes):
    sent = Wire(1e-3).receive(capture(count=2), 9600, 9600, Check.INPCK)
    whole = anonymise(sent, random.Random(7))
    rewrite = Anonymiser(random.Random(7))
    cut, at = b"", 0
    for size in sizes:
        cut += rewrite.feed(sent[at : at + size])
        at += size
    assert cut + rewrite.feed(sent[at:]) + rewrite.flush() == whole


def test_a_line_without_end_is_not_kept_in_memory_nor_shown():
    rewrite = Anonymiser()
    shown = b"".join(rewrite.feed(NUMBER.encode() * 20) for _ in range(100))
    assert len(rewrite._rest) <= 1000
    assert set(shown) <= set(b"X")


def test_faults_have_sane_defaults():
    assert Faults() == Faults(ber=0.0, eot_one_in=0, eight_bits=False, seed=1)
