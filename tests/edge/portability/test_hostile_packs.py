"""A pack that means harm is refused with its reason, and takes no memory."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from edge.portability.refusal import PackRefused
from tests.attacks.hostile import MB
from tests.attacks.hostile_packs import PACKS


@pytest.mark.parametrize("one", PACKS, ids=lambda one: one.name)
async def test_it_is_refused_with_nothing_taken_and_little_memory(one, new):
    data, tail = one.made(), new.journal.tail
    gc.collect()
    tracemalloc.start()
    try:
        with pytest.raises(PackRefused, match=one.said):
            await new.unpacked(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(data) + 16 * MB
    assert new.journal.tail == tail
    assert new.journal.devices() == []
