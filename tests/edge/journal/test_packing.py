"""Whatever samples go into a block come out of it, and nothing else does."""

from __future__ import annotations

import random
import zlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import DamagedRecord
from edge.journal import Block
from edge.journal.packing import pack, unpack
from edge.sample import Quality, Sample

REGISTERS = ("a_wh", "b_va", "c_text", "d", "e")
numbers = st.integers(-(1 << 63), (1 << 63) - 1)
values = st.one_of(numbers, st.integers(0, 9), st.none(), st.text(max_size=4))


@st.composite
def samples(draw) -> list[Sample]:
    """Samples as the gate gives them: a full picture each, registers only appear."""
    at_ms = draw(st.integers(-(1 << 40), 1 << 41))
    known = draw(st.integers(1, len(REGISTERS)))
    quality = draw(st.sampled_from(Quality))
    picture = {name: draw(values) for name in REGISTERS[:known]}
    out = []
    for _ in range(draw(st.integers(1, 12))):
        out.append(Sample("m", at_ms, dict(picture), quality, "tic"))
        at_ms += draw(st.integers(1, 1 << 40))
        if draw(st.booleans()) and known < len(REGISTERS):
            picture[REGISTERS[known]] = draw(values)
            known += 1
        changed = draw(st.sampled_from(list(picture)))
        picture[changed] = draw(values)
    return out


@given(samples())
def test_samples_come_out_as_they_went_in(given_samples):
    block = Block.of(given_samples)
    assert block.samples() == given_samples
    assert block.last() == given_samples[-1]
    assert block.instants_ms.tolist() == [s.at_ms for s in given_samples]
    assert (block.quality, block.origin) == (given_samples[0].quality, "tic")
    assert len(block) == len(given_samples)


@given(samples())
def test_columns_hold_changes_only_and_open_with_the_first_value(given_samples):
    for name, (times, told, known) in Block.of(given_samples).columns().items():
        speaking = [s for s in given_samples if name in s.values]
        assert times[0] == speaking[0].at_ms
        cells = [v if k else None for v, k in zip(told.tolist(), known, strict=True)]
        assert all(a != b for a, b in pairwise(cells))
        for sample in speaking:
            place = int(np.searchsorted(times, sample.at_ms, side="right")) - 1
            assert cells[place] == sample.values[name]


def test_a_register_that_a_later_sample_lacks_is_unknown_from_then_on():
    block = Block.of([Sample("m", 1, {"a": 1, "b": 2}), Sample("m", 2, {"a": 1})])
    assert block.samples()[1].values == {"a": 1, "b": None}


def test_numbers_beyond_64_bits_and_mixtures_are_kept_as_they_are():
    told = [1 << 70, "x", None, -(1 << 80), 7]
    block = Block.of([Sample("m", n, {"a": value}) for n, value in enumerate(told)])
    assert [s.values["a"] for s in block.samples()] == told


def test_a_text_that_looks_like_a_number_stays_a_text():
    block = Block.of([Sample("m", 1, {"a": "12"}), Sample("m", 2, {"a": "0012"})])
    assert [s.values["a"] for s in block.samples()] == ["12", "0012"]


def test_numbers_are_int64_and_texts_are_objects():
    columns = Block.of([Sample("m", 1, {"n": 5, "t": "x", "u": None})]).columns()
    assert columns["n"].values.dtype == np.int64
    assert columns["t"].values.dtype == object
    assert not columns["u"].known[0]


def test_registers_may_come_in_another_order():
    block = Block.of(
        [Sample("m", 1, {"a": 1, "b": 2}), Sample("m", 2, {"b": 3, "a": 1})]
    )
    assert [s.values for s in block.samples()] == [{"a": 1, "b": 2}, {"a": 1, "b": 3}]


def test_what_never_changes_costs_next_to_nothing():
    still = {f"r{n}": n * 1_000_003 for n in range(40)}
    one = Block.of([Sample("m", 0, still)])
    many = Block.of([Sample("m", n * 1000, still) for n in range(1000)])
    assert len(many.data) < len(one.data) + 100


@pytest.mark.parametrize("seed", range(200))
def test_damaged_bytes_are_refused_or_read_without_a_crash(seed):
    rng = random.Random(seed)
    good = Block.of([Sample("m", n, {"a": n % 3, "t": "x" * n}) for n in range(9)])
    data = bytearray(zlib.decompress(good.data))
    for _ in range(rng.randrange(1, 4)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    if seed % 4 == 0:
        del data[rng.randrange(len(data)) :]
    try:
        unpack(zlib.compress(bytes(data)), {0: "a", 1: "t"})
    except DamagedRecord:
        return


@pytest.mark.parametrize(
    "data", [b"", b"x", zlib.compress(b""), zlib.compress(b"\x09")]
)
def test_what_is_no_block_is_refused(data):
    with pytest.raises(DamagedRecord):
        unpack(data, {})


def test_a_name_without_a_number_is_refused():
    data = pack([Sample("m", 1, {"a": 1})], lambda _: 5)
    with pytest.raises(DamagedRecord):
        unpack(data, {0: "a"})


def test_a_block_is_of_one_run():
    sample = Sample("m", 5, {"a": 1})
    others = (
        Sample("m", 5, {"a": 1}),
        Sample("n", 6, {"a": 1}),
        Sample("m", 6, {"a": 1}, Quality.ESTIMATED),
        Sample("m", 6, {"a": 1}, origin="file"),
    )
    for other in others:
        with pytest.raises(ValueError, match="rising"):
            Block.of([sample, other])
        assert Block.runs([sample, other]) == [[sample], [other]]
    with pytest.raises(ValueError, match="nothing"):
        Block.of([])


def test_blocks_are_equal_when_they_say_the_same():
    run = [Sample("m", n, {"a": n}) for n in range(3)]
    assert Block.of(run) == Block.of(run)
    assert Block.of(run) != Block.of(run[:2])
    assert Block.of(run) != "a block"
    assert repr(Block.of(run)) == "Block('m', [0, 3))"
