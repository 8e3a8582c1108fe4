"""A home opened again stands where it stood."""

from edge.record import Baseline
from edge.sample import Sample
from edge.service.hub import Hub

T0 = 1_795_500_000_000


async def test_the_offsets_of_each_baseline_outlive_a_restart(config, clock):
    hub = Hub.open(config, clock, ("linky",))
    journal = hub.journal
    values = {"import_total_wh": 500, "export_total_wh": 70}
    journal.add_sample(Sample("linky", T0, values))
    await journal.add(Baseline("linky", T0, "device", {"import_total_wh": 400}, "B"))
    await journal.add(Baseline("linky", T0 + 1, "mode", {"export_total_wh": 60}, "B"))
    await journal.commit()
    hub.close()
    again = Hub.open(config, clock, ("linky",))
    found = dict(again.gates["linky"].offsets)
    again.close()
    assert found == {"import_total_wh": 400, "export_total_wh": 60}
