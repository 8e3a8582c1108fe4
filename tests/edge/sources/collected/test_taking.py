"""What collectors hand over: taken like a file's, by the configuration's word alone."""

from __future__ import annotations

from collected_edge import DAY_MS, at, row

from edge.errors import DiskFull
from edge.journal.erased import Erased
from edge.sample import Quality


async def test_a_late_day_is_new_another_value_replaces_the_same_changes_nothing(edge):
    rows = [row(1, 75_000), row(3, 80_000)]
    first = await edge.hand(rows)
    assert first == {"ok": True, "new": 2, "changed": 0, "unchanged": 0, "refused": 0}
    again = await edge.hand([row(1, 75_000), row(2, 60_000), row(3, 81_000)])
    assert again == {"ok": True, "new": 1, "changed": 1, "unchanged": 1, "refused": 0}
    assert [one.value for one in edge.slices()] == [75_000, 60_000, 81_000]
    tail = edge.journal.tail
    assert (await edge.hand([row(1, 75_000)]))["unchanged"] == 1
    assert edge.journal.tail == tail


async def test_the_origin_is_the_configurations_word(edge):
    await edge.hand([row(1, 75_000, nature="definitive"), row(2, 1_000, "volume_l")])
    (one,) = edge.slices()
    assert one.origin == "collected:grdf"
    assert one.quality is Quality.VALIDATED
    (volume,) = edge.slices("gas", "gas_volume_l")
    assert volume.quality is Quality.RAW


async def test_a_day_that_was_erased_is_refused_however_often_it_is_read(edge):
    await edge.hand([row(1, 75_000), row(2, 60_000)])
    await edge.journal.bury([Erased(0, "gas", at(2, 6), at(3, 6), at(20))])
    again = await edge.hand([row(1, 75_000), row(2, 60_001), row(3, 80_000)])
    assert again == {"ok": True, "new": 1, "changed": 0, "unchanged": 1, "refused": 1}
    assert edge.door.refused == {"erased": 1}
    assert 60_001 not in [one.value for one in edge.slices()]


async def test_a_meter_is_the_one_that_is_named_or_the_only_one(edge):
    taken = await edge.hand([row(1, 120, "volume_l")], "garden-water", "water")
    assert taken["new"] == 1
    assert edge.slices("garden", "water_volume_l")[0].origin == "collected:suez"
    told = await edge.hand([row(1, 120, "volume_l")], "veolia", "water")
    assert told == {"ok": False, "reason": "which-meter"}
    told = await edge.hand(
        [row(1, 9, "import_energy_wh")],
        "conso-api",
        "electricity",
        "21098765432104",
    )
    assert told == {"ok": False, "reason": "other-meter"}
    told = await edge.hand([row(1, 9, "volume_l")], "garden-water", "gas")
    assert told == {"ok": False, "reason": "wrong-fluid"}


async def test_what_can_not_be_is_refused_by_the_gate_and_the_rest_taken(edge):
    told = await edge.hand([row(1, 75_000), row(2, -1), row(3, 900_000_000)])
    assert (told["new"], told["refused"]) == (1, 2)
    parts = edge.door.health()
    assert parts[0].refused == {"negative": 1, "too-much": 1}
    assert parts[0].counters["new"] == 1


async def test_a_signal_may_be_of_tomorrow_and_a_reading_may_not(edge):
    colours = [
        row(23, 1, "tempo_day"),
        row(24, 3, "tempo_day"),
        row(25, 2, "tempo_day"),
    ]
    told = await edge.hand(colours, "tempo", "electricity")
    assert told["new"] == 3
    assert [one.value for one in edge.slices("linky", "tempo_day")] == [1, 3, 2]
    told = await edge.hand([row(26, 75_000)])
    assert told["refused"] == 1
    beyond = [
        ["tempo_day", at(24) + 9 * DAY_MS, at(24) + 10 * DAY_MS, 1, "measured", None]
    ]
    assert (await edge.hand(beyond, "tempo", "electricity"))["refused"] == 1
    odd = await edge.hand([row(20, 4, "tempo_day")], "tempo", "electricity")
    assert odd["refused"] == 1


async def test_a_quantity_without_a_register_is_refused_whole(edge):
    told = await edge.hand([row(1, 1), row(1, 1, "joules")])
    assert told == {"ok": False, "reason": "unknown-quantity"}
    assert not edge.slices()


async def test_a_full_disk_is_told_and_nothing_is_lost(edge, monkeypatch):
    async def full(*_, **__):
        raise DiskFull("no room")

    with monkeypatch.context() as patched:
        patched.setattr(type(edge.journal), "append", full)
        assert await edge.hand([row(1, 75_000)]) == {"ok": False, "reason": "not-kept"}
    assert (await edge.hand([row(1, 75_000)]))["new"] == 1
