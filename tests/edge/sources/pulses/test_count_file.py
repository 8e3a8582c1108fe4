"""The file of counts, while gas and water meters open it in the same instant."""

from __future__ import annotations

import pytest

from edge.journal.database import SqliteDatabase
from edge.sources.pulses.count_file import FILE, Count, PulseCounts
from edge.sources.settable import Span


class Overtaken(SqliteDatabase):
    """A database whose file the other meter makes just after it was looked at."""

    overtakes = True

    def execute(self, sql, parameters=()):
        found = super().execute(sql, parameters)
        if sql == "PRAGMA user_version" and Overtaken.overtakes:
            Overtaken.overtakes = False
            other = PulseCounts(self.path)
            other.save("gas", Count(1, 2, 3))
            other.close()
        return found


def test_a_file_that_another_meter_makes_meanwhile_is_shared(tmp_path):
    Overtaken.path = tmp_path / FILE
    Overtaken.overtakes = True
    mine = PulseCounts(tmp_path / FILE, Overtaken)
    mine.save("water", Count(4, 5, 6))
    assert mine.load("gas") == Count(1, 2, 3)
    assert mine.load("water") == Count(4, 5, 6)
    mine.close()


def test_who_is_cut_while_it_goes_on_notes_no_time_twice(tmp_path, monkeypatch):
    counts = PulseCounts(tmp_path / FILE)
    counts.settle("gas", Count(1, 2, 3))

    def cut(*_words):
        raise KeyboardInterrupt

    monkeypatch.setattr(PulseCounts, "settle", cut)
    with pytest.raises(KeyboardInterrupt):
        counts.resume("gas", Span(3, 9), Count(1, 2, 9))
    monkeypatch.undo()
    assert counts.uncounted("gas") == ()
    counts.resume("gas", Span(3, 12), Count(1, 2, 12))
    assert counts.uncounted("gas") == (Span(3, 12),)
    assert counts.load("gas") == Count(1, 2, 12)
    counts.close()
