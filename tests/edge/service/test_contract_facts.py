"""A contract that the meter tells is kept in the journal, once, through restarts."""

from __future__ import annotations

from edge.facts import FactKind
from edge.journal.journal import Journal
from edge.sample import Sample
from edge.service.keeper import JournalKeeper

AT = 1_792_870_000_000


async def hear(journal, values, first):
    keeper = JournalKeeper(journal)
    for n in range(5):
        keeper.add_sample(Sample("linky", AT + (first + n) * 1000, values))
    await keeper.settle()
    await journal.commit()


async def test_a_contract_is_kept_when_it_changes_and_not_at_each_restart(tmp_path):
    six = {"tariff_option": "BASE", "subscribed_power_kva": 6}
    nine = {"tariff_option": "BASE", "subscribed_power_kva": 9}
    for first, values in ((0, six), (10, six), (20, nine), (30, nine)):
        journal = Journal.open(tmp_path / "home", ballast_bytes=0)
        await hear(journal, values, first)
        journal.close()
    journal = Journal.open(tmp_path / "home", ballast_bytes=0)
    told = journal.facts("linky")
    assert [one.kind for one in told] == [FactKind.CONTRACT] * 2
    assert [one.detail["subscribed_power_kva"] for one in told] == [6, 9]
    assert [one.start_ms for one in told] == [AT + 1000, AT + 21_000]
    journal.close()
