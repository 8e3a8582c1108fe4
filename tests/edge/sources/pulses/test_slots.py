"""Two slots in turn: what was counted is there, whatever write was cut."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import DiskFull
from edge.sources.pulses.count_file import FILE, SLOTS, Count, PulseCounts
from edge.sources.pulses.slots import BLOCK, Counted, Slots

PATH = SLOTS.format("gas")


@pytest.fixture
def counts(tmp_path):
    made = PulseCounts(tmp_path / FILE)
    made.settle("gas", Count(1000, 1, 10))
    yield made
    made.close()


def reopened(tmp_path):
    made = PulseCounts(tmp_path / FILE)
    found = made.load("gas")
    made.close()
    return found


def count(n):
    return Count(1000 * n, n, 10 * n)


@given(st.lists(st.sampled_from(["save", "settle", "open", "set"]), max_size=30))
def test_the_last_word_stands_whoever_wrote_it(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("counts") / FILE
    counts = PulseCounts(path)
    last = None
    for n, step in enumerate(steps, 1):
        if step == "open":
            counts.close()
            counts = PulseCounts(path)
        else:
            last = count(n)
            getattr(counts, step)("gas", last)
        assert counts.load("gas") == last
    counts.close()


@pytest.mark.parametrize("saved", [1, 2, 3, 4])
def test_a_write_that_was_cut_takes_its_own_count_and_no_other(tmp_path, counts, saved):
    for n in range(2, 2 + saved):
        counts.save("gas", count(n))
    counts.close()
    last = (saved - 1) % 2 * BLOCK
    with (tmp_path / PATH).open("r+b") as file:
        file.seek(last + 30)
        file.write(b"\xff" * 8)
    assert reopened(tmp_path) == count(saved)  # the one before it
    again = PulseCounts(tmp_path / FILE)
    again.save("gas", count(saved + 5))
    assert again.load("gas") == count(saved + 5)
    again.close()


def test_a_pulse_is_one_write_of_one_block(tmp_path, counts, monkeypatch):
    counts.save("gas", count(2))
    size, written = (tmp_path / PATH).stat().st_size, []

    def write(_file, data, place):
        written.append((len(data[0]), place))

    monkeypatch.setattr(os, "pwritev", write)
    counts.save("gas", count(3))
    monkeypatch.undo()
    ((length, place),) = written
    assert place % BLOCK == 0
    assert length in (512, BLOCK)
    assert size == 2 * BLOCK


def test_a_database_that_was_restored_has_its_own_word(tmp_path, counts):
    counts.close()
    shutil.copy(tmp_path / FILE, tmp_path / "backup")
    later = PulseCounts(tmp_path / FILE)
    for n in range(2, 9):
        later.save("gas", count(n))
        if n == 5:
            later.settle("gas", count(n))
    later.close()
    shutil.copy(tmp_path / "backup", tmp_path / FILE)
    for companion in ("-wal", "-shm"):
        (tmp_path / f"{FILE}{companion}").unlink(missing_ok=True)
    assert reopened(tmp_path) == count(1)
    again = PulseCounts(tmp_path / FILE)
    again.save("gas", count(2))
    assert again.load("gas") == count(2)
    again.close()


def test_a_disk_that_takes_nothing_keeps_what_it_has(tmp_path, counts, monkeypatch):
    counts.save("gas", count(2))

    def full(*_words):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    monkeypatch.setattr(os, "pwritev", full)
    with pytest.raises(DiskFull, match=r"can't be written"):
        counts.save("gas", count(3))
    with pytest.raises(DiskFull):
        Slots(tmp_path / "other")
    monkeypatch.undo()
    assert counts.load("gas") == count(2)
    counts.save("gas", count(4))
    assert counts.load("gas") == count(4)


@pytest.mark.parametrize("refused", [0, 1, 2])
def test_a_disk_that_wants_it_otherwise_gets_it_so(tmp_path, monkeypatch, refused):
    """Sectors of 4 KiB, or no writing past the cache at all."""
    lengths = []

    def write(file, data, place, real=os.pwritev):
        if len(lengths) < refused:
            lengths.append(len(data[0]))
            raise OSError(22, "Invalid argument")
        return real(file, data, place)

    slots = Slots(tmp_path / "slots")
    monkeypatch.setattr(os, "pwritev", write)
    for n in range(3):
        slots.write(Counted(0, 0, n, n, n))
    assert slots.read(0, 0) == Counted(0, 0, 2, 2, 2)
    assert lengths == [512, BLOCK][:refused]
    slots.close()


def test_memory_disks_keep_it_as_well(tmp_path, monkeypatch):
    def open_(path, flags, *mode, real=os.open):
        if flags & os.O_DIRECT:
            raise OSError(22, "Invalid argument")
        return real(path, flags, *mode)

    monkeypatch.setattr(os, "open", open_)
    slots = Slots(tmp_path / "slots")
    slots.write(Counted(0, 0, 5, 6, 7))
    assert slots.read(0, 0) == Counted(0, 0, 5, 6, 7)
    slots.close()


def test_what_is_no_file_of_slots_says_nothing(tmp_path):
    path = tmp_path / "slots"
    path.write_bytes(b"anything at all, and long enough" * 400)
    slots = Slots(path)
    assert slots.read(0, 0) is None
    slots.write(Counted(0, 0, 5, 6, 7))
    assert slots.read(0, 0) == Counted(0, 0, 5, 6, 7)
    slots.close()


def test_it_is_made_for_its_owner_alone(tmp_path, counts):
    counts.save("gas", count(2))
    assert (tmp_path / PATH).stat().st_mode & 0o777 == 0o600
