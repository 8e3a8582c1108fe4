"""Cut off wherever it may be, a pack is taken again and goes on where it was."""

from __future__ import annotations

import pytest
from packed_house import table

from edge.errors import DiskFull
from edge.portability import taking


@pytest.mark.parametrize("step", range(0, 24, 3))
async def test_a_pack_that_was_cut_off_is_taken_whole_the_second_time(
    house, new, monkeypatch, step
):
    await house.live(halves=100)
    pack = house.written()
    monkeypatch.setattr(taking, "BATCH", 20)
    monkeypatch.setattr(taking, "TOGETHER", 2)
    append, left = new.journal.append, step

    async def full(bodies, **more):
        nonlocal left
        left -= 1
        if left < 0:
            raise DiskFull("the disk is full")
        return await append(bodies, **more)

    monkeypatch.setattr(new.journal, "append", full)
    with pytest.raises(DiskFull):
        await new.unpacked(pack)
    first = table(new.written())
    monkeypatch.setattr(new.journal, "append", append)
    taken = await new.unpacked(pack)
    assert table(new.written()) == table(pack)
    assert taken.kept == len(first)
    assert taken.rows == len(table(pack)) - len(first)
    assert taken.summed == 0
