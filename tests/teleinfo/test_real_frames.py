"""Every whole group of every real capture is kept, and nothing else.

The counts are those of the captures' index, which an independent checker of sums
wrote. Where ours differ, the reason stands beside.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from teleinfo import Decoder, Mode

INDEX = Path(__file__).parents[3] / "shared" / "samples" / "tic" / "INDEX.md"

# (kept, refused) where they are not the index's.
OURS = {
    # Good sums, but 6, 8 and 7 digits where the meter sends 5, 9 and 9.
    "hist_partial_synthetic": (1, 3),
    # The last group has no CR yet: it is whole all the same.
    "std_1p_producer": (68, 1),
    # A CR that was hit (0x0C) after a good checksum costs nothing.
    "std_3p_tempo_stream_errors": (77, 1),
    "std_corrupt_lines_linkytic51": (1, 3),
    # The NULs of a port just opened are a line that holds no group.
    "hist_1p_hchp_stream1": (153, 2),
    "hist_1p_hchp_stream2": (1372, 2),
}


def rows() -> list[tuple[str, str, int, int]]:
    if not INDEX.exists():
        return []
    cells = [
        [cell.strip() for cell in line.split("|")]
        for line in INDEX.read_text().splitlines()
    ]
    return [
        (row[1].removesuffix(".txt"), row[2], int(row[9]), int(row[10]))
        for row in cells
        if len(row) > 11 and row[1].endswith(".txt")
    ]


@pytest.mark.parametrize(("name", "mode", "kept", "refused"), rows())
def test_every_whole_group_is_kept_and_the_mode_found(
    name, mode, kept, refused, capture
):
    decoder = Decoder()
    frames = decoder.feed(capture(name)) + decoder.flush()
    counted = (sum(map(len, frames)), decoder.counters.refused.total())
    assert counted == OURS.get(name, (kept, refused))
    assert decoder.counters.groups == counted[0]
    # Five damaged lines and no whole group: no mode is made up.
    assert decoder.mode == (None if counted[0] == 0 else Mode(mode))


def test_the_index_was_read_where_it_is_there():
    assert len(rows()) in (0, 29)


COMPLETE = {
    "std_1p_base_consumer_continuous": 12,
    "hist_3p_base_linky": 6,  # STX CR LF, and LF before ETX
    "hist_3p_base_linky_2024": 4,  # no CR and no ETX: a tty changed both
    "hist_1p_tempo_linky_10frames": 10,
    "hist_1p_hchp_stream2": 124,
    "enedis_std_1p_hphc": 1,
    "enedis_std_1p_pcoup_invalid": 1,  # whole, with one group refused
    "std_1p_producer": 1,
    "hist_1p_tempo_one_frame": 0,  # no mark at all: nobody saw it end
    "hist_1p_tempo_truncated": 0,
    "hist_eot_linkytic9": 0,
}


@pytest.mark.parametrize(("name", "complete"), COMPLETE.items())
def test_a_frame_is_complete_when_its_start_and_end_were_seen(
    name, complete, capture, decoded
):
    assert sum(frame.complete for frame in decoded(capture(name))) == complete


def test_a_wrong_checksum_costs_its_group_alone(capture, decoded):
    (frame,) = decoded(capture("enedis_std_1p_pcoup_invalid"))
    assert len(frame) == 37
    (refusal,) = frame.refusals
    assert (refusal.label, refusal.reason) == ("PCOUP", "checksum")


def test_the_mode_is_told_by_the_bytes_alone_at_every_chunking(capture, decoded):
    data = capture("hist_3p_base_linky_2024")
    whole = decoded(data)
    for size in range(1, len(data)):
        assert decoded(data, chunk=size) == whole


def test_a_standard_capture_gives_the_same_in_chunks_of_every_size(capture, decoded):
    data = capture("std_3p_tempo_stream_errors")
    whole = decoded(data)
    for size in range(1, len(data)):
        assert decoded(data, chunk=size) == whole
