"""Slots are a file of ours: what stands there instead of it is not written to."""

from __future__ import annotations

import pytest

from edge.errors import DiskFull
from edge.sources.pulses.slots import BLOCK, Slots


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"x" * 2 * BLOCK)
    (tmp_path / "slots").symlink_to(other)
    with pytest.raises(DiskFull):
        Slots(tmp_path / "slots")
    assert other.read_bytes() == b"x" * 2 * BLOCK
