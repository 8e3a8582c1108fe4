"""Numbers too large for 64 bits, and the steady registers of most blocks."""

import numpy as np
import pytest

from edge.journal.packing import pack, unpack
from edge.rollup.track import Track
from edge.sample import Sample

LARGE = 1 << 63


def through(*values):
    """Give a column's values and marks after a block was packed and read again."""
    samples = [Sample("m", 1000 * n, {"r": value}) for n, value in enumerate(values)]
    change = unpack(pack(samples, lambda _name: 7), {7: "r"}).changes["r"]
    return change.places.tolist(), change.values.tolist(), change.known.tolist()


@pytest.mark.parametrize("value", [LARGE, -LARGE - 1, LARGE - 1, -LARGE, 0])
def test_a_number_of_any_size_comes_back_alone_and_among_others(value):
    assert through(value, value) == ([0], [value], [True])
    assert through(1, value, 3) == ([0, 1, 2], [1, value, 3], [True] * 3)
    assert through(1, None, value)[1:] == ([1, through_none(value), value], KNOWN)


KNOWN = [True, False, True]


def through_none(value):
    """Give what stands for unknown: None beside what only text can hold, else 0."""
    return 0 if -LARGE <= value < LARGE else None


def test_what_keeps_one_value_shares_what_it_says_and_none_may_write_in_it():
    samples = [Sample("m", 1000 * n, {"a": 1, "b": "HP", "c": n}) for n in range(3)]
    data = pack(samples, "abc".index)
    changes = unpack(data, dict(enumerate("abc"))).changes
    assert changes["a"].known is changes["b"].known
    with pytest.raises(ValueError, match="read-only"):
        changes["a"].known[0] = False
    with pytest.raises(ValueError, match="read-only"):
        changes["a"].places[0] = 1


def test_a_track_of_one_word_is_clipped_and_spread_as_any_other():
    instants = [0, 1000, 2000, 3000]
    samples = [Sample("m", at, {"still": 5, "moves": at}) for at in instants]
    track = Track.from_samples(samples)
    cut = track.clip(1000, 3000)
    assert cut.samples() == samples[1:3]
    assert cut.columns["still"].at.tolist() == [1000]
    late = Track.from_samples([Sample("m", 0, {"x": 1}), Sample("m", 5, {"late": 2})])
    assert "late" not in late.clip(0, 5).columns
    spread = track.columns["still"].spread(np.array(instants))
    assert spread.values.tolist() == [5, 5, 5, 5]
    assert spread.state.tolist() == [2, 2, 2, 2]
