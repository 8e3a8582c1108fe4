"""The read journal: a line a day, service, channel, meter, class and grain."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from edge.catalogue import ConsentClass
from edge.consent.ledger import Ledger
from edge.consent.read_journal import KEPT_DAYS, NEW_MS, Reading, ReadJournal
from edge.consent.terms import Channel
from edge.errors import ConsentError
from edge.sample import millis

PARIS = ZoneInfo("Europe/Paris")
NOON_MS = millis(datetime.fromisoformat("2026-10-26T12:00:00+01:00"))
DAY_MS = 86_400_000
READING = Reading("linky", ConsentClass.ENERGY, "day", NOON_MS - DAY_MS, NOON_MS, 3)


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger(tmp_path / "consent.db")
    yield opened
    opened.close()


@pytest.fixture
def journal(ledger):
    return ReadJournal(ledger, PARIS)


def rows(ledger):
    return ledger.database.execute("SELECT day, service, rows FROM reading")


def test_what_is_read_in_a_day_is_one_line(journal):
    earlier = Reading("linky", ConsentClass.ENERGY, "day", 5, 6)
    journal.note("s1", Channel.REST, [READING], NOON_MS)
    journal.note("s1", Channel.REST, [earlier], NOON_MS + 1)
    (line,) = journal.lines()
    assert (line.day, line.service, line.channel) == ("2026-10-26", "s1", "rest")
    assert (line.first_ms, line.last_ms) == (NOON_MS, NOON_MS + 1)
    assert (line.start_ms, line.end_ms, line.rows) == (5, NOON_MS, 4)


def test_a_day_is_the_homes(journal):
    midnight_ms = NOON_MS + 12 * 3_600_000
    journal.note("s1", Channel.REST, [READING], midnight_ms - 1)
    journal.note("s1", Channel.REST, [READING], midnight_ms)
    assert [line.day for line in journal.lines()] == ["2026-10-26", "2026-10-27"]


def test_reading_costs_no_write_and_a_new_line_waits_a_minute_at_most(journal, ledger):
    journal.note("s1", Channel.SSE, [READING], NOON_MS)
    assert not journal.due(NOON_MS + NEW_MS - 1)
    assert journal.due(NOON_MS + NEW_MS)
    assert rows(ledger) == []
    journal.write(NOON_MS + NEW_MS)
    assert rows(ledger) == [("2026-10-26", "s1", 3)]
    journal.note("s1", Channel.SSE, [READING], NOON_MS + NEW_MS)
    assert not journal.due(NOON_MS + 3 * NEW_MS)
    assert journal.due(NOON_MS + 20 * NEW_MS)


def test_what_waits_and_what_is_written_are_one_line(journal, ledger):
    journal.note("s1", Channel.REST, [READING], NOON_MS)
    journal.write(NOON_MS)
    journal.note("s1", Channel.REST, [READING], NOON_MS + 9)
    assert [line.rows for line in journal.lines("s1")] == [6]
    journal.write(NOON_MS + 10)
    (line,) = ReadJournal(ledger, PARIS).lines()
    assert (line.rows, line.first_ms, line.last_ms) == (6, NOON_MS, NOON_MS + 9)


def test_a_service_has_its_own_lines(journal):
    journal.note("s1", Channel.REST, [READING], NOON_MS)
    journal.write(NOON_MS)
    journal.note("owner", Channel.REST, [READING], NOON_MS)
    assert [line.service for line in journal.lines("s1")] == ["s1"]
    assert {line.service for line in journal.lines()} == {"owner", "s1"}


def test_lines_older_than_are_kept_are_forgotten(journal):
    journal.note("s1", Channel.REST, [READING], NOON_MS)
    journal.write(NOON_MS)
    journal.write(NOON_MS + KEPT_DAYS * DAY_MS)
    assert len(journal.lines()) == 1
    journal.write(NOON_MS + (KEPT_DAYS + 1) * DAY_MS)
    assert journal.lines() == []


def test_what_the_disk_refuses_is_written_once_it_takes_it(journal, ledger):
    journal.note("s1", Channel.REST, [READING], NOON_MS)
    taken = ledger.database

    class Full:
        def execute(self, sql, parameters=()):
            if sql.startswith("INSERT"):
                raise ConsentError("full")
            return taken.execute(sql, parameters)

    ledger.database = Full()
    with pytest.raises(ConsentError):
        journal.write(NOON_MS)
    ledger.database = taken
    journal.note("s1", Channel.REST, [READING], NOON_MS)
    journal.write(NOON_MS + 1)
    assert rows(ledger) == [("2026-10-26", "s1", 6)]
