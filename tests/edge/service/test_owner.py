"""The owner's commands are carried out once they make sense, and acknowledged after."""

import pytest
from service_home import T0, intake_of, reading, settled

from edge.commands import (
    AcceptQuarantined,
    CommandRefused,
    ConfirmDevice,
    Correct,
    DismissQuarantined,
    RebuildStore,
)
from edge.errors import EdgeError
from edge.gate import Refused
from edge.gate.verdict import Reason
from edge.journal.erased import Erased
from edge.record import Baseline, Correction
from edge.sample import Quality
from edge.service.keeper import JournalKeeper
from edge.service.owner import Owner

HOUR = 3_600_000


@pytest.fixture
def owner(hub, clock):
    return Owner(hub.journal, hub.gates, hub.reads, hub.bus, clock, rebuild=hub.rebuild)


async def test_a_correction_is_a_dated_visible_event(hub, owner):
    command = Correct("linky", "import_total_wh", T0, T0 + HOUR, 321, "off")
    with hub.bus.subscribe() as live:
        assert await owner.execute(command) == {"corrected": "import_total_wh"}
        assert live._waiting[0].detail["value"] == 321
    (found,) = hub.journal.corrections("linky")
    assert isinstance(found, Correction)
    assert (found.value, found.note) == (321, "off")


async def test_what_was_erased_is_not_corrected(hub, owner):
    await hub.journal.bury([Erased(0, "linky", T0, T0 + HOUR, T0 + HOUR)])
    with pytest.raises(CommandRefused, match="erased"):
        await owner.execute(
            Correct("linky", "import_total_wh", T0 - HOUR, T0 + 1, 321, "off")
        )
    after = Correct("linky", "import_total_wh", T0 + HOUR, T0 + 2 * HOUR, 321, "off")
    assert await owner.execute(after) == {"corrected": "import_total_wh"}


@pytest.mark.parametrize(
    "command",
    [
        Correct("nobody", "import_total_wh", T0, T0 + HOUR, 1),
        Correct("linky", "import_total_wh", T0, T0, 1),
        Correct("linky", "import_total_wh", T0, T0 + HOUR, -1),
        Correct("linky", "tariff_period", T0, T0 + HOUR, 1),
        Correct("linky", "no_such_register", T0, T0 + HOUR, 1),
        Correct("linky", "import_total_wh", T0, T0 * 2, 1),
        ConfirmDevice("linky"),
        ConfirmDevice("nobody"),
        AcceptQuarantined(7),
        DismissQuarantined(7),
    ],
)
async def test_what_makes_no_sense_changes_nothing(hub, owner, command):
    before = hub.journal.tail
    with pytest.raises(EdgeError):
        await owner.execute(command)
    assert hub.journal.tail == before


async def quarantine(hub, value, at_ms):
    refused = Refused("import_total_wh", value, Reason.JUMP, at_ms, meter="linky")
    await hub.journal.quarantine([refused])
    (entry,) = hub.journal.quarantined()
    return entry.number


async def fed(hub):
    intake = intake_of(hub, [])
    for n in range(4):
        intake.take(reading(n))
    await settled(hub, intake)
    return intake


async def test_a_refused_value_that_fits_is_let_in_as_the_owners(hub, owner):
    await fed(hub)
    number = await quarantine(hub, 1001, T0 + 10_000)
    assert await owner.execute(AcceptQuarantined(number)) == {
        "accepted": number,
        "values": 1,
    }
    assert hub.journal.quarantined() == []
    points = hub.reads.raw("linky", "import_total_wh", T0, T0 + HOUR)
    assert (points[-1].value, points[-1].quality) == (1001, Quality.CORRECTED)


async def test_a_refused_value_that_its_neighbours_deny_stays_out(hub, owner):
    await fed(hub)
    number = await quarantine(hub, 3, T0 + 10_000)
    with pytest.raises(CommandRefused, match="device confirm"):
        await owner.execute(AcceptQuarantined(number))
    assert len(hub.journal.quarantined()) == 1


async def test_a_refused_text_cant_be_let_in(hub, owner):
    number = await quarantine(hub, "x", T0)
    with pytest.raises(CommandRefused):
        await owner.execute(AcceptQuarantined(number))


async def test_a_dismissed_value_waits_no_more(hub, owner):
    number = await quarantine(hub, 3, T0)
    assert await owner.execute(DismissQuarantined(number)) == {"dismissed": number}
    assert hub.journal.quarantined() == []


async def test_another_meter_counts_on_from_where_the_first_stopped(hub, owner):
    intake = await fed(hub)
    other = {"import_total_wh": 10, "import_distributor01_wh": 10}
    for n in range(4, 40):
        intake.take(reading(n, device="041961000002", **other))
    await settled(hub, intake)
    assert hub.gates["linky"].device_pending
    done = await owner.execute(ConfirmDevice("linky"))
    assert done["meter"] == "linky"
    (baseline,) = hub.journal.baselines("linky")
    assert isinstance(baseline, Baseline)
    assert baseline.offsets["import_total_wh"] == 990
    assert baseline.device != "041961000002"  # our reference, never the meter's number
    assert hub.journal.device("linky").identifier == "041961000002"
    for n in range(40, 44):
        intake.take(reading(n, device="041961000002", **other))
    assert hub.bus.latest["linky"].values["import_total_wh"] == 10
    with pytest.raises(CommandRefused):
        await owner.execute(ConfirmDevice("linky"))


async def test_a_store_is_made_anew(hub, owner):
    await fed(hub)
    assert await owner.execute(RebuildStore()) == {"rebuilding": True}
    assert hub.store.cursor() is not None


def test_a_keeper_is_of_one_journal(hub):
    assert isinstance(hub.keeper, JournalKeeper)
