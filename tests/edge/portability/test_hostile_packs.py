"""A pack that means harm is refused with its reason, and takes no memory."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from edge.portability import directory, kept
from edge.portability.opening import opened
from edge.portability.refusal import PackRefused
from tests.attacks.hostile import MB
from tests.attacks.hostile_packs import PACKS, of_home, pack


@pytest.mark.parametrize("one", PACKS, ids=lambda one: one.name)
async def test_it_is_refused_with_nothing_taken_and_little_memory(one, new):
    data, tail = one.made(), new.journal.tail
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


def test_it_unpacks_to_no_more_than_a_home(monkeypatch):
    monkeypatch.setattr(directory, "MOST_UNPACKED", 100)
    with (
        pytest.raises(PackRefused, match="unpacks to more"),
        opened(io.BytesIO(pack(b"x" * 200))),
    ):
        pass


@pytest.mark.parametrize("detail", [{"name": "HC"}, {"since": None}, {"power_kva": 6}])
def test_a_facts_words_are_taken_as_they_are(detail):
    fact = {"meter": "linky", "kind": "contract", "start_ms": 0, "end_ms": None}
    home = of_home(facts=[fact | {"origin": "meter:linky", "detail": detail}])
    with opened(io.BytesIO(home)) as whole:
        (told,) = kept.read(whole).facts
    assert told.detail == detail


def test_what_is_of_a_meter_that_the_home_does_not_name_is_left_out():
    device = {"identifier": "1", "from_ms": 0, "to_ms": None, "confirmed": True}
    home = of_home(devices=[{"meter": "garage"} | device, {"meter": "linky"} | device])
    with opened(io.BytesIO(home)) as whole:
        assert [one.meter for one in kept.read(whole).devices] == ["linky"]
