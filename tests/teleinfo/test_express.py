"""The fast way gives what the plain way gives: frames, refusals and counts."""

from __future__ import annotations

import os
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleinfo import Decoder, Mode, encode
from teleinfo.label import Kind, Stamp
from teleinfo.labels import LABELS

EXAMPLES = int(os.environ.get("RELEVE_DECODER_EXAMPLES", "20"))
NAMES = (
    "std_1p_hc",
    "std_1p_producer",
    "std_3p_tempo",
    "hist_1p_tempo",
    "hist_1p_hc_overload",
    "hist_3p_overload_short",
)
SEPARATORS = b"\r\n\x02\x03\x04\t \x00\x0b\x0c\xff"


def varied(data: bytes, random: Random, mode: Mode) -> bytes:
    """Give the same frames with many numbers drawn anew, their checksums right."""
    frames = []
    for frame in Decoder(mode).feed(data):
        groups = []
        for group in frame:
            label = LABELS[mode][group.label]
            raw = group.raw
            counts = label.kind is Kind.NUMBER and label.maximum is None
            if counts and random.random() < 0.5:
                raw = f"{random.randrange(1, 10**label.width):0{label.width}}"
            stamp = "" if group.horodate is None else group.horodate.text
            if label.stamp is Stamp.DATED and random.random() < 0.5:
                stamp = f"{random.choice('HEhe')}2611{random.randint(10, 30)}071530"
            groups.append((label.name, raw, stamp))
        frames.append(encode.frame(mode, groups))
    return b"".join(frames)


@st.composite
def damages(draw, size: int) -> list[tuple[str, int, int]]:
    kinds = st.sampled_from(("flip", "set", "drop", "double", "swap", "cut"))
    return draw(
        st.lists(
            st.tuples(kinds, st.integers(0, size - 1), st.integers(0, 255)), max_size=6
        )
    )


def damaged(data: bytes, damage: list[tuple[str, int, int]]) -> bytes:
    stream = bytearray(data)
    for kind, place, amount in damage:
        at = place % max(1, len(stream) - 1)
        match kind:
            case "flip":
                stream[at] ^= 1 << amount % 8
            case "set":
                stream[at] = SEPARATORS[amount % len(SEPARATORS)]
            case "drop":
                del stream[at]
            case "double":
                stream[at:at] = stream[at : at + 1 + amount % 30]
            case "swap":
                stream[at : at + 2] = stream[at : at + 2][::-1]
            case _:
                del stream[at : at + amount]
    return bytes(stream)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("told", [True, False])
def test_the_fast_way_reads_what_the_plain_way_reads(name, told, meter, plainly):
    whole = meter(name)
    mode = Mode.STANDARD if name.startswith("std") else Mode.HISTORIC

    @given(st.randoms(use_true_random=False), damages(8 * len(whole)))
    @settings(max_examples=EXAMPLES)
    def check(random, damage):
        frames = [varied(whole, random, mode) for _ in range(4)]
        data = damaged(whole + whole + b"".join(frames) + whole + whole, damage)
        fast, plain = Decoder(mode if told else None), plainly(mode if told else None)
        size = random.choice((1, 13, 500, len(data)))
        chunks = [data[at : at + size] for at in range(0, len(data), size)]
        found = [frame for chunk in chunks for frame in fast.feed(chunk)]
        found += fast.flush()
        assert found == plain.feed(data) + plain.flush()
        assert fast.counters == plain.counters
        assert fast.stray == plain.stray
        assert fast.mode == plain.mode

    check()


def test_frames_in_which_nothing_repeats_are_read_whole(meter, plainly):
    random = Random(1)
    whole = meter("std_3p_producer_largest")
    data = whole + b"".join(varied(whole, random, Mode.STANDARD) for _ in range(50))
    fast = Decoder(Mode.STANDARD)
    frames = fast.feed(data)
    # Some were checked whole, their groups not made yet: the same all the same.
    assert any(frame._make is not None for frame in frames)
    assert frames == plainly(Mode.STANDARD).feed(data)
    assert fast.counters.groups == sum(map(len, frames))


@pytest.mark.parametrize("byte", [0x00, 0x7F, 0x80, 0xFF, ord("p"), ord(" ")])
def test_a_hit_in_a_frame_of_news_costs_its_group_alone(byte, meter):
    random = Random(2)
    whole = meter("std_1p_hc")
    news = bytearray(varied(whole, random, Mode.STANDARD))
    news[news.index(b"EAST\t") + 8] = byte
    decoder = Decoder(Mode.STANDARD)
    fresh = [varied(whole, random, Mode.STANDARD) for _ in range(3)]
    *_, frame = decoder.feed(whole + b"".join(fresh) + bytes(news))
    assert frame.complete
    assert "EAST" not in frame
    assert len(frame) == 37


def test_a_line_met_before_counts_only_where_it_stood(meter):
    whole = meter("std_1p_hc")
    index = b"\nEASF03\t000000000\t$\r"
    other = b"\nEASF04\t000000000\t%\r"
    swapped = whole.replace(other, index)
    decoder = Decoder(Mode.STANDARD)
    _, frame = decoder.feed(whole + swapped)
    assert "EASF04" not in frame
    assert [refusal.reason for refusal in frame.refusals] == ["duplicate"]
    assert frame["EASF03"].value == 0


def test_a_thousand_lengths_and_lines_are_forgotten_in_time(plainly):
    random = Random(3)
    labels = [f"EASF{n:02}" for n in range(1, 11)]
    data = b"".join(
        encode.frame(
            Mode.STANDARD,
            [
                (label, f"{random.randrange(10**9):09}")
                for label in labels
                if random.random() < 0.5
            ],
        )
        for _ in range(1500)
    )
    decoder = Decoder(Mode.STANDARD)
    assert decoder.feed(data) == plainly(Mode.STANDARD).feed(data)
    express = decoder._express[Mode.STANDARD]
    assert len(express._layouts) <= 16
    assert len(express._known) <= 4096
