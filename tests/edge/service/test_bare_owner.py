"""A service without a part refuses the commands that need it, and does the others."""

import pytest

from edge.commands import (
    CommandRefused,
    Erase,
    HandOver,
    ImportFile,
    MakePairingCode,
    TakePack,
    UndoImport,
    WriteExtract,
)
from edge.importing.refusal import ImportRefused
from edge.service.owner import Owner

NAME = "0" * 32
SPAN = ("P1D", 0, 1)


@pytest.fixture
def owner(hub, clock):
    return Owner(hub.journal, hub.gates, hub.reads, hub.bus, clock, rebuild=hub.rebuild)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (Erase("linky", 0, 1), "nothing is erased"),
        (HandOver(), "nobody leaves"),
        (WriteExtract(NAME, "Ann", "", "advice", *SPAN, [], [], "en"), "exported"),
        (TakePack(NAME), "nothing is imported"),
        (UndoImport(1), "nothing is imported"),
    ],
)
async def test_what_needs_a_part_that_is_not_there_is_refused(hub, owner, command, why):
    before = hub.journal.tail
    with pytest.raises(CommandRefused, match=why):
        await owner.execute(command)
    assert hub.journal.tail == before


async def test_a_file_that_was_never_staged_is_refused(owner):
    with pytest.raises(ImportRefused, match="can't be read"):
        await owner.execute(ImportFile(NAME, "a.csv"))


async def test_a_pairing_code_is_taken_once(owner):
    made = await owner.execute(MakePairingCode())
    assert owner.pairing.take(made["code"])
    assert not owner.pairing.take(made["code"])
