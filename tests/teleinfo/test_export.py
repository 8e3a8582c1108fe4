"""Power that leaves a home: measured, estimated, or not to be told."""

from __future__ import annotations

import pytest

from teleinfo import Decoder, Mode
from teleinfo.drift import Drift
from teleinfo.encode import frame
from teleinfo.export import Export

OUT, IN = "003A4201", "003A4001"


def export(mode: Mode, **groups: str) -> Export | None:
    (found,) = Decoder(mode).feed(frame(mode, list(groups.items())))
    return Export.of(found)


def standard(**groups: str) -> Export | None:
    order = ("IRMS1", "IRMS2", "IRMS3", "URMS1", "URMS2", "URMS3")
    last = ("SINSTS", "SINSTS1", "SINSTS2", "SINSTS3", "SINSTI", "STGE")
    return export(
        Mode.STANDARD, **{k: groups[k] for k in (*order, *last) if k in groups}
    )


def test_a_producer_s_meter_measures():
    assert standard(SINSTI="02142", STGE=OUT) == Export(2142, estimated=False)


def test_a_consumer_s_meter_tells_the_direction_and_we_estimate():
    assert standard(STGE=OUT, IRMS1="005", URMS1="240") == Export(1200, estimated=True)
    assert standard(STGE=IN, IRMS1="005", URMS1="240") == Export(0, estimated=True)


def test_on_three_phases_the_net_leaves():
    phases = {f"IRMS{n}": "010" for n in (1, 2, 3)} | {
        f"URMS{n}": "230" for n in (1, 2, 3)
    }
    drawn = {"SINSTS1": "00000", "SINSTS2": "00800", "SINSTS3": "00000"}
    assert standard(STGE=OUT, **phases, **drawn) == Export(3800, estimated=True)
    drawn["SINSTS2"] = "09000"
    assert standard(STGE=OUT, **phases, **drawn) == Export(0, estimated=True)


@pytest.mark.parametrize(
    "groups", [{"IRMS1": "005"}, {"STGE": OUT}, {"STGE": OUT, "IRMS1": "005"}]
)
def test_what_is_missing_is_unknown_not_zero(groups):
    assert standard(**groups) is None


def test_historic_current_without_power_leaves():
    historic = Mode.HISTORIC
    assert export(historic, IINST="003", PAPP="00000") == Export(690, estimated=True)
    assert export(historic, IINST="003", PAPP="00690") == Export(0, estimated=True)
    assert export(historic, IINST="000", PAPP="00000") == Export(0, estimated=True)
    three = export(historic, IINST1="001", IINST2="002", IINST3="000", PAPP="00000")
    assert three == Export(690, estimated=True)
    assert export(historic, IINST="003") is None
    assert export(historic, PAPP="00000") is None


def test_drift_is_the_meter_s_clock_less_the_host_s(meter):
    (found,) = Decoder().feed(meter("std_1p_degraded_clock"))
    assert found.horodate is not None
    drift = Drift.of(found, found.horodate.at_ms + 90_000)
    assert drift is not None
    assert (drift.ahead_ms, drift.degraded) == (-90_000, True)


def test_a_historic_frame_has_no_clock_to_compare(meter):
    (found,) = Decoder().feed(meter("hist_1p_base"))
    assert Drift.of(found, 0) is None
